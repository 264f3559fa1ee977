"""The register of rules: what each demands, where, and with what example."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from forms.definition import FormDefinition
from kamizero.errors import RecordsUnavailableError
from kamizero.model import FieldState, FilingKind, Finding, LocalText, Severity
from kamizero.records import RecordKind
from validation.line import Found, Line

Example = Mapping[str, str | FieldState]
"""Field name -> what is written there; a date may be in its written form."""

Judge = Callable[[Line], Iterator[Found]]


class Scope(Enum):
    """What a rule is asked about: each used entry, or the filing once."""

    ENTRY = "entry"
    FILING = "filing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; `items` are numbers on the paper.

    It is asked on the `forms` named, none meaning every form, as far as they have
    the `fields`, and whose persons are or are not newcomers where that is said. Only
    filings of its `kinds` are asked, none meaning every kind. It
    `needs` records of a kind, without which it says nothing.
    `passes` and `fails` are examples, kept true by a test.
    """

    id: str
    severity: Severity
    forms: tuple[str, ...]
    fields: tuple[str, ...]
    newcomers: bool | None
    items: tuple[str, ...]
    scope: Scope
    kinds: tuple[FilingKind, ...]
    needs: RecordKind | None
    message: LocalText
    passes: Example
    fails: Example
    judge: Judge

    def applies_to(self, form: FormDefinition) -> bool:
        return (
            (not self.forms or form.form in self.forms)
            and form.items.issuperset(self.fields)
            and self.newcomers in (None, form.newcomers)
        )

    def findings(self, line: Line) -> Iterator[Finding]:
        """Ask the rule about one line (the head for rules of the filing).

        Where a system of record does not answer it says nothing: another rule tells
        that nothing was compared.
        """
        for found in self._found(line):
            yield Finding(
                rule=self.id,
                severity=self.severity,
                fields=found.fields,
                message=LocalText(*(m.format_map(found.words) for m in self.message)),
                record=found.record,
                about=found.about,
            )

    def _found(self, line: Line) -> Sequence[Found]:
        if self.kinds and line.filing.kind not in self.kinds:
            return ()
        try:
            if self.needs and not line.has_records(self.needs):
                return ()
            return tuple(self.judge(line))
        except RecordsUnavailableError:
            return ()


RULES: dict[str, Rule] = {}


def rule(
    id: str,
    severity: Severity,
    *,
    ja: str,
    en: str,
    passes: Example,
    fails: Example,
    forms: tuple[str, ...] = (),
    fields: tuple[str, ...] = (),
    newcomers: bool | None = None,
    items: tuple[str, ...] = (),
    scope: Scope = Scope.ENTRY,
    kinds: tuple[FilingKind, ...] = (),
    needs: RecordKind | None = None,
) -> Callable[[Judge], Judge]:
    """Register the decorated function under a stable id."""

    def register(judge: Judge) -> Judge:
        if id in RULES:
            raise ValueError(f"two rules have the id {id}: rename one of them")
        RULES[id] = Rule(
            id=id,
            severity=severity,
            forms=forms,
            fields=fields,
            newcomers=newcomers,
            items=items,
            scope=scope,
            kinds=kinds,
            needs=needs,
            message=LocalText(ja=ja, en=en),
            passes=passes,
            fails=fails,
            judge=judge,
        )
        return judge

    return register


def first_line(**items: str | FieldState) -> dict[str, str | FieldState]:
    """An example of one entry: items of the first line of the form."""
    return {f"insured.1.{item}": written for item, written in items.items()}
