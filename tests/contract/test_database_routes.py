"""Four eyes on a route are the database's own rule, whoever writes to it."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.library import Library
from kamizero.model import FilingKind, Role
from storage.database import Database
from storage.tables import (
    Absence,
    Approval,
    ApprovalRound,
    ApprovalRoute,
    RouteStage,
    RouteStep,
    StageKind,
    Touch,
)
from tests.paper import NOW, RECEIVED_ON, a_step, new_filing

MANIFEST = "b" * 64


@pytest.fixture
def started(database: Database) -> Database:
    """A filing rei worked on, and a round over it on a route of three stages."""
    with database.begin() as session:
        definition = Library.shipped().get("2200")
        filing = new_filing(session, definition, FilingKind.NEW)
        session.add(Touch(filing_id=filing.id, person="rei"))
        route = ApprovalRoute(
            code="long",
            name_ja="長",
            name_en="Long",
            in_force_from=RECEIVED_ON,
            stages=[a_stage(n, kind) for n, kind in enumerate(StageKind, start=1)],
        )
        session.add(route)
        session.flush()
        session.add(
            ApprovalRound(
                filing_id=filing.id,
                route=route,
                manifest_sha256=MANIFEST,
                opened_at=NOW,
            )
        )
    return database


def a_stage(position: int, kind: StageKind) -> RouteStage:
    return RouteStage(
        position=position, kind=kind, unit="", role=Role.APPROVER, persons=[]
    )


def the_round(session: Session) -> ApprovalRound:
    return session.query(ApprovalRound).one()


def step(session: Session, stage: int, person: str, **more: str) -> RouteStep:
    found = the_round(session)
    taken = a_step(
        found,
        found.route.stages[stage],
        seq=len(found.steps) + 1,
        person=person,
        **more,
    )
    session.add(taken)
    session.flush()
    return taken


def sign(session: Session, person: str, *, manifest: str = MANIFEST) -> None:
    found = the_round(session)
    session.add(
        Approval(
            filing_id=found.filing_id,
            round_id=found.id,
            manifest_sha256=manifest,
            store_key="k",
            store_version="1",
            by=person,
            at=NOW,
            key_id="k",
            signature="00",
        )
    )
    session.flush()


def whole_route(session: Session) -> None:
    for stage, person in enumerate(("sato", "mori", "ann")):
        step(session, stage, person)


def test_three_people_take_the_route_and_the_last_signs(started: Database) -> None:
    with started.begin() as session:
        whole_route(session)
        sign(session, "ann")

    with started.look() as session:
        assert session.query(Approval).one().by == "ann"


def ones_own_work(session: Session) -> None:
    step(session, 0, "rei")


def two_stages(session: Session) -> None:
    step(session, 0, "sato")
    step(session, 1, "sato")


def a_deputy_of_nobody_away(session: Session) -> None:
    step(session, 0, "bob", for_person="sato")


def a_later_stage_first(session: Session) -> None:
    step(session, 1, "sato")


def half_a_route(session: Session) -> None:
    step(session, 0, "sato")
    sign(session, "ann")


def a_signature_of_who_did_not_decide(session: Session) -> None:
    whole_route(session)
    sign(session, "sato")


def work_after_a_stamp(session: Session) -> None:
    whole_route(session)
    session.add(Touch(filing_id=the_round(session).filing_id, person="mori"))
    session.flush()
    sign(session, "ann")


def another_manifest(session: Session) -> None:
    whole_route(session)
    sign(session, "ann", manifest="c" * 64)


def a_further_stage(session: Session) -> None:
    stage = a_stage(9, StageKind.REVIEW)
    stage.route_id = the_round(session).route_id
    session.add(stage)
    session.flush()


def a_second_open_round(session: Session) -> None:
    found = the_round(session)
    session.add(
        ApprovalRound(
            filing_id=found.filing_id,
            route_id=found.route_id,
            manifest_sha256=MANIFEST,
            opened_at=NOW,
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (ones_own_work, "four eyes"),
        (two_stages, "four eyes"),
        (a_deputy_of_nobody_away, "four eyes"),
        (a_later_stage_first, "stage by stage"),
        (half_a_route, "four eyes"),
        (a_signature_of_who_did_not_decide, "four eyes"),
        (work_after_a_stamp, "four eyes"),
        (another_manifest, "four eyes"),
        (a_further_stage, "in use"),
        (a_second_open_round, "(?i)unique"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_the_database_refuses(
    started: Database, attempt: Callable[[Session], None], words: str
) -> None:
    with pytest.raises(IntegrityError, match=words), started.begin() as session:
        attempt(session)


def test_a_deputy_takes_the_stage_of_somebody_away(started: Database) -> None:
    with started.begin() as session:
        session.add(
            Absence(
                person="sato",
                deputy="bob",
                first_day=RECEIVED_ON,
                last_day=RECEIVED_ON,
                recorded_by="sato",
                recorded_at=NOW,
            )
        )
        session.flush()
        step(session, 0, "bob", for_person="sato")

    with (
        pytest.raises(IntegrityError, match="four eyes"),
        started.begin() as session,
    ):
        step(session, 1, "sato")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE route_step SET person = 'x'", "append-only|stays so"),
        ("DELETE FROM route_step", "append-only"),
        ("UPDATE approval_round SET manifest_sha256 = 'x'", "append-only|stays so"),
        ("UPDATE approval_round SET ended_as = 'changed'", "stays so"),
        ("UPDATE approval_route SET delegated_by = 'x'", "append-only"),
        ("DELETE FROM route_stage", "append-only"),
        ("UPDATE route_step SET void_why = 'x'", "stays so"),
    ],
)
def test_what_was_stamped_stays_written(
    started: Database, change: str, words: str
) -> None:
    with started.begin() as session:
        taken = step(session, 0, "sato")
        taken.void_at, taken.void_by, taken.void_why = NOW, "ann", "once more"
        found = the_round(session)
        found.ended_at, found.ended_as = NOW, "send_back"

    with pytest.raises(IntegrityError, match=words), started.begin() as session:
        session.execute(text(change))


def test_a_round_that_is_over_takes_no_step(started: Database) -> None:
    with started.begin() as session:
        found = the_round(session)
        found.ended_at, found.ended_as = NOW, "send_back"

    with pytest.raises(IntegrityError, match="is over"), started.begin() as session:
        step(session, 0, "sato")
