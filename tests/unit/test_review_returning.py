"""A letter is written, checked by another person, sent, and answered."""

from datetime import date, timedelta
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from forms.code import SeparatorCode, SheetKind, parse_code
from forms.library import Library
from kamizero.errors import ConflictError, MissingError, WrongCallError
from kamizero.model import Role
from kamizero.records import OfficeRecord
from review.refusals import (
    NoticeChangedError,
    NoticeSentError,
    OthersOnPageError,
    OwnLetterError,
    RoleForbidsError,
)
from review.returning import notices
from review.returning.addressee import Addressee, known, typed
from review.returning.letter import letter_pdf
from review.returning.notices import Clerk, Content
from review.returning.reasons import reasons, reasons_of
from review.returns import return_to_submitter
from storage.tables import (
    AddresseeKind,
    Arrival,
    AuditEvent,
    Bundle,
    Clock,
    Entry,
    Filing,
    Page,
    Posting,
    ReturnNotice,
    Work,
)
from tests.desk import LATER, Desk
from tests.workshop import a_form, a_separator, new_arrival
from validation.registry import RULES
from web.shown.returns import printed
from workers.bundles import open_run
from workers.filings import sort_bundle

TODAY = date(2020, 12, 10)
ONE_DAY = timedelta(days=1)
HERE = typed("株式会社けいと", "100-0013", "東京都千代田区霞が関１－２－３")


def clerk(name: str, role: Role = Role.REVIEWER) -> Clerk:
    return Clerk(name, role, LATER)


def returned(desk: Desk, *, entries: int = 1, which: tuple[int, ...] = (1,)) -> int:
    """The letter of a filing some entries of which were returned."""
    filing = desk.receive(entries=entries)
    desk.route(filing)
    with desk.database.begin() as session:
        slips = [
            return_to_submitter(
                session,
                entry=session.get_one(Entry, desk.entry_id(filing, n)),
                actor="ann",
                role=Role.APPROVER,
                reason="記入漏れ",
                now=LATER,
            )
            for n in which
        ]
        row = session.get_one(Filing, filing)
        return notices.open_notice(session, row, slips, now=LATER).id


def pages_of(desk: Desk, letter: int) -> tuple[int, ...]:
    with desk.database.look() as session:
        filing = session.get_one(ReturnNotice, letter).filing_id
        return tuple(session.scalars(select(Page.id).where(Page.filing_id == filing)))


def prepare(
    desk: Desk,
    letter: int,
    *,
    by: str = "rei",
    role: Role = Role.REVIEWER,
    note: str = "",
    enclosures: tuple[int, ...] = (),
    why: tuple[str, ...] = ("missing_item",),
) -> str:
    """Write the letter; its digest."""
    content = Content(AddresseeKind.TYPED, HERE, why, note, enclosures)
    with desk.database.begin() as session:
        row = session.get_one(ReturnNotice, letter)
        notices.prepare(session, desk.vault, row, content, clerk(by, role))
        return row.content_digest or ""


def check(desk: Desk, letter: int, seen: str, *, by: str = "jun") -> None:
    with desk.database.begin() as session:
        row = session.get_one(ReturnNotice, letter)
        notices.check(session, row, seen=seen, by=clerk(by))


def send(
    desk: Desk, letter: int, *, sent_on: date = TODAY, due_on: date | None = None
) -> None:
    with desk.database.begin() as session:
        notices.send(
            session,
            session.get_one(ReturnNotice, letter),
            way=Posting.POST,
            sent_on=sent_on,
            due_on=due_on,
            by=clerk("rei"),
        )


def sent(desk: Desk) -> int:
    letter = returned(desk)
    check(desk, letter, prepare(desk, letter))
    send(desk, letter)
    return letter


def overdue(desk: Desk, *, today: date) -> list[int]:
    with desk.database.look() as session:
        return [one.id for one in notices.overdue(session, today=today)]


@pytest.mark.parametrize("day", [TODAY - ONE_DAY, TODAY + ONE_DAY, date.max])
def test_a_letter_left_on_no_day_but_those_since_its_check(
    desk: Desk, day: date
) -> None:
    letter = returned(desk)
    check(desk, letter, prepare(desk, letter))

    with pytest.raises(WrongCallError, match="leaves after its check"):
        send(desk, letter, sent_on=day)


def test_a_letter_is_written_checked_by_another_and_sent(desk: Desk) -> None:
    letter = sent(desk)

    with desk.database.look() as session:
        row = session.get_one(ReturnNotice, letter)
        acts = session.scalars(
            select(AuditEvent.act).where(AuditEvent.act.startswith("return."))
        ).all()
        bodies = session.scalars(select(AuditEvent.body)).all()
    assert (row.prepared_by, row.checked_by, row.sent_by) == ("rei", "jun", "rei")
    assert row.due_on == TODAY + timedelta(days=14)
    assert acts == ["return.prepared", "return.checked", "return.sent"]
    assert "けいと" not in str(bodies)
    assert "けいと".encode() not in (row.sealed or b"")


