"""A claimed entry as the review page and its scripts need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forms.definition import FormDefinition
from forms.grammar import ERAS
from kamizero.model import Role
from review.item import ReviewItem
from review.queue import LEASE
from storage.tables import Entry
from storage.work import Claim
from web.shown.digits import WrittenDigit, same_hand
from web.shown.fields import FieldView, field_views
from web.shown.findings import FindingView, finding_views
from web.shown.jobs import short_title
from web.shown.judgement import JudgementView
from web.shown.pages import PageView, page_views, turns_of
from web.shown.reasons import Reason, reasons
from web.writing import Pen

_LETTERS = {"1": "M", "3": "T", "5": "S", "7": "H", "9": "R"}


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading; folded where they need nobody."""

    folded: bool
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class TaskView:
    """One entry on the desk of one person."""

    entry_id: int
    filing_id: int
    fence: int
    receipt_number: str
    form: str
    title: str
    n: int
    entries: int
    reasons: tuple[Reason, ...]
    pages: tuple[PageView, ...]
    fields: tuple[FieldView, ...]
    findings: tuple[FindingView, ...]
    eras: tuple[dict[str, Any], ...]
    digits: tuple[WrittenDigit, ...]
    judgements: tuple[JudgementView, ...]

    @property
    def groups(self) -> tuple[Group, Group]:
        """What a person must settle, and the rest."""
        open_ones = tuple(field for field in self.fields if needs_person(field))
        rest = tuple(field for field in self.fields if not needs_person(field))
        return Group(False, open_ones), Group(True, rest)

    @property
    def for_script(self) -> dict[str, Any]:
        """The task for JSON, fields in the order they are walked through."""
        walked = [field for group in self.groups for field in group.fields]
        return {
            "entry_id": self.entry_id,
            "filing_id": self.filing_id,
            "fence": self.fence,
            "lease_seconds": LEASE.total_seconds(),
            "pages": self.pages,
            "fields": walked,
            "eras": self.eras,
            "digits": self.digits,
        }


def needs_person(field: FieldView) -> bool:
    """Tell whether the field stands among those to settle."""
    return not field.settled or bool(field.flag)


def task_view(
    entry: Entry,
    item: ReviewItem,
    *,
    claim: Claim,
    definition: FormDefinition,
    pen: Pen,
    role: Role,
    judgements: Sequence[JudgementView] = (),
) -> TaskView:
    """The task of the person who holds the claim."""
    filing = entry.filing
    return TaskView(
        entry_id=entry.id,
        filing_id=filing.id,
        fence=claim.fence,
        receipt_number=filing.receipt_number,
        form=filing.form,
        title=short_title(definition, pen.language),
        n=entry.n,
        entries=len({one.n for one in filing.entries}),
        reasons=tuple(reasons(entry.reasons, texts=pen.texts, language=pen.language)),
        pages=tuple(page_views(filing, task=entry.id)),
        fields=tuple(
            field_views(
                item.fields,
                item.findings,
                definition=definition,
                turns=turns_of(filing),
                pen=pen,
            )
        ),
        findings=tuple(views_of(item, definition, pen, role)),
        eras=tuple(eras(pen)),
        digits=tuple(
            same_hand(item.fields, definition=definition, turns=turns_of(filing))
        ),
        judgements=tuple(judgements),
    )


def views_of(
    item: ReviewItem, definition: FormDefinition, pen: Pen, role: Role
) -> Sequence[FindingView]:
    """The findings of a task, as the person at work on it sees them."""
    return finding_views(
        item.findings,
        definition=definition,
        language=pen.language,
        role=role,
        at_hand={field.name for field in item.fields},
    )


def eras(pen: Pen) -> list[dict[str, Any]]:
    return [
        {
            "code": era.code,
            "letter": _LETTERS[era.code],
            "kanji": era.label,
            "label": pen.texts.say(f"era.{era.code}", pen.language),
            "base": era.base,
        }
        for era in ERAS.values()
    ]
