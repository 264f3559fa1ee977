"""Findings as pages show them, with the fields they speak of by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forms.definition import FormDefinition
from kamizero.model import Role, Severity
from review.acts import Act
from review.item import ShownFinding
from review.transitions import acts_from
from storage.tables import EntryState
from web.shown.fields import label_of

_GRAVITY = [severity.value for severity in Severity]


@dataclass(frozen=True, slots=True)
class NamedField:
    """A field a finding speaks of; `person` is 0 where there is no other to mean."""

    name: str
    label: str
    person: int


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding, in the language of the page."""

    id: int
    rule: str
    severity: str
    message: str
    record: str | None
    fields: tuple[NamedField, ...]
    waived_by: str | None
    waived_why: str | None
    may_waive: bool

    @property
    def names(self) -> list[str]:
        return [field.name for field in self.fields]


def finding_views(
    findings: Sequence[ShownFinding],
    *,
    definition: FormDefinition,
    language: str,
    role: Role | None = None,
) -> list[FindingView]:
    """Gravest first; `role` is that of somebody at work on the entry."""
    ordered = sorted(
        findings,
        key=lambda one: (one.waived_by is not None, _GRAVITY.index(one.severity)),
    )
    may_waive = role is not None and Act.WAIVE in acts_from(
        EntryState.IN_REVIEW, role=role
    )
    return [_view(one, definition, language, may_waive) for one in ordered]


def _view(
    finding: ShownFinding,
    definition: FormDefinition,
    language: str,
    may_waive: bool,
) -> FindingView:
    return FindingView(
        id=finding.id,
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message.in_language(language),
        record=finding.record,
        fields=tuple(_named(finding.fields, definition, language)),
        waived_by=finding.waived_by,
        waived_why=finding.waived_why,
        may_waive=may_waive and finding.severity != Severity.INFO,
    )


def _named(
    names: Iterable[str], definition: FormDefinition, language: str
) -> Iterable[NamedField]:
    for name in names:
        field = definition.field(name)
        person = (field.entry or 0) if definition.entries > 1 else 0
        yield NamedField(name, label_of(field, language), person)