def test_whoever_wrote_it_does_not_check_it(desk: Desk) -> None:
    letter = returned(desk)
    seen = prepare(desk, letter, by="rei")

    with pytest.raises(OwnLetterError, match="another person"):
        check(desk, letter, seen, by="rei")


def test_the_database_itself_wants_another_person(desk: Desk) -> None:
    letter = returned(desk)
    prepare(desk, letter, by="rei")

    with (
        pytest.raises(IntegrityError, match="another_person_checks"),
        desk.database.begin() as session,
    ):
        session.execute(
            text(
                "UPDATE return_notice SET checked_by = 'rei', "
                "checked_digest = content_digest"
            )
        )


def test_a_check_is_of_what_was_seen(desk: Desk) -> None:
    letter = returned(desk)
    seen = prepare(desk, letter)
    prepare(desk, letter, note="書き直し")

    with pytest.raises(NoticeChangedError, match="look again"):
        check(desk, letter, seen)


def test_writing_it_anew_undoes_the_check(desk: Desk) -> None:
    letter = returned(desk)
    check(desk, letter, prepare(desk, letter))
    prepare(desk, letter, note="書き直し")

    with pytest.raises(NoticeChangedError, match="checks the letter"):
        send(desk, letter)


def test_a_letter_that_was_sent_stays_as_it_is(desk: Desk) -> None:
    letter = sent(desk)

    with pytest.raises(NoticeSentError):
        prepare(desk, letter)
    with (
        pytest.raises(IntegrityError, match="stays as it was"),
        desk.database.begin() as session,
    ):
        session.execute(text("UPDATE return_notice SET reasons = '[]'"))


def test_a_page_with_somebody_elses_entry_does_not_go_back(desk: Desk) -> None:
    letter = returned(desk, entries=2, which=(2,))

    with pytest.raises(OthersOnPageError):
        prepare(desk, letter, enclosures=pages_of(desk, letter))


def test_a_page_goes_back_where_all_on_it_are_returned(desk: Desk) -> None:
    letter = returned(desk, entries=2, which=(1, 2))

    prepare(desk, letter, enclosures=pages_of(desk, letter))

    with desk.database.look() as session:
        row = session.get_one(ReturnNotice, letter)
    assert tuple(row.enclosures) == pages_of(desk, letter)


@pytest.mark.parametrize(
    "note", ["番号は123456789018です", "１２３４ ５６７８ ９０１８", "1234-5678-9018"]
)
def test_no_individual_number_gets_into_a_letter(desk: Desk, note: str) -> None:
    letter = returned(desk)

    with pytest.raises(WrongCallError, match="twelve digits"):
        prepare(desk, letter, note=note)


@pytest.mark.parametrize("why", [(), ("because",)])
def test_a_letter_gives_reasons_of_the_list(desk: Desk, why: tuple[str, ...]) -> None:
    with pytest.raises(WrongCallError, match="reasons of the list"):
        prepare(desk, returned(desk), why=why)


def test_only_reviewers_and_approvers_write_letters(desk: Desk) -> None:
    with pytest.raises(RoleForbidsError):
        prepare(desk, returned(desk), role=Role.SCANNER)


@pytest.mark.parametrize(
    "parts",
    [
        ("", "1000013", "東京都"),
        ("けいと", "100001", "東京都"),
        ("けいと", "1000013", " "),
    ],
)
def test_an_address_is_whole(parts: tuple[str, str, str]) -> None:
    with pytest.raises(WrongCallError):
        Addressee(*parts)


class OneOffice:
    def __init__(self, *records: OfficeRecord) -> None:
        self._records = records

    def office(self, symbol: str, number: str) -> tuple[OfficeRecord, ...]:
        del symbol, number
        return self._records


def an_office(name: str) -> OfficeRecord:
    return OfficeRecord(
        symbol="01-ケイト",
        number="12345",
        name=name,
        owner_name="",
        postal_code="1000013",
        address="東京都千代田区",
        phone="",
    )


@pytest.mark.parametrize(
    ("names", "found"), [(["けいと"], ["けいと"]), (["a", "b"], []), ([], [])]
)
def test_an_address_of_the_register_is_taken_where_one_office_fits(
    desk: Desk, names: list[str], found: list[str]
) -> None:
    letter = returned(desk)
    offices = OneOffice(*map(an_office, names))

    with desk.database.look() as session:
        row = session.get_one(ReturnNotice, letter)
        addresses = known(session, desk.vault, row, offices)

    assert [one.name for one in addresses.values()] == found


def test_a_letter_is_due_for_a_reminder_until_the_paper_comes(desk: Desk) -> None:
    letter = sent(desk)
    due = TODAY + timedelta(days=14)

    before = overdue(desk, today=due)
    after = overdue(desk, today=due + timedelta(days=1))
    with desk.database.begin() as session:
        notices.remind(
            session,
            session.get_one(ReturnNotice, letter),
            on=due + timedelta(days=1),
            due_on=due + timedelta(days=8),
            by=clerk("rei"),
        )
    reminded = overdue(desk, today=due + timedelta(days=8))
    again = overdue(desk, today=due + timedelta(days=9))
    link(desk, letter, desk.receive())

    assert (before, after, reminded, again) == ([], [letter], [], [letter])
    assert overdue(desk, today=due + timedelta(days=99)) == []


