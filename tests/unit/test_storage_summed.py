"""A summary (総括表) is held against the filings that lie in its bundle."""

import pytest
from sqlalchemy import select

from forms.library import Library
from kamizero.model import FieldState, Summed
from storage.contents import EMPTY
from storage.summed import summed
from storage.tables import (
    Bundle,
    BundleKind,
    Entry,
    EntryState,
    Filing,
    FilingStep,
    FindingRow,
)
from storage.values import write_correction
from tests.desk import LATER, Desk
from tests.workshop import rooms

SUMMARY = Library.shipped().get("SOUKATSU")
BASE = Library.shipped().get(SUMMARY.sums_up or "")


def a_filing(desk: Desk, form: str, *, entries: int, office: str = "01-ケイト") -> int:
    definition = Library.shipped().get(form)
    at = Desk(desk.database, desk.vault, desk.store, definition)
    return at.receive(entries=entries, written={"office.symbol": office})


def a_summary(desk: Desk, **counts: str) -> int:
    counts |= {"insured_total": counts["summed_persons"]}
    written = {f"insured.1.{item}": count for item, count in counts.items()}
    at = Desk(desk.database, desk.vault, desk.store, SUMMARY)
    office = {"office.symbol": "01-ケイト", "office.number": "12345"}
    return at.receive(written=written | office)


def checked(desk: Desk, filing_id: int) -> None:
    """Checked and sent on its way, when all of the bundle is read."""
    with desk.database.begin() as session:
        for one in session.scalars(select(Filing)):
            one.step = FilingStep.DONE
        rooms(desk).recheck.route(session, session.get_one(Filing, filing_id))


def bundled(desk: Desk, *filings: int) -> int:
    """Let these lie in one bundle."""
    with desk.database.begin() as session:
        found = [session.get_one(Filing, one) for one in filings]
        bundle = Bundle(
            job_id=found[0].arrival.job_id,
            number="1",
            site="main",
            scheme="KOSEI",
            form=BASE.form,
        )
        session.add(bundle)
        session.flush()
        for one in found:
            one.bundle_id = bundle.id
        return bundle.id


def counted(desk: Desk, summary: int, *, form: str | None = BASE.form) -> Summed | None:
    with desk.database.look() as session:
        return summed(session, desk.vault, session.get_one(Filing, summary), form)


def test_it_counts_sheets_and_persons_of_its_form_and_office(desk: Desk) -> None:
    summary = a_filing(desk, "SOUKATSU", entries=1)
    bundled(
        desk,
        summary,
        a_filing(desk, "2225", entries=4),
        a_filing(desk, "2225", entries=1),
        a_filing(desk, "2225", entries=2, office="21-モミジ"),
        a_filing(desk, "2221", entries=3),
    )
    a_filing(desk, "2225", entries=4)

    assert counted(desk, summary) == Summed(sheets=2, persons=5)


def test_a_sheet_without_a_line_that_is_used_counts_as_a_sheet_alone(
    desk: Desk,
) -> None:
    summary = a_filing(desk, "SOUKATSU", entries=1)
    empty = a_filing(desk, "2225", entries=1)
    bundled(desk, summary, empty)
    with desk.database.begin() as session:
        entry = session.scalars(select(Entry).where(Entry.filing_id == empty)).one()
        entry.reasons = [EMPTY]

    assert counted(desk, summary) == Summed(sheets=1, persons=0)


def test_a_paper_that_does_not_say_whose_it_is_counts_for_nobody(desk: Desk) -> None:
    summary = a_summary(desk, summed_persons="5", summed_sheets="2")
    whose = a_filing(desk, "2225", entries=4)
    bundled(desk, summary, whose, a_filing(desk, "2225", entries=1, office=""))

    checked(desk, summary)

    assert counted(desk, summary) == Summed(sheets=1, persons=4)
    assert desk.states(summary) == [EntryState.IN_REVIEW]


@pytest.mark.parametrize("why", ["no office", "no bundle", "no summary"])
def test_nothing_is_counted_where_it_is_not_known_what_for(
    desk: Desk, why: str
) -> None:
    office = "" if why == "no office" else "01-ケイト"
    summary = a_filing(desk, "SOUKATSU", entries=1, office=office)
    if why != "no bundle":
        bundled(desk, summary, a_filing(desk, "2225", entries=1))

    form = None if why == "no summary" else BASE.form
    assert counted(desk, summary, form=form) is None


def test_papers_without_a_separator_may_lie_elsewhere(desk: Desk) -> None:
    alone = a_filing(desk, "SOUKATSU", entries=1)
    beside = a_filing(desk, "SOUKATSU", entries=1)
    plain = [
        bundled(desk, alone),
        bundled(desk, beside, a_filing(desk, "2225", entries=1)),
    ]
    with desk.database.begin() as session:
        for bundle in plain:
            session.get_one(Bundle, bundle).kind = BundleKind.PLAIN

    assert counted(desk, alone) is None
    assert counted(desk, beside) == Summed(sheets=1, persons=1)


def test_a_summary_of_others_than_came_goes_to_a_person(desk: Desk) -> None:
    summary = a_summary(desk, summed_persons="6", summed_sheets="2")
    base = [a_filing(desk, "2225", entries=n) for n in (4, 1)]
    bundled(desk, summary, *base)

    checked(desk, summary)

    with desk.database.look() as session:
        found = session.scalars(
            select(FindingRow).where(FindingRow.rule.like("common.summary_%"))
        ).all()
    assert [(one.rule, one.fields) for one in found] == [
        ("common.summary_persons", ["insured.1.summed_persons"])
    ]
    assert "（5人）" in found[0].message_ja
    assert desk.states(summary) == [EntryState.IN_REVIEW]


def test_a_summary_of_what_came_is_nothing_to_look_at(desk: Desk) -> None:
    summary = a_summary(desk, summed_persons="5", summed_sheets="2")
    bundled(desk, summary, *[a_filing(desk, "2225", entries=n) for n in (4, 1)])

    checked(desk, summary)

    with desk.database.look() as session:
        assert session.scalars(select(FindingRow.rule)).all() == []
    assert desk.states(summary) == [EntryState.READY]


def test_a_summary_is_counted_again_when_what_it_counts_is_corrected(
    desk: Desk,
) -> None:
    summary = a_summary(desk, summed_persons="5", summed_sheets="2")
    base = [a_filing(desk, "2225", entries=n) for n in (4, 1)]
    bundled(desk, summary, *base)
    checked(desk, summary)

    with desk.database.begin() as session:
        filing = session.get_one(Filing, base[1])
        office = next(one for one in filing.fields if one.name == "office.symbol")
        write_correction(
            session,
            desk.vault,
            office,
            value="21-モミジ",
            state=FieldState.READ,
            author="tanaka",
            now=LATER,
        )
        session.flush()
        rooms(desk).recheck(session, filing)

    with desk.database.look() as session:
        rules = session.scalars(
            select(FindingRow.rule).where(FindingRow.filing_id == summary)
        ).all()
    assert set(rules) == {"common.summary_persons", "common.summary_sheets"}
