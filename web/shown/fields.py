"""One field as the review page shows it: what stands there, and what else it may be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms.csv.table import FILE, NAME
from forms.definition import Field, FieldType, FormDefinition
from kamizero.model import FieldState, Severity
from review.item import ShownField, ShownFinding, ShownValue
from storage.tables import AuthorKind
from web.shown.places import place
from web.writing import Pen, is_numeric, typed_form

# As many as there are keys for; few of them are worth a look.
MOST_CHOICES = 9
MOST_CANDIDATES = 5
HARDLY = 0.005


@dataclass(frozen=True, slots=True)
class Option:
    """One way to answer a field, taken by its number."""

    writing: str
    shown: str
    share: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of the claimed task.

    Attributes:
        writing: what the input holds; `shown` is the same for people to read.
        above: what 〃 would repeat: the value above in the same column.
        flag: the worst severity of an open finding about it, or "".
        standing: how sure one can be of it; `how`: who or what said so, in short.
    """

    name: str
    item: str
    label: str
    type: str
    keys: str
    cells: int
    sensitive: bool
    choices: tuple[Mapping[str, str], ...]
    state: str
    writing: str
    decided_writing: str | None
    shown: str
    meaning: str
    settled: bool
    by_person: bool
    flag: str
    standing: str
    how: str
    version: int
    page_id: int
    box: tuple[float, ...]
    candidates: tuple[Option, ...]
    above: Option | None

    @property
    def done(self) -> bool:
        """Nobody need look at it any more; `needsPerson` in rows.js says the same."""
        warned = self.flag == Severity.WARNING and not self.by_person
        return self.settled and self.flag != Severity.ERROR and not warned


def label_of(field: Field, language: str) -> str:
    return field.label_en if language == "en" else field.label


def flags(findings: Iterable[ShownFinding]) -> Mapping[str, str]:
    """Field name -> the worst open error or warning about it."""
    found: dict[str, str] = {}
    for finding in findings:
        if finding.waived_by is None and finding.severity != Severity.INFO:
            for name in finding.fields:
                if found.get(name) != Severity.ERROR:
                    found[name] = finding.severity
    return found


def field_views(
    fields: Sequence[ShownField],
    findings: Sequence[ShownFinding],
    *,
    definition: FormDefinition,
    turns: Mapping[int, int],
    pen: Pen,
) -> list[FieldView]:
    """The fields of one task, in the order of the form; `turns` by page id."""
    flagged = flags(findings)
    return [
        _view(
            shown,
            definition.field(shown.name),
            flag=flagged.get(shown.name, ""),
            turn=turns.get(shown.page_id, 0),
            pen=pen,
        )
        for shown in fields
    ]


def _view(
    shown: ShownField, field: Field, *, flag: str, turn: int, pen: Pen
) -> FieldView:
    written = shown.as_written
    decided = shown.as_decided
    reading = _said(pen, field, written)
    return FieldView(
        name=shown.name,
        item=field.item,
        label=label_of(field, pen.language),
        type=field.type.value,
        keys="numeric" if is_numeric(field) else "text",
        cells=len(field.cells or ()),
        sensitive=field.sensitive,
        choices=tuple({"code": c.code, "label": c.label} for c in field.choices)
        if field.type is not FieldType.DATE
        else (),
        state=written.state if written else FieldState.READ.value,
        writing=_typed(field, written),
        decided_writing=_typed(field, decided) if decided else None,
        shown=_said(pen, field, decided) if decided else reading,
        meaning=_meaning(field, decided, reading, pen),
        settled=shown.settled and not shown.undecided,
        by_person=_by_person(shown),
        flag=flag,
        standing=_standing(shown, pen),
        how=how(decided or written),
        version=shown.latest_version,
        page_id=shown.page_id,
        box=tuple(place(field, shown.box_px, turn=turn)),
        candidates=_candidates(shown, field, pen),
        above=_above(shown, field, pen),
    )


def _above(shown: ShownField, field: Field, pen: Pen) -> Option | None:
    if shown.above is None:
        return None
    said: dict[str, Any] = {
        "state": FieldState.DITTO,
        "value": shown.above.value,
        "text": shown.above.text,
    }
    writing = typed_form(field, **said)
    return Option(writing, pen.shown(field, **said), "") if writing else None


def _typed(field: Field, value: ShownValue | None) -> str:
    if value is None:
        return ""
    return typed_form(field, state=value.state, value=value.value, text=value.text)