def link(desk: Desk, letter: int, filing: int) -> None:
    with desk.database.begin() as session:
        notices.link(
            session,
            session.get_one(ReturnNotice, letter),
            receipt_number=session.get_one(Filing, filing).receipt_number,
            by=clerk("rei"),
        )


def test_a_filing_that_is_linked_goes_on_with_the_term_of_before(desk: Desk) -> None:
    letter = sent(desk)
    again = desk.receive()
    with desk.database.begin() as session:
        session.get_one(Filing, again).received_on = TODAY + timedelta(days=9)
    desk.route(again)
    entry = desk.entry_id(again)

    link(desk, letter, again)

    with desk.database.look() as session:
        clock = session.get_one(Clock, entry)
        work = session.query(Work).filter_by(kind="review", subject=entry).first()
        event = session.query(AuditEvent).filter_by(act="clock.taken_over").one()
        before = session.get_one(ReturnNotice, letter).filing
        assert clock.received_on == before.received_on
        assert clock.due_on > before.received_on + timedelta(days=9)
        assert work is None or work.deadline == clock.due_on
    assert (event.actor, event.subject_id) == ("rei", str(entry))


def test_only_a_later_filing_that_brings_no_other_is_linked(desk: Desk) -> None:
    earlier = desk.receive()
    one, other = sent(desk), sent(desk)
    again = desk.receive()
    link(desk, one, again)

    with pytest.raises(ConflictError):
        link(desk, other, earlier)
    with pytest.raises(ConflictError):
        link(desk, other, again)
    with pytest.raises(MissingError), desk.database.begin() as session:
        notices.link(
            session,
            session.get_one(ReturnNotice, other),
            receipt_number="NONE",
            by=clerk("rei"),
        )


def letter_words(desk: Desk, letter: int) -> tuple[str, list[str]]:
    """The text of the letter's pages, and what their QR codes say."""
    with desk.database.look() as session:
        row = session.get_one(ReturnNotice, letter)
        said = printed(session, desk.vault, row, library=Library.shipped())
    document = pypdfium2.PdfDocument(BytesIO(letter_pdf(said)))
    words, codes = "", []
    for page in document:
        words += page.get_textpage().get_text_range()
        picture = page.render(scale=200 / 72).to_pil()
        codes += [one.text for one in zxingcpp.read_barcodes(picture)]
    document.close()
    return words, codes


def test_the_letter_says_why_and_names_nobody_but_its_addressee(desk: Desk) -> None:
    letter = returned(desk)
    enclosed = pages_of(desk, letter)
    prepare(desk, letter, note="⑦欄をご記入ください。", enclosures=enclosed)

    words, codes = letter_words(desk, letter)

    flat = words.replace("\r\n", "").replace("\n", "")
    assert HERE.name in flat
    assert reasons()["missing_item"].ja in flat
    assert "⑦欄をご記入ください。" in flat
    assert "届書（1枚目）" in flat
    assert "山田" not in flat
    assert "1234 5678" not in flat
    sheet = next(c for c in map(parse_code, codes) if isinstance(c, SeparatorCode))
    assert (sheet.kind, sheet.number) == (SheetKind.REENTRY, letter)


def test_the_sheet_of_a_letter_declares_nothing_when_it_comes_again(
    desk: Desk,
) -> None:
    letter = sent(desk)
    with desk.database.look() as session:
        before = session.get_one(ReturnNotice, letter).filing
    sheet = a_separator(
        letter,
        kind="R",
        reference=before.receipt_number,
        sheets=1,
        entries=1,
        received_on=TODAY.isoformat(),
    )
    arrival = new_arrival(desk, sheet, a_form())
    with desk.database.begin() as session:
        for bundle in open_run(session, session.get_one(Arrival, arrival)):
            sort_bundle(session, bundle, now=LATER)

    with desk.database.look() as session:
        after = session.scalars(
            select(Filing).where(Filing.reentry_of_id == before.id)
        ).one()
        bundle = session.get_one(Bundle, after.bundle_id)
        pages = [page.twin_id for page in after.pages]
        day = after.arrival.job.received_on
    assert (bundle.declared_sheets, bundle.declared_entries) == (None, None)
    assert after.received_on == day
    assert pages == [None]


def test_what_the_rules_miss_is_offered_as_a_reason(desk: Desk) -> None:
    letter = returned(desk, entries=2)
    with desk.database.look() as session:
        filing = session.get_one(ReturnNotice, letter).filing_id
    desk.find(filing, "common.attachment_missing")
    desk.find(filing, "common.unreadable", entry_n=2)

    with desk.database.look() as session:
        offered = notices.offered(session, session.get_one(ReturnNotice, letter))

    assert offered == {"attachment_missing"}


def test_reasons_are_offered_for_rules_there_are() -> None:
    codes = set(reasons())

    assert all(reasons_of([rule]) <= codes for rule in RULES)
    assert sum(bool(reasons_of([rule])) for rule in RULES) == 3
