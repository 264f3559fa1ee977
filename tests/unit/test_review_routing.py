"""Who must look at an entry, and who need not."""

import pytest

from forms.definition import Nature
from forms.library import Library
from kamizero.model import FilingKind, Role, Severity
from review import queue
from review.completion import pull_back
from review.parking import hand_on
from storage import people
from storage.tables import Entry, Filing, FindingRow
from tests.desk import LATER, NOW, Desk


def test_an_entry_without_doubt_goes_straight_through(desk: Desk) -> None:
    filing = desk.receive()

    desk.route(filing)

    entry = desk.entry(filing)
    assert (entry.state, entry.straight_through, entry.reasons) == ("ready", True, [])


def test_a_doubtful_field_sends_its_entry_to_a_person_and_no_other(
    desk: Desk,
) -> None:
    filing = desk.receive(entries=2, doubtful=["insured.2.name_kana"])

    desk.route(filing)

    assert desk.states(filing) == ["ready", "in_review"]
    assert desk.entry(filing, 2).reasons == ["doubtful:insured.2.name_kana"]
    assert not desk.entry(filing, 2).straight_through


def test_a_doubtful_head_keeps_every_entry_in_review(desk: Desk) -> None:
    filing = desk.receive(entries=3, doubtful=["office.name"])

    desk.route(filing)

    assert desk.states(filing) == ["in_review"] * 3
    assert desk.entry(filing, 3).reasons == ["head:office.name"]


@pytest.mark.parametrize("severity", [Severity.ERROR, Severity.WARNING])
def test_an_open_finding_sends_its_entry_to_a_person(
    desk: Desk, severity: Severity
) -> None:
    filing = desk.receive(entries=2)
    desk.find(filing, "date.order", severity=severity, entry_n=2)

    desk.route(filing)

    assert desk.states(filing) == ["ready", "in_review"]
    assert desk.entry(filing, 2).reasons == ["finding:date.order"]


def test_a_remark_of_a_rule_needs_nobody(desk: Desk) -> None:
    filing = desk.receive()
    desk.find(filing, "date.outside_era", severity=Severity.INFO)

    desk.route(filing)

    assert desk.states(filing) == ["ready"]


def test_a_waived_finding_needs_nobody(desk: Desk) -> None:
    filing = desk.receive()
    finding = desk.find(filing, "date.order")
    with desk.database.begin() as session:
        row = session.get_one(FindingRow, finding)
        row.waived_by, row.waived_why, row.waived_at = "aki", "known", NOW

    desk.route(filing)

    assert desk.states(filing) == ["ready"]


def test_a_finding_about_the_head_touches_every_entry(desk: Desk) -> None:
    filing = desk.receive(entries=2)
    desk.find(filing, "office.unknown", entry_n=0, fields=["office.symbol"])

    desk.route(filing)

    assert desk.states(filing) == ["in_review", "in_review"]


def test_a_finding_touches_the_entries_its_fields_belong_to(desk: Desk) -> None:
    filing = desk.receive(entries=3)
    desk.find(
        filing,
        "number.twice",
        entry_n=1,
        fields=["insured.1.my_number", "insured.3.my_number"],
    )

    desk.route(filing)

    assert desk.states(filing) == ["in_review", "ready", "in_review"]


@pytest.mark.parametrize("mark", ["over70", "multiple_offices", "rehired"])
def test_a_limit_of_straight_through_work_needs_a_person(desk: Desk, mark: str) -> None:
    filing = desk.receive(written={f"insured.1.{mark}": "1"})

    desk.route(filing)

    assert desk.entry(filing).reasons == [f"limit:{mark}"]


@pytest.mark.parametrize(
    ("acquired_on", "state"), [("2020-10-10", "ready"), ("2020-10-09", "in_review")]
)
def test_what_reaches_back_more_than_sixty_days_needs_a_person(
    desk: Desk, acquired_on: str, state: str
) -> None:
    filing = desk.receive(written={"insured.1.acquired_on": acquired_on})

    desk.route(filing)

    assert desk.states(filing) == [state]


