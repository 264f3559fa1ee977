"""A filing's history in sentences: acts in order, what belongs together on one line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from forms.definition import FormDefinition
from review.history import Event, Version
from storage.tables import Entry, Field
from web.shown.fields import label_of
from web.writing import Pen

_MACHINE_ACTORS = frozenset({"kamizero", "routing"})


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the history."""

    at: datetime
    actor: str
    text: str
    detail: str


def event_views(
    lines: Iterable[Event | Version],
    *,
    fields: Mapping[int, Field],
    entries: Sequence[Entry],
    definition: FormDefinition,
    pen: Pen,
) -> list[EventView]:
    """Events newest first, fields and entries by name instead of by id."""
    numbers = {str(entry.id): entry.n for entry in entries}
    events = [line for line in lines if isinstance(line, Event)]
    return [
        EventView(
            at=event.at,
            actor=_actor(event, pen),
            text=_text(event, pen),
            detail=_detail(event, numbers, fields, definition, pen),
        )
        for event in reversed(events)
    ]


def _actor(event: Event, pen: Pen) -> str:
    by_machine = event.actor in _MACHINE_ACTORS or event.act == "filing.read"
    machine = pen.texts.say("filing.machine", pen.language)
    return machine if by_machine else event.actor


def _text(event: Event, pen: Pen) -> str:
    key = f"event.{event.act}"
    return pen.texts.say(key, pen.language) if pen.texts.knows(key) else event.act


def _detail(
    event: Event,
    numbers: Mapping[str, int],
    fields: Mapping[int, Field],
    definition: FormDefinition,
    pen: Pen,
) -> str:
    parts = []
    if event.subject_kind == "entry" and event.subject_id in numbers:
        n = numbers[event.subject_id]
        parts.append(pen.texts.say("common.entry", pen.language, n=n))
    field = fields.get(_id(event.body.get("field")))
    if field is not None:
        parts.append(label_of(definition.field(field.name), pen.language))
    rule = event.body.get("rule")
    if rule:
        parts.append(str(rule))
    if event.act == "filing.viewed":
        reason = f"look_up_reason.{event.body.get('reason')}"
        parts.append(pen.texts.say(reason, pen.language))
    return " ".join(parts)


def _id(value: object) -> int:
    return value if isinstance(value, int) else 0
