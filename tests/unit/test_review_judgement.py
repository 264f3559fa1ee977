"""An application waits until every point is ticked with the page it rests on."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from review.judgement import judge
from review.refusals import NotSettledError, OwnWorkError
from storage.tables import Entry, Judgement, Page
from storage.work import Claim
from tests.application import an_application
from tests.desk import Desk

POINTS = ("identity", "term")


@pytest.fixture
def application(desk: Desk) -> int:
    """An application nothing of which is doubtful."""
    desk.definition = an_application()
    filing = desk.receive()
    desk.route(filing)
    return filing


def page_of(session: Session, filing: int) -> int:
    return session.scalars(select(Page.id).where(Page.filing_id == filing)).one()


def tick(desk: Desk, claim: Claim, *points: str, page: int | None = None) -> None:
    with desk.database.begin() as session:
        entry = session.get_one(Entry, claim.subject)
        for point in points:
            judge(
                session,
                hand=desk.hand(session, claim),
                point=point,
                page_id=page or page_of(session, entry.filing_id),
            )


def test_an_application_never_goes_straight_through(
    desk: Desk, application: int
) -> None:
    entry = desk.entry(application)

    assert (entry.state, entry.straight_through) == ("in_review", False)
    assert entry.reasons == ["judgement:identity", "judgement:term", "limit:nature"]


def test_an_application_is_ready_once_every_point_is_ticked(
    desk: Desk, application: int
) -> None:
    claim = desk.claim(application)
    tick(desk, claim, "identity")

    with pytest.raises(NotSettledError, match="judgement:term"):
        desk.finish(claim)

    tick(desk, claim, "term")
    desk.finish(claim)
    desk.approve(application)
    assert desk.states(application) == ["approved"]


def test_a_point_that_is_opened_again_keeps_the_entry(
    desk: Desk, application: int
) -> None:
    claim = desk.claim(application)
    tick(desk, claim, *POINTS)
    with desk.database.begin() as session:
        judge(session, hand=desk.hand(session, claim), point="term", page_id=None)

    with pytest.raises(NotSettledError, match="judgement:term"):
        desk.finish(claim)


def test_an_open_point_stops_the_approval_too(desk: Desk, application: int) -> None:
    claim = desk.claim(application)
    tick(desk, claim, *POINTS)
    desk.finish(claim)
    with desk.database.begin() as session:
        session.execute(
            text(
                "UPDATE judgement SET judged_by = NULL, judged_at = NULL, "
                "page_id = NULL WHERE point = 'term'"
            )
        )

    with pytest.raises(NotSettledError, match="judgement:term"):
        desk.approve(application)


def test_the_database_itself_lets_no_open_point_pass(
    desk: Desk, application: int
) -> None:
    del application

    with (
        pytest.raises(IntegrityError, match="to be judged"),
        desk.database.begin() as session,
    ):
        session.execute(text("UPDATE entry SET state = 'ready'"))


def test_whoever_judged_does_not_approve(desk: Desk, application: int) -> None:
    claim = desk.claim(application, person="ann")
    tick(desk, claim, *POINTS)
    desk.finish(claim)

    with pytest.raises(OwnWorkError):
        desk.approve(application, actor="ann")


def test_what_was_judged_stands_in_the_manifest(desk: Desk, application: int) -> None:
    claim = desk.claim(application)
    tick(desk, claim, *POINTS)
    desk.finish(claim)
    before = desk.seen_manifest(application)

    with desk.database.begin() as session:
        session.scalars(select(Judgement)).first().judged_by = "mio"  # type: ignore[union-attr]

    assert desk.seen_manifest(application) != before


def test_a_point_rests_on_a_page_of_its_filing(desk: Desk, application: int) -> None:
    other = desk.receive()
    with desk.database.look() as session:
        strange = page_of(session, other)
    claim = desk.claim(application)

    with pytest.raises(MissingError, match="no page"):
        tick(desk, claim, "term", page=strange)
    with pytest.raises(MissingError, match="no point"):
        tick(desk, claim, "weather")


def test_a_notice_has_nothing_to_judge(desk: Desk) -> None:
    filing = desk.receive()

    desk.route(filing)

    assert desk.states(filing) == ["ready"]