@pytest.mark.parametrize("kind", [FilingKind.CORRECTION, FilingKind.CANCELLATION])
def test_what_changes_an_earlier_filing_needs_a_person(
    desk: Desk, kind: FilingKind
) -> None:
    filing = desk.receive(kind=kind)

    desk.route(filing)

    assert desk.entry(filing).reasons == [f"limit:{kind}"]


def test_an_application_never_goes_straight_through(desk: Desk) -> None:
    notice = Library.shipped().get("2200@2020-12")
    application = notice.model_copy(update={"nature": Nature.APPLICATION})
    filing = desk.receive()

    desk.route(filing, definition=application)

    assert desk.entry(filing).reasons == ["limit:nature"]


def test_routing_twice_changes_nothing(desk: Desk) -> None:
    filing = desk.receive(entries=2, doubtful=["insured.2.name_kana"])
    desk.route(filing)
    with desk.database.look() as session:
        version = session.get_one(Filing, filing).version

    desk.route(filing)

    with desk.database.look() as session:
        assert session.get_one(Filing, filing).version == version


def test_an_entry_a_person_touched_is_not_routed_again(desk: Desk) -> None:
    filing = desk.receive(doubtful=["insured.1.name_kana"])
    desk.route(filing)
    claim = desk.claim(filing)
    desk.accept(claim, "insured.1.name_kana")

    desk.route(filing)

    assert desk.entry(filing).reasons == ["doubtful:insured.1.name_kana"]
    assert desk.states(filing) == ["in_review"]


def test_a_sheet_without_a_used_line_still_goes_to_a_person(desk: Desk) -> None:
    filing = desk.receive(entries=0)

    desk.route(filing)

    assert desk.states(filing) == ["in_review"]
    assert desk.entry(filing).reasons == ["empty"]


def test_entries_that_waited_for_the_head_alone_follow_its_settling(
    desk: Desk,
) -> None:
    filing = desk.receive(entries=3, doubtful=["office.name", "insured.3.name_kana"])
    desk.route(filing)

    claim = desk.claim(filing, 1)
    desk.accept(claim, "office.name")
    desk.finish(claim)

    assert desk.states(filing) == ["ready", "ready", "in_review"]
    assert not desk.entry(filing, 2).straight_through
    assert (
        queue.claim(desk.database, "mio", entry_id=desk.entry_id(filing, 2), now=NOW)
        is None
    )


def test_an_entry_somebody_holds_does_not_follow_the_head(desk: Desk) -> None:
    filing = desk.receive(entries=2, doubtful=["office.name"])
    desk.route(filing)
    desk.claim(filing, 2, person="mio")

    claim = desk.claim(filing, 1)
    desk.accept(claim, "office.name")
    desk.finish(claim)

    assert desk.states(filing) == ["ready", "in_review"]


def pull(desk: Desk, filing: int, n: int) -> None:
    with desk.database.begin() as session:
        entry = session.get_one(Entry, desk.entry_id(filing, n))
        pull_back(session, entry=entry, actor="rei", role=Role.REVIEWER, now=LATER)


def test_an_entry_somebody_took_back_does_not_follow_the_head(desk: Desk) -> None:
    filing = desk.receive(entries=2, doubtful=["office.name"])
    desk.route(filing)
    claim = desk.claim(filing, 1)
    desk.accept(claim, "office.name")
    desk.finish(claim)
    pull(desk, filing, 1)
    pull(desk, filing, 2)

    desk.finish(desk.claim(filing, 1))

    assert desk.states(filing) == ["ready", "in_review"]
    desk.finish(desk.claim(filing, 2))
    assert desk.states(filing) == ["ready", "ready"]


def test_an_entry_a_colleague_was_asked_about_does_not_follow_the_head(
    desk: Desk,
) -> None:
    with desk.database.begin() as session:
        people.add_person(
            session, name="kei", role=Role.REVIEWER, password="correct horse", now=NOW
        )
    filing = desk.receive(entries=2, doubtful=["office.name"])
    desk.route(filing)
    held = desk.claim(filing, 2)
    with desk.database.begin() as session:
        hand_on(session, held, to="kei", note="", now=NOW)

    claim = desk.claim(filing, 1)
    desk.accept(claim, "office.name")
    desk.finish(claim)

    assert desk.states(filing) == ["ready", "in_review"]
