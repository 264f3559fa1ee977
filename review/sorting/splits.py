"""Where a bundle that does not balance probably has to be split."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import PageKind
from storage import contents
from storage.tables import Bundle, Field, Filing
from storage.values import body_of, decided_version
from storage.vault import Vault

_OFFICE = "office.symbol"


class Sign(StrEnum):
    """What speaks for a new bundle beginning here."""

    COUNT = "count"
    FORM = "form"
    OFFICE = "office"


class Boundary(NamedTuple):
    page_id: int
    sign: Sign


def boundaries(session: Session, vault: Vault, bundle: Bundle) -> list[Boundary]:
    """Pages before which a separator sheet was probably missed."""
    return [
        *_by_count(session, bundle),
        *_by_form(session, bundle),
        *_by_office(session, vault, bundle),
    ]


def _by_count(session: Session, bundle: Bundle) -> Iterator[Boundary]:
    """The first page of the sheet that is one too many."""
    if bundle.declared_sheets is None:
        return
    sheets: list[tuple[int, ...]] = []
    pages = contents.valid_pages(session, bundle)
    top = {contents.sheet_of(page) for page in pages if page.kind == PageKind.SEPARATOR}
    for page in pages:
        sheet = contents.sheet_of(page)
        if sheet in top or sheet in sheets:
            continue
        sheets.append(sheet)
        if len(sheets) == bundle.declared_sheets + 1:
            yield Boundary(page.id, Sign.COUNT)
            return


def _by_form(session: Session, bundle: Bundle) -> Iterator[Boundary]:
    for filing in contents.live_filings(session, bundle):
        if bundle.form and filing.form != bundle.form and filing.pages:
            yield Boundary(filing.pages[0].id, Sign.FORM)


def _by_office(session: Session, vault: Vault, bundle: Bundle) -> Iterator[Boundary]:
    """Where another employer's papers begin; one envelope may rightly hold several."""
    filings = [f for f in contents.live_filings(session, bundle) if f.pages]
    filings.sort(key=lambda filing: filing.pages[0].position or 0)
    offices = [(filing, _office(session, vault, filing)) for filing in filings]
    for (_, before), (filing, office) in pairwise(offices):
        if before and office and before != office:
            yield Boundary(filing.pages[0].id, Sign.OFFICE)


def _office(session: Session, vault: Vault, filing: Filing) -> str:
    field = session.scalars(
        select(Field).where(Field.filing_id == filing.id, Field.name == _OFFICE)
    ).one_or_none()
    if field is None or field.as_written is None:
        return ""
    return body_of(decided_version(field), vault).value
