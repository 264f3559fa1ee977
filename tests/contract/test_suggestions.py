"""What the database itself lets a robot say before approval, and people beside it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from delivery.robots import queues
from delivery.robots.queues import Terms
from kamizero.errors import StaleFenceError, WrongCallError
from kamizero.model import FieldState
from review.refusals import FieldChangedError, StateForbidsError
from review.suggesting import leasing
from review.suggesting.answering import Said, answer
from review.suggesting.leasing import Held
from storage.tables import (
    AuthorKind,
    Field,
    FieldVersion,
    QueueStep,
    RobotQueue,
)
from storage.values import write_correction, write_suggestion
from storage.verification import verify
from tests.desk import LATER, Desk
from tests.paper import PAPER

KANA, FIELD = "insured.name_kana", "insured.1.name_kana"
OTHER = "ヤマダ　ジロウ"


def add(desk: Desk, **terms: object) -> None:
    given = {"title": "Look", "form": "2200", "writes": (KANA,), **terms}
    with desk.database.begin() as session:
        queues.add_queue(
            session,
            "look",
            Terms(step=QueueStep.SUGGEST, **given),  # type: ignore[arg-type]
            actor="ken",
            now=LATER,
            definition=desk.definition,
        )


def leased(desk: Desk) -> tuple[int, Held]:
    """A filing in review and a robot that holds its entry."""
    add(desk)
    filing = desk.receive(doubtful=[FIELD])
    desk.route(filing)
    with desk.database.begin() as session:
        queue = session.scalars(select(RobotQueue)).one()
        (held,) = leasing.lease(session, queue, robot="r", limit=5, now=LATER)
    return filing, held


def say(desk: Desk, held: Held, value: str) -> Said:
    with desk.database.begin() as session:
        queue = session.scalars(select(RobotQueue)).one()
        mine = leasing.held_entry(
            session,
            queue,
            held.entry.id,
            robot="r",
            fence=held.claim.fence,
            now=LATER,
        )
        said = answer(
            session,
            desk.vault,
            queue,
            mine,
            {KANA: value},
            definition=desk.definition,
            is_blind=True,
            now=LATER,
        )
        return said[KANA]


def write(session: Session, desk: Desk, name: str, *, author: str = "r") -> None:
    """Write a value as a robot without asking anybody."""
    field = session.scalars(select(Field).where(Field.name == name)).one()
    write_suggestion(
        session,
        desk.vault,
        field,
        value=OTHER,
        text=OTHER,
        ground={"kind": "robot"},
        author=author,
        now=LATER,
    )
    session.flush()


def test_the_database_takes_only_what_the_holder_of_the_entry_may_say(
    desk: Desk,
) -> None:
    leased(desk)

    for name, author in ((FIELD, "s"), ("insured.1.name_kanji", "r")):
        with (
            pytest.raises(IntegrityError, match="no robot may say"),
            desk.database.begin() as session,
        ):
            write(session, desk, name, author=author)
    with desk.database.begin() as session:
        write(session, desk, FIELD)


def test_the_database_lets_no_robot_speak_after_a_person(desk: Desk) -> None:
    filing, _ = leased(desk)
    desk.settle(desk.claim(filing), FIELD, OTHER)

    with (
        pytest.raises(IntegrityError, match="no robot may say"),
        desk.database.begin() as session,
    ):
        write(session, desk, FIELD)


def test_the_database_lets_no_robot_speak_of_what_is_ready(desk: Desk) -> None:
    filing, held = leased(desk)
    claim = desk.claim(filing)
    desk.accept(claim, FIELD)
    desk.finish(claim)

    with pytest.raises(StateForbidsError):
        say(desk, held, OTHER)
    with (
        pytest.raises(IntegrityError, match="no robot may say"),
        desk.database.begin() as session,
    ):
        write(session, desk, FIELD)


def test_a_suggestion_is_put_in_force_by_nobody(desk: Desk) -> None:
    _, held = leased(desk)
    say(desk, held, OTHER)

    for column in ("as_written_id", "as_decided_id"):
        with (
            pytest.raises(IntegrityError, match="not in force"),
            desk.database.begin() as session,
        ):
            session.execute(
                text(
                    f"UPDATE field SET {column} = suggested_id "  # noqa: S608
                    "WHERE suggested_id IS NOT NULL"
                )
            )
    with (
        pytest.raises(IntegrityError, match="only what a robot found"),
        desk.database.begin() as session,
    ):
        session.execute(text("UPDATE field SET suggested_id = as_written_id"))


def test_a_robot_decides_nothing(desk: Desk) -> None:
    _, held = leased(desk)

    with desk.database.look() as session:
        field = session.scalars(select(Field).where(Field.name == FIELD)).one()
    with (
        pytest.raises(IntegrityError, match="no robot may say"),
        desk.database.begin() as session,
    ):
        session.add(
            FieldVersion(
                field_id=field.id,
                seq=2,
                purpose="as_decided",
                author_kind=AuthorKind.ROBOT,
                author=held.claim.leased_by,
                at=LATER,
                state="read",
                grounds=[],
                ground={"kind": "robot"},
                commitment="0" * 64,
            )
        )


def test_what_a_queue_may_say_stays_what_it_was(desk: Desk) -> None:
    add(desk)

    with (
        pytest.raises(IntegrityError, match="stays what it is"),
        desk.database.begin() as session,
    ):
        session.execute(text("""UPDATE robot_queue SET writes = '["insured.x"]'"""))


@pytest.mark.parametrize(
    "terms",
    [
        {"writes": ()},
        {"writes": ("insured.nothing",)},
        {"writes": ("insured.my_number",)},
        {"must_show": (KANA,)},
    ],
)
def test_a_queue_names_fields_that_there_are_and_no_number(
    desk: Desk, terms: dict[str, object]
) -> None:
    with pytest.raises(WrongCallError):
        add(desk, **terms)


def test_what_robots_said_verifies_with_the_rest(desk: Desk) -> None:
    _, held = leased(desk)
    say(desk, held, OTHER)

    with desk.database.look() as session:
        kinds = [one.author_kind for one in session.scalars(select(FieldVersion))]
    found = verify(desk.database, desk.store, desk.vault)

    assert kinds.count(AuthorKind.ROBOT) == 1
    assert [
        one for one in found.differences if one.kind in ("field_value", "index_card")
    ] == []


def test_a_person_and_a_robot_at_once_lose_nothing(desk: Desk) -> None:
    filing, held = leased(desk)
    claim = desk.claim(filing)
    seen = desk.shown(claim, FIELD).latest_version
    start = Barrier(2)

    def robot() -> str:
        start.wait()
        return str(say(desk, held, PAPER["name_kana"]))

    def person() -> str:
        start.wait()
        try:
            desk.settle(claim, FIELD, OTHER, seen=seen)
        except FieldChangedError:
            return "told"
        return "settled"

    with ThreadPoolExecutor(2) as pool:
        said, done = (one.result() for one in (pool.submit(robot), pool.submit(person)))

    # Whoever came second knew of the first: the person loads again, the robot leaves.
    assert (said, done) in {("left", "settled"), ("accepted", "told")}
    shown = desk.shown(claim, FIELD).as_written
    assert shown is not None
    assert shown.value == (OTHER if done == "settled" else PAPER["name_kana"])


def test_a_robot_whose_lease_went_to_another_says_nothing(desk: Desk) -> None:
    _, held = leased(desk)
    with desk.database.begin() as session:
        queue = session.scalars(select(RobotQueue)).one()
        later = LATER + timedelta(hours=1)
        assert leasing.lease(session, queue, robot="s", limit=1, now=later)

    with pytest.raises(StaleFenceError):
        say(desk, held, OTHER)


def test_only_a_person_settles_what_differs(desk: Desk) -> None:
    filing, held = leased(desk)
    say(desk, held, OTHER)
    claim = desk.claim(filing)
    before = desk.shown(claim, FIELD).settled

    with desk.database.begin() as session:
        field = session.scalars(select(Field).where(Field.name == FIELD)).one()
        write_correction(
            session,
            desk.vault,
            field,
            value=OTHER,
            state=FieldState.READ,
            author="rei",
            now=LATER,
        )

    assert not before
    assert desk.shown(claim, FIELD).settled
