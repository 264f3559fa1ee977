"""When entries are due, what stops their clocks, and how long they took."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from delivery.outbox import mark_taken, signed_version
from forms.standards import Standards
from kamizero.business_days import NATIONAL
from kamizero.model import Role
from review.returns import return_to_submitter
from storage import office_days
from storage.clocks import (
    Days,
    days_of,
    end_clock,
    resume_clock,
    start_clock,
    stop_clock,
)
from storage.refiling import take_over
from storage.tables import (
    NEVER_DUE,
    AuditEvent,
    Balance,
    Bundle,
    BundleKind,
    Clock,
    ClockEnd,
    ClockStop,
    Delivery,
    Entry,
    Filing,
    Medium,
    Stop,
    Work,
)
from tests.desk import NOW, Desk
from workers.filings import dissolve

NAME = "insured.1.name_kana"
# What tests receive came on Wednesday 9 December 2020: five business days end here.
DUE = date(2020, 12, 16)
E_FILED = """
revisions:
  - from: 2000-01-01
    others:
      priority: 20
      terms:
        electronic: {business_days: 3, ends: delivery}
        media: {business_days: 3, ends: delivery}
        paper: {business_days: 3, ends: delivery}
"""


def routed(desk: Desk, *doubtful: str) -> int:
    filing = desk.receive(doubtful=doubtful)
    desk.route(filing)
    return desk.entry_id(filing)


def clock_of(desk: Desk, entry: int) -> Clock:
    with desk.database.look() as session:
        clock = session.get_one(Clock, entry)
        assert isinstance(clock.stops, list)
        return clock


def stop(
    desk: Desk,
    entry: int,
    day: int,
    *,
    until: date | None = None,
    reason: Stop = Stop.INQUIRY,
) -> None:
    with desk.database.begin() as session:
        stop_clock(
            session,
            session.get_one(Entry, entry),
            reason=reason,
            actor="rei",
            now=at(day),
            until=until,
        )


def resume(desk: Desk, entry: int, day: int) -> None:
    with desk.database.begin() as session:
        resume_clock(session, session.get_one(Entry, entry), actor="rei", now=at(day))


def end(desk: Desk, entry: int, day: int, by: ClockEnd = ClockEnd.APPROVAL) -> Clock:
    with desk.database.begin() as session:
        end_clock(session, session.get_one(Entry, entry), by=by, now=at(day))
    return clock_of(desk, entry)


def at(day: int) -> datetime:
    """Ten in the morning of a day of December 2020 in Tokyo."""
    return NOW + timedelta(days=day - 10)


def test_a_filing_is_due_by_its_form_from_the_day_it_was_received(desk: Desk) -> None:
    clock = clock_of(desk, routed(desk, NAME))

    assert (clock.received_on, clock.due_on) == (date(2020, 12, 9), DUE)
    assert (clock.form, clock.channel, clock.site) == ("2200", "paper", "main")
    assert clock.standard == "2200/paper@2000-01-01"


def test_a_clock_is_started_once(desk: Desk) -> None:
    entry = routed(desk, NAME)
    stop(desk, entry, 10)

    with desk.database.begin() as session:
        row = session.get_one(Entry, entry)
        start_clock(session, row, standards=Standards.shipped())

    assert clock_of(desk, entry).due_on == NEVER_DUE


def test_a_closed_day_of_the_office_moves_the_due_date(desk: Desk) -> None:
    with desk.database.begin() as session:
        for day, site in ((date(2020, 12, 15), "main"), (date(2020, 12, 14), "osaka")):
            office_days.set_day(
                session,
                day,
                opened=False,
                note="創立記念日",
                actor="adm",
                now=NOW,
                site=site,
            )

    assert clock_of(desk, routed(desk, NAME)).due_on == date(2020, 12, 17)


def test_a_site_may_work_where_the_others_do_not(desk: Desk) -> None:
    day = date(2020, 12, 15)

    def say(opened: bool, site: str) -> None:
        with desk.database.begin() as session:
            office_days.set_day(
                session, day, opened=opened, note="", actor="adm", now=NOW, site=site
            )

    say(False, office_days.EVERYWHERE)
    say(False, "main")
    say(True, "main")

    with desk.database.look() as session:
        assert office_days.calendar_of(session, "main").is_open(day)
        assert not office_days.calendar_of(session, "osaka").is_open(day)


def test_an_own_day_can_be_forgotten(desk: Desk) -> None:
    day = date(2020, 12, 15)
    with desk.database.begin() as session:
        office_days.set_day(session, day, opened=False, note="", actor="adm", now=NOW)

    with desk.database.begin() as session:
        first = office_days.forget_day(session, day, actor="adm", now=NOW)
        second = office_days.forget_day(session, day, actor="adm", now=NOW)

    assert (first, second) == (True, False)
    with desk.database.look() as session:
        assert office_days.calendar_of(session, "main") == NATIONAL
        acts = session.scalars(
            select(AuditEvent.act).where(AuditEvent.act.startswith("office_day"))
        ).all()
    assert acts == ["office_day.closed", "office_day.forgotten"]


def test_while_a_clock_stands_still_nothing_is_due(desk: Desk) -> None:
    entry = routed(desk, NAME)

    stop(desk, entry, 10, reason=Stop.RETURN)

    assert clock_of(desk, entry).due_on == NEVER_DUE
    with desk.database.look() as session:
        assert session.scalars(select(Work.deadline)).all() == [NEVER_DUE]


def test_a_resumed_clock_has_as_many_days_left_as_before(desk: Desk) -> None:
    entry = routed(desk, NAME)
    stop(desk, entry, 10)

    resume(desk, entry, 18)

    # From the 10th to the 18th lie six business days.
    assert clock_of(desk, entry).due_on == date(2020, 12, 24)
    with desk.database.look() as session:
        assert session.scalars(select(Work.deadline)).all() == [date(2020, 12, 24)]


def test_resuming_a_clock_that_runs_changes_nothing(desk: Desk) -> None:
    entry = routed(desk, NAME)

    resume(desk, entry, 10)

    assert clock_of(desk, entry).due_on == DUE


def test_a_second_stop_begins_where_the_first_one_ends(desk: Desk) -> None:
    entry = routed(desk, NAME)
    stop(desk, entry, 10, until=date(2020, 12, 25))

    stop(desk, entry, 14, until=date(2020, 12, 15), reason=Stop.ATTACHMENT)

    stops = [(one.since_on.day, one.until_on) for one in clock_of(desk, entry).stops]
    assert stops == [(10, date(2020, 12, 14)), (14, date(2020, 12, 15))]
    assert clock_of(desk, entry).due_on == date(2020, 12, 21)


def test_the_database_knows_one_open_stop_at_a_time(desk: Desk) -> None:
    entry = routed(desk, NAME)
    stop(desk, entry, 10)

    with pytest.raises(IntegrityError), desk.database.begin() as session:
        session.add(
            ClockStop(entry_id=entry, reason=Stop.INQUIRY, since_on=date(2020, 12, 11))
        )


def test_an_end_tells_the_days_with_and_without_the_stops(desk: Desk) -> None:
    entry = routed(desk, NAME)
    stop(desk, entry, 10)
    resume(desk, entry, 16)

    clock = end(desk, entry, 18)

    assert (clock.gross_days, clock.net_days) == (7, 3)
    assert (clock.ended_on, clock.on_time) == (date(2020, 12, 18), True)


@pytest.mark.parametrize(("day", "on_time"), [(16, True), (17, False)])
def test_the_due_date_is_the_last_day_that_is_on_time(
    desk: Desk, day: int, on_time: bool
) -> None:
    assert end(desk, routed(desk, NAME), day).on_time is on_time


def test_a_clock_that_was_never_resumed_ends_with_its_stop(desk: Desk) -> None:
    entry = routed(desk, NAME)
    stop(desk, entry, 10)

    clock = end(desk, entry, 30)

    assert (clock.net_days, clock.on_time) == (1, True)


def test_an_end_is_the_first_one(desk: Desk) -> None:
    entry = routed(desk, NAME)
    end(desk, entry, 16)

    assert end(desk, entry, 25).ended_on == date(2020, 12, 16)
    stop(desk, entry, 28)
    assert clock_of(desk, entry).due_on == DUE


def test_what_was_withdrawn_is_neither_late_nor_on_time(desk: Desk) -> None:
    clock = end(desk, routed(desk, NAME), 30, ClockEnd.WITHDRAWAL)

    assert (clock.ended_by, clock.on_time) == ("withdrawal", None)


def test_approval_ends_a_clock_that_waits_for_it(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)

    desk.approve(filing)

    assert clock_of(desk, desk.entry_id(filing)).ended_by == "approval"


def test_a_clock_that_waits_for_delivery_ends_when_the_record_is_taken(
    desk: Desk,
) -> None:
    filing = desk.receive()
    with desk.database.begin() as session:
        row = session.get_one(Entry, desk.entry_id(filing))
        start_clock(session, row, standards=Standards.read(E_FILED))
    desk.route(filing)
    desk.approve(filing)
    entry = desk.entry_id(filing)
    before = clock_of(desk, entry).ended_on

    with desk.database.begin() as session:
        sent = session.query(Delivery).one()
        mark_taken(session, sent, has=signed_version(sent), actor="robot", now=at(11))

    assert before is None
    clock = clock_of(desk, entry)
    assert (clock.ended_by, clock.on_time, clock.priority) == ("delivery", True, 20)


def test_a_returned_entry_is_not_late(desk: Desk) -> None:
    filing = desk.receive()
    desk.route(filing)
    entry = desk.entry_id(filing)

    with desk.database.begin() as session:
        return_to_submitter(
            session,
            entry=session.get_one(Entry, entry),
            actor="ann",
            role=Role.APPROVER,
            reason="押印がありません",
            now=NOW,
        )

    assert clock_of(desk, entry).due_on == NEVER_DUE
    assert [one.reason for one in clock_of(desk, entry).stops] == ["return"]


def come_again(
    desk: Desk,
    before: int,
    day: int,
    *,
    entries: int = 1,
    standards: Standards | None = None,
) -> int:
    """A filing that brings another one again, received on that day of the month."""
    filing = desk.receive(entries=entries)
    with desk.database.begin() as session:
        row = session.get_one(Filing, filing)
        row.reentry_of_id, row.received_on = before, date(2020, 12, day)
        session.flush()
        for entry in row.entries:
            start_clock(session, entry, standards=standards or Standards.shipped())
    desk.route(filing)
    return filing


def send_back(desk: Desk, filing: int, day: int, *numbers: int) -> None:
    with desk.database.begin() as session:
        for n in numbers or (1,):
            return_to_submitter(
                session,
                entry=session.get_one(Entry, desk.entry_id(filing, n)),
                actor="ann",
                role=Role.APPROVER,
                reason="押印がありません",
                now=at(day),
            )


def test_a_paper_that_comes_again_goes_on_with_the_clock_of_before(
    desk: Desk,
) -> None:
    before = desk.receive()
    desk.route(before)
    send_back(desk, before, 11)

    again = come_again(desk, before, 18)

    clock = clock_of(desk, desk.entry_id(again))
    # Five business days from the 11th to the 17th did not count.
    assert (clock.received_on, clock.due_on) == (date(2020, 12, 9), date(2020, 12, 23))
    assert [(one.reason, one.since_on, one.until_on) for one in clock.stops] == [
        ("return", date(2020, 12, 11), date(2020, 12, 18))
    ]
    done = end(desk, clock.entry_id, 22)
    assert (done.net_days, done.gross_days, done.on_time) == (4, 9, True)
    with desk.database.look() as session:
        assert session.get(Clock, desk.entry_id(before)) is None


def test_the_same_person_goes_on_whatever_line_they_stand_on(desk: Desk) -> None:
    before = desk.receive(entries=3)
    desk.route(before)
    send_back(desk, before, 11, 2)
    send_back(desk, before, 14, 3)

    again = come_again(desk, before, 18, entries=2)

    since = [
        clock_of(desk, desk.entry_id(again, n)).stops[0].since_on.day for n in (1, 2)
    ]
    # The second line is the second person's; what is left goes to the first.
    assert since == [14, 11]


def test_a_person_who_was_not_on_the_paper_before_has_a_term_of_their_own(
    desk: Desk,
) -> None:
    before = desk.receive()
    desk.route(before)
    send_back(desk, before, 11)

    again = come_again(desk, before, 18, entries=2)

    assert clock_of(desk, desk.entry_id(again, 2)).received_on == date(2020, 12, 18)


def test_a_term_begins_anew_where_the_standard_says_so(desk: Desk) -> None:
    anew = Standards.read(
        E_FILED.replace("ends: delivery", "ends: approval, after_return: anew")
    )
    before = desk.receive()
    with desk.database.begin() as session:
        row = session.get_one(Entry, desk.entry_id(before))
        start_clock(session, row, standards=anew)
    desk.route(before)
    send_back(desk, before, 11)

    again = come_again(desk, before, 18, standards=anew)

    clock = clock_of(desk, desk.entry_id(again))
    assert (clock.received_on, clock.stops) == (date(2020, 12, 18), [])


def test_a_clock_goes_on_though_the_pages_are_sorted_again(desk: Desk) -> None:
    before = desk.receive()
    desk.route(before)
    send_back(desk, before, 11)
    first = come_again(desk, before, 18)
    with desk.database.begin() as session:
        dissolve(session, session.get_one(Filing, first), now=at(18))

    again = come_again(desk, before, 18)

    clock = clock_of(desk, desk.entry_id(again))
    assert (clock.received_on, clock.due_on) == (date(2020, 12, 9), date(2020, 12, 23))


def test_taking_a_clock_over_twice_changes_nothing(desk: Desk) -> None:
    before = desk.receive(entries=2)
    desk.route(before)
    send_back(desk, before, 11, 1)
    send_back(desk, before, 14, 2)
    again = come_again(desk, before, 18)

    with desk.database.begin() as session:
        row = session.get_one(Filing, again)
        take_over(session, row, actor="rei", now=at(18))

    clock = clock_of(desk, desk.entry_id(again))
    assert [one.since_on.day for one in clock.stops] == [11]


def test_the_days_so_far_are_told_while_the_clock_runs(desk: Desk) -> None:
    entry = routed(desk, NAME)
    stop(desk, entry, 10, until=date(2020, 12, 15))

    days = days_of(clock_of(desk, entry), NATIONAL, today=date(2020, 12, 14))

    assert days == Days(net=1, gross=3)


@pytest.mark.parametrize(
    ("medium", "standard"),
    [
        (Medium.DISC, "2200/media@2000-01-01"),
        (Medium.E_FILING, "2200/electronic@2000-01-01"),
    ],
)
def test_what_came_on_a_medium_has_the_terms_of_its_channel(
    desk: Desk, medium: Medium, standard: str
) -> None:
    filing = desk.receive(doubtful=[NAME])
    with desk.database.begin() as session:
        row = session.get_one(Filing, filing)
        row.bundle = Bundle(
            job_id=row.arrival.job_id,
            number="003",
            site="main",
            scheme="",
            form="2200",
            kind=BundleKind.MEDIA,
            medium=medium,
            balance=Balance.BALANCED,
        )
        session.flush()
        start_clock(session, row.entries[0], standards=Standards.shipped())

    assert clock_of(desk, desk.entry_id(filing)).standard == standard