def _said(pen: Pen, field: Field, value: ShownValue | None) -> str:
    if value is None:
        return ""
    return pen.shown(field, state=value.state, value=value.value, text=value.text)


def _by_person(shown: ShownField) -> bool:
    return shown.as_decided is not None or (
        shown.as_written is not None
        and shown.as_written.author_kind == AuthorKind.PERSON
    )


def how(value: ShownValue | None) -> str:
    """Who or what the value is from: a name, a file, or how sure the machine is."""
    if value is None:
        return ""
    if value.author_kind != AuthorKind.ENGINE:
        return value.author
    if value.author == FILE:
        return NAME
    return share(value.confidence)


def share(confidence: float | None) -> str:
    """A probability in whole percent; certainty is never claimed by rounding."""
    if confidence is None:
        return ""
    if confidence < HARDLY:
        return "<1%"
    return (
        f"{min(99.9, confidence * 100):.1f}%"
        if confidence >= 0.995
        else (f"{confidence * 100:.0f}%")
    )


def _meaning(field: Field, decided: ShownValue | None, reading: str, pen: Pen) -> str:
    """What the line under the input says as long as nothing is typed."""
    if decided is not None:
        said = _said(pen, field, decided)
        return f"{pen.texts.say('standing.decided', pen.language)}: {said}"
    if field.type is FieldType.DATE:
        # The script says the day of the era and the canonical one, as while typing.
        return ""
    return reading if field.choices or field.type is FieldType.AMOUNT else ""


def _standing(shown: ShownField, pen: Pen) -> str:
    if shown.as_written is None:
        return pen.texts.say("standing.unread", pen.language)
    if shown.undecided:
        return pen.texts.say("standing.undecided", pen.language)
    if shown.as_decided is not None:
        return pen.texts.say("standing.decided", pen.language)
    if not shown.settled:
        return _doubt(shown, shown.as_written, pen)
    name = "settled" if _by_person(shown) else "accepted"
    return pen.texts.say(f"standing.{name}", pen.language)


def _doubt(shown: ShownField, written: ShownValue, pen: Pen) -> str:
    confidence = share(written.confidence)
    if shown.suggested is None:
        return pen.texts.say("standing.doubtful", pen.language, share=confidence)
    robot = shown.suggested.author
    return pen.texts.say("standing.suggested", pen.language, robot=robot)


def _candidates(shown: ShownField, field: Field, pen: Pen) -> tuple[Option, ...]:
    if shown.masked:
        return ()
    found = _readings(shown, field, pen)
    if field.choices and field.type is not FieldType.DATE:
        return tuple(_every_choice(field, found, pen))
    return tuple(found.values())[:MOST_CANDIDATES]


def _readings(shown: ShownField, field: Field, pen: Pen) -> dict[str, Option]:
    """What was read and what else it could be, by what one would type."""
    answers: list[tuple[str, str, float | None]] = []
    if shown.as_written is not None and shown.as_written.state == FieldState.READ:
        read = shown.as_written
        answers.append((read.value, read.text, read.confidence))
    likely = [c for c in shown.candidates if c.probability >= HARDLY]
    # The next best is always offered, however little it is worth.
    others = likely or shown.candidates[:1]
    answers += [(c.value, c.text, c.probability) for c in others]
    found: dict[str, Option] = {}
    for value, text, probability in answers:
        known: dict[str, Any] = {"state": FieldState.READ, "value": value, "text": text}
        writing = typed_form(field, **known)
        said = pen.shown(field, **known)
        if writing:
            found.setdefault(writing, Option(writing, said, share(probability)))
    return _with_suggestion(shown.suggested, field, found, pen)


def _with_suggestion(
    suggested: ShownValue | None, field: Field, found: Mapping[str, Option], pen: Pen
) -> dict[str, Option]:
    """What a robot found comes next to what was read, with who said it."""
    if suggested is None:
        return dict(found)
    writing, author = _typed(field, suggested), suggested.author
    known = found.get(writing)
    said = f"{known.share} · {author}" if known and known.share else author
    option = Option(writing, _said(pen, field, suggested), said)
    if known:
        return {**found, writing: option}
    first = dict(list(found.items())[:1])
    return {**first, writing: option, **found}


def _every_choice(
    field: Field, found: Mapping[str, Option], pen: Pen
) -> Iterable[Option]:
    """All that can be circled or ticked, in the order of the form."""
    for choice in field.choices[:MOST_CHOICES]:
        known = found.get(choice.code)
        said = pen.shown(field, state=FieldState.READ, value=choice.code, text="")
        yield Option(choice.code, said, known.share if known else "")
