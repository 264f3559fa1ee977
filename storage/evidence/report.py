"""What a bundle proves, as a page a person reads in Japanese or English."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Self

import jinja2
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.tokyo import TOKYO
from storage.interfaces import Grade
from storage.tables import (
    Approval,
    AuditEvent,
    Entry,
    Filing,
    Original,
    TimeStamp,
)
from storage.words import MASK

LANGUAGES = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Facts:
    """A filing as the report shows it."""

    filing: Filing
    approvals: Sequence[Approval]
    originals: Sequence[Original]
    versions: Sequence[Mapping[str, Any]]
    stamps: Sequence[TimeStamp]
    events: Sequence[AuditEvent]
    grade: Grade
    now: datetime

    @classmethod
    def of(cls, session: Session, filing: Filing, **parts: Any) -> Self:
        return cls(filing=filing, events=_events(session, filing), **parts)


def report(facts: Facts, language: str) -> str:
    template = _templates().get_template("report.html")
    return template.render(
        facts=facts, text=report_texts()[language], language=language, mask=MASK
    )


def _events(session: Session, filing: Filing) -> Sequence[AuditEvent]:
    entries: Iterable[int] = session.scalars(
        select(Entry.id).where(Entry.filing_id == filing.id)
    ).all()
    return session.scalars(
        select(AuditEvent)
        .where(
            (
                (AuditEvent.subject_kind == "filing")
                & (AuditEvent.subject_id == str(filing.id))
            )
            | (
                (AuditEvent.subject_kind == "entry")
                & AuditEvent.subject_id.in_([str(one) for one in entries])
            )
        )
        .order_by(AuditEvent.id)
    ).all()


def _tokyo(said: datetime | str) -> str:
    moment = datetime.fromisoformat(said) if isinstance(said, str) else said
    return f"{moment.astimezone(TOKYO):%Y-%m-%d %H:%M:%S}"


@cache
def _templates() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["tokyo"] = _tokyo
    return found


def _source(name: str) -> str:
    return (files("storage.evidence") / name).read_text("utf-8")


@cache
def report_texts() -> Mapping[str, Mapping[str, str]]:
    said: Mapping[str, Mapping[str, str]] = yaml.safe_load(_source("report.yaml"))
    return said
