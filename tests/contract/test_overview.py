"""How the office stands, counted on every database."""

from datetime import date, timedelta

from kamizero.business_days import NATIONAL
from review import daily_report, overview
from review.overview import Benefit, Day, Period
from storage.clocks import stop_clock
from storage.tables import Bundle, Clock, Entry, Filing, FilingStep, Stop
from tests.desk import LATER, NOW, Desk

NAME = "insured.1.name_kana"
RECEIVED = date(2020, 12, 9)
TODAY = date(2020, 12, 10)
PERIOD = Period(date(2020, 12, 8), TODAY)


def waiting(desk: Desk) -> int:
    filing = desk.receive(doubtful=[NAME])
    desk.route(filing)
    return filing


def approved(desk: Desk) -> int:
    filing = desk.receive()
    desk.route(filing)
    desk.approve(filing)
    return filing


def late(desk: Desk) -> int:
    filing = waiting(desk)
    with desk.database.begin() as session:
        clock = session.get_one(Clock, desk.entry_id(filing))
        clock.due_on = date(2020, 12, 8)
    return filing


def test_each_day_says_what_came_went_and_was_left(desk: Desk) -> None:
    waiting(desk)
    approved(desk)

    with desk.database.look() as session:
        days = overview.flow(session, PERIOD)

    assert days == [
        Day(date(2020, 12, 8), 0, 0, 0),
        Day(RECEIVED, 2, 0, 2),
        Day(TODAY, 0, 1, 1),
    ]


def test_what_was_left_before_the_period_is_carried_over(desk: Desk) -> None:
    waiting(desk)

    with desk.database.look() as session:
        (day,) = overview.flow(session, Period(TODAY, TODAY))

    assert (day.came, day.backlog) == (0, 1)


def test_each_form_and_channel_is_held_against_its_standard(desk: Desk) -> None:
    approved(desk)
    too_late = approved(desk)
    late(desk)
    with desk.database.begin() as session:
        session.get_one(Clock, desk.entry_id(too_late)).on_time = False

    with desk.database.look() as session:
        (one,) = overview.standings(session, PERIOD, today=TODAY)

    assert (one.form, one.channel) == ("2200", "paper")
    assert (one.done, one.on_time, one.attainment) == (2, 1, 0.5)
    assert (one.net_days, one.gross_days) == (1.0, 1.0)
    assert (one.open, one.late) == (1, 1)


def test_another_site_has_nothing_of_it(desk: Desk) -> None:
    approved(desk)
    elsewhere = Period(PERIOD.first, PERIOD.last, site="osaka")

    with desk.database.look() as session:
        assert overview.standings(session, elsewhere, today=TODAY) == []
        assert overview.benefit(session, elsewhere) == Benefit(0, 0, 0, 0, 0)
        assert {day.came for day in overview.flow(session, elsewhere)} == {0}


def test_the_backlog_is_told_by_the_business_days_left(desk: Desk) -> None:
    waiting(desk)
    late(desk)
    stopped = waiting(desk)
    with desk.database.begin() as session:
        entry = session.get_one(Entry, desk.entry_id(stopped))
        stop_clock(session, entry, reason=Stop.RETURN, actor="rei", now=NOW)

    with desk.database.look() as session:
        found = overview.backlog(session, site=None, calendar=NATIONAL, today=TODAY)

    assert (found.open, found.late, found.stopped) == (3, 1, 1)
    assert {left: n for left, n in found.days.items() if n} == {-2: 1, 4: 1}


def test_time_in_peoples_hands_is_counted_without_naming_them(desk: Desk) -> None:
    filing = waiting(desk)
    straight = desk.receive()
    desk.route(straight)
    claim = desk.claim(filing)
    desk.accept(claim, NAME)
    desk.finish(claim)

    with desk.database.look() as session:
        found = overview.benefit(session, PERIOD)
        filled = session.get_one(Clock, desk.entry_id(straight)).fields

    # It was claimed at NOW; accepted and finished a minute later.
    assert (found.seconds, found.touched, found.seconds_per_field) == (60, 1, 60.0)
    assert (found.entries, found.straight_through) == (2, 1)
    assert found.fields == 2 * filled
    assert filled > 5
    assert found.saved_seconds(keying=6) == 6 * found.fields - 60


def test_the_report_lists_what_is_late_and_whom_it_waits_for(desk: Desk) -> None:
    first, _ = late(desk), waiting(desk)

    with desk.database.look() as session:
        found = daily_report.overdue(
            session, site="main", calendar=NATIONAL, today=TODAY
        )

    (line,) = found.lines
    assert (found.count, line.filing_id, line.days.gross) == (1, first, 1)


def test_the_report_lists_what_does_not_move_by_itself(desk: Desk) -> None:
    failed, slow, open_one = desk.receive(), desk.receive(), waiting(desk)
    with desk.database.begin() as session:
        session.get_one(Filing, failed).step = FilingStep.FAILED
        session.get_one(Filing, slow).step = FilingStep.READING
        filing = session.get_one(Filing, open_one)
        filing.step = FilingStep.DONE
        filing.bundle = Bundle(
            job_id=filing.arrival.job_id,
            number="0007",
            site="main",
            scheme="",
            form="2200",
        )

    def seen(hours: int) -> list[str]:
        with desk.database.look() as session:
            found = daily_report.stuck(
                session,
                site="main",
                today=TODAY,
                now=LATER + timedelta(hours=hours),
            )
        return sorted(one.kind for one in found.lines)

    assert seen(1) == ["filing_failed"]
    assert seen(24) == ["bundle_open", "filing_failed", "filing_reading"]
