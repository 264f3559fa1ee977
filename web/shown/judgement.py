"""The points of an application as pages show them: open, or with who ticked them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from review.judgement import judgements_of
from storage.tables import Entry, Page


@dataclass(frozen=True, slots=True)
class JudgementView:
    """One point; `page_id` is None while it is open."""

    entry_n: int
    point: str
    label: str
    page_id: int | None
    page_number: int | None
    who: str
    at: datetime | None


def judgement_views(
    session: Session, entry: Entry, *, definition: FormDefinition, language: str
) -> list[JudgementView]:
    labels = {
        point.id: point.label if language == "ja" else point.label_en
        for point in definition.judgement
    }
    found = []
    for one in judgements_of(session, entry):
        page = session.get(Page, one.page_id) if one.page_id else None
        found.append(
            JudgementView(
                entry_n=entry.n,
                point=one.point,
                label=labels.get(one.point, one.point),
                page_id=one.page_id,
                page_number=page.number if page else None,
                who=one.judged_by or "",
                at=one.judged_at,
            )
        )
    return found
