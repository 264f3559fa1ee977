"""What was found: filings with the persons they were found by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from forms.headings import Heading
from forms.library import Library
from storage.searches.hits import Hit
from storage.tables import Field, FieldVersion
from storage.values import body_of
from storage.vault import Vault
from web.shown.jobs import FilingLine, filing_line

# Of a filing with hundreds of persons, so many are named.
NAMED = 5
_OFFICE = "office.name"
# The first that says something is shown.
_NAMES = ("name_kanji", "name_kana")


@dataclass(frozen=True, slots=True)
class PersonLine:
    n: int
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class HitLine:
    """One filing; `more` persons of it were found besides those named."""

    filing: FilingLine
    office: str
    people: Sequence[PersonLine]
    more: int


def hit_lines(
    session: Session,
    vault: Vault,
    library: Library,
    hits: Sequence[Hit],
    *,
    language: str,
) -> list[HitLine]:
    """A page of hits; sensitive values are not among what is shown."""
    said = _said(session, vault, [hit.filing.id for hit in hits])
    return [
        HitLine(
            filing=filing_line(hit.filing, library, language),
            office=said.get((hit.filing.id, _OFFICE), ""),
            people=[
                PersonLine(
                    one.n,
                    _name(said, hit.filing.id, one.n),
                    one.state,
                )
                for one in hit.entries[:NAMED]
            ],
            more=len(hit.entries[NAMED:]),
        )
        for hit in hits
    ]


def _name(said: dict[tuple[int, str], str], filing: int, n: int) -> str:
    names = (said.get((filing, f"insured.{n}.{name}"), "") for name in _NAMES)
    return next(filter(None, names), "")


def _said(
    session: Session, vault: Vault, filings: Iterable[int]
) -> dict[tuple[int, str], str]:
    """What names of offices and persons are, by filing and field."""
    fields = session.scalars(
        select(Field)
        .where(
            Field.filing_id.in_(filings),
            Field.heading.in_((Heading.NAME, Heading.OFFICE)),
            Field.sensitive.is_(False),
        )
        .options(
            joinedload(Field.as_written).joinedload(FieldVersion.value),
            joinedload(Field.as_decided).joinedload(FieldVersion.value),
        )
    )
    versions = ((field, field.as_decided or field.as_written) for field in fields)
    return {
        (field.filing_id, field.name): body_of(version, vault).value
        for field, version in versions
        if version is not None and version.value is not None
    }
