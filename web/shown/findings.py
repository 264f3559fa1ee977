"""Findings as pages show them, with the fields they speak of by name."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from forms import grammar
from forms.definition import Field, FormDefinition
from kamizero.model import FieldState, Role, Severity
from review.acts import Act
from review.grounds import Record
from review.item import ShownFinding
from review.transitions import acts_from
from storage.tables import EntryState
from web.language import Texts
from web.shown.fields import label_of
from web.writing import Pen, typed_form

_GRAVITY = [severity.value for severity in Severity]


@dataclass(frozen=True, slots=True)
class NamedField:
    """A field a finding speaks of; `person` is 0 where there is no other to mean."""

    name: str
    label: str
    person: int


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The record's value of a field, as a decision would take it over."""

    field: str
    writing: str
    record: Record


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding, in the language of the page."""

    id: int
    rule: str
    severity: str
    message: str
    record: str | None
    about: int | None
    fields: tuple[NamedField, ...]
    waived_by: str | None
    waived_why: str | None
    may_waive: bool
    take_over: TakeOver | None

    @property
    def names(self) -> list[str]:
        return [field.name for field in self.fields]


def finding_views(
    findings: Sequence[ShownFinding],
    *,
    definition: FormDefinition,
    language: str,
    role: Role | None = None,
    at_hand: Collection[str] = (),
) -> list[FindingView]:
    """Gravest first.

    Args:
        role: that of somebody at work on the entry.
        at_hand: the fields this person may decide about.
    """
    ordered = sorted(
        findings,
        key=lambda one: (one.waived_by is not None, _GRAVITY.index(one.severity)),
    )
    acts = acts_from(EntryState.IN_REVIEW, role=role) if role is not None else ()
    pen = Pen(Texts.shipped(), language)
    decidable = at_hand if Act.DECIDE in acts else ()
    return [
        _view(one, definition, pen, may_waive=Act.WAIVE in acts, decidable=decidable)
        for one in ordered
    ]


def _view(
    finding: ShownFinding,
    definition: FormDefinition,
    pen: Pen,
    *,
    may_waive: bool,
    decidable: Collection[str],
) -> FindingView:
    field = _recorded_field(finding, definition)
    return FindingView(
        id=finding.id,
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message.in_language(pen.language),
        record=_record(finding, field, pen),
        about=finding.about,
        fields=tuple(_named(finding.fields, definition, pen.language)),
        waived_by=finding.waived_by,
        waived_why=finding.waived_why,
        may_waive=may_waive and finding.severity != Severity.INFO,
        take_over=_take_over(finding, field, decidable),
    )


def _recorded_field(finding: ShownFinding, definition: FormDefinition) -> Field | None:
    """The field whose value the record knows, None where it tells something else."""
    if finding.record is None or not finding.fields:
        return None
    # A rule names first what it objects to; the others only led to the record.
    field = definition.field(finding.fields[0])
    is_value = grammar.is_valid(field.type, field.format, finding.record)
    return field if is_value and not field.sensitive else None


def _record(finding: ShownFinding, field: Field | None, pen: Pen) -> str | None:
    if field is None or finding.record is None:
        return finding.record
    return pen.shown(field, **_as_read(finding.record))


def _take_over(
    finding: ShownFinding, field: Field | None, decidable: Collection[str]
) -> TakeOver | None:
    if field is None or finding.record is None or finding.waived_by is not None:
        return None
    if field.name not in decidable:
        return None
    return TakeOver(
        field=field.name,
        writing=typed_form(field, **_as_read(finding.record)),
        record="office" if field.name.startswith("office.") else "insured",
    )


def _as_read(value: str) -> dict[str, str]:
    return {"state": FieldState.READ, "value": value, "text": value}


def _named(
    names: Iterable[str], definition: FormDefinition, language: str
) -> Iterable[NamedField]:
    for name in names:
        field = definition.field(name)
        person = (field.entry or 0) if definition.entries > 1 else 0
        yield NamedField(name, label_of(field, language), person)
