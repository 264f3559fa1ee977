"""What a robot found, laid beside what was read; in force only where both agree."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from forms import grammar
from forms.definition import Field as FieldOfForm
from forms.definition import FormDefinition
from forms.flat_names import flat_name
from forms.grammar.my_numbers import holds_my_number
from kamizero.model import FieldState, Role
from review.acts import Act
from review.doubt import all_fields
from review.refusals import NotAskedError, ValueRefusedError
from review.suggesting.asking import asked_fields
from review.suggesting.leasing import Held, tell
from review.transitions import hold_entry, move, permitted
from review.typed import Written, written
from storage import work
from storage.tables import AuthorKind, Entry, Field, FieldVersion, RobotQueue
from storage.values import body_of, version_body, write_suggestion, write_support
from storage.vault import Vault
from validation.evidence import ROBOT, bears_out


class Said(StrEnum):
    """What became of one value."""

    # It is what was read: the reading needs no person any more.
    ACCEPTED = "accepted"
    # A person sees it beside the reading and says which is right.
    SUGGESTED = "suggested"
    # It was not asked, or a person has said something meanwhile.
    LEFT = "left"


def answer(
    session: Session,
    vault: Vault,
    queue: RobotQueue,
    held: Held,
    found: Mapping[str, str],
    *,
    definition: FormDefinition,
    is_blind: bool,
    now: datetime,
) -> dict[str, Said]:
    """Write what was found under the fence, and end the work; by flat name.

    Args:
        found: values by flat name; what the robot did not find is left out.
        is_blind: the robot could not see the readings it says something about.

    Raises:
        StateForbidsError: the entry is not in review any more.
        NotAskedError: the queue does not name the field, or the form has none such.
        ValueRefusedError: such a field cannot hold that.
    """
    entry, robot = held.entry, held.claim.leased_by
    hold_entry(session, entry)
    permitted(entry, Act.SUGGEST, role=Role.ROBOT)
    all_fields(session, entry.filing, anew=True)
    answers = dict(_checked(queue, entry, definition, found))
    open_now = asked_fields(session, queue, entry)
    said, versions = dict.fromkeys(answers, Said.LEFT), []
    for name in answers.keys() & open_now.keys():
        said[name], version = _write(
            session,
            vault,
            open_now[name],
            answers[name],
            queue=queue,
            robot=robot,
            is_blind=is_blind,
            now=now,
        )
        versions.append(version)
    # The database sees that the robot holds the entry while it writes.
    session.flush()
    for version in versions:
        about = {"queue": queue.name, "fence": held.claim.fence}
        move(
            session,
            entry,
            Act.SUGGEST,
            actor=robot,
            role=Role.ROBOT,
            now=now,
            about={**about, **version_body(version)},
        )
    counts = {one.value: list(said.values()).count(one) for one in Said}
    tell(session, "suggestion.answered", entry, queue, actor=robot, now=now, **counts)
    work.finish(session, held.claim, now=now)
    return said


def _checked(
    queue: RobotQueue,
    entry: Entry,
    definition: FormDefinition,
    found: Mapping[str, str],
) -> Iterator[tuple[str, Written]]:
    known = {
        flat_name(field.name): field
        for field in definition.fields
        if field.entry in (None, entry.n)
    }
    writes = queue.writes or ()
    for name, typed in found.items():
        if name not in writes or name not in known:
            raise NotAskedError(
                f"{queue.name} does not ask about {name}. Send only "
                f"{', '.join(writes)}."
            )
        yield name, _right(known[name], typed)


def _right(field: FieldOfForm, typed: str) -> Written:
    """What a host holds must be right, where a writer may be wrong."""
    answer = written(field, typed, state=FieldState.READ)
    if not grammar.is_valid(field.type, field.format, answer.value):
        raise ValueRefusedError(
            f"{flat_name(field.name)} was not noted: that is no value of such a field."
        )
    if holds_my_number(answer.value, answer.text):
        raise ValueRefusedError(
            f"{flat_name(field.name)} was not noted: a My Number stands in it, and no "
            "robot may say one."
        )
    return answer


def _write(
    session: Session,
    vault: Vault,
    field: Field,
    answer: Written,
    *,
    queue: RobotQueue,
    robot: str,
    is_blind: bool,
    now: datetime,
) -> tuple[Said, FieldVersion]:
    reading = field.as_written
    if reading is not None and bears_out(
        answer.value,
        reading=body_of(reading, vault).value,
        state=FieldState(reading.state),
        chosen_by=reading.chosen_by,
        is_blind=is_blind,
    ):
        version = write_support(
            session,
            vault,
            field,
            author=robot,
            author_kind=AuthorKind.ROBOT,
            grounds=[ROBOT],
            now=now,
        )
        return Said.ACCEPTED, version
    version = write_suggestion(
        session,
        vault,
        field,
        value=answer.value,
        text=answer.text,
        ground={"kind": ROBOT, "queue": queue.id},
        author=robot,
        now=now,
    )
    return Said.SUGGESTED, version
