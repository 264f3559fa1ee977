"""Counts what lies in a bundle of the form that a summary (総括表) sums up."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kamizero.model import PageKind, Standing, Summed
from storage.contents import EMPTY
from storage.tables import (
    Bundle,
    BundleKind,
    Entry,
    EntryState,
    Field,
    Filing,
    FilingStep,
    Page,
)
from storage.values import body_of, decided_version
from storage.vault import Vault

_OFFICE = "office.symbol"


def summed(
    session: Session, vault: Vault, summary: Filing, form: str | None
) -> Summed | None:
    """The sheets and persons of the summary's office on filings of that form.

    None where it sums nothing up, lies in no bundle or does not say whose it is (one
    envelope may hold the papers of many offices), and where nothing of the form lies
    beside it without a separator sheet: each file may be a bundle then.
    """
    if form is None or summary.bundle_id is None:
        return None
    live = select(Filing.id).where(
        Filing.bundle_id == summary.bundle_id,
        Filing.form == form,
        Filing.dissolved_at.is_(None),
    )
    offices = _offices(session, vault, [summary.id, *session.scalars(live)])
    own = offices.pop(summary.id, "")
    if not own:
        return None
    if not offices and _is_undeclared(session, summary.bundle_id):
        return None
    same = [filing for filing, symbol in offices.items() if symbol == own]
    return Summed(sheets=_sheets(session, same), persons=_persons(session, same))


def open_beside(session: Session, filing: Filing) -> list[Filing]:
    """Filings of other forms in its bundle that are checked and not approved yet."""
    if filing.bundle_id is None:
        return []
    is_open = Entry.state.in_([EntryState.IN_REVIEW, EntryState.READY])
    return list(
        session.scalars(
            select(Filing).where(
                Filing.bundle_id == filing.bundle_id,
                Filing.form != filing.form,
                Filing.dissolved_at.is_(None),
                Filing.step == FilingStep.DONE,
                Filing.id.in_(select(Entry.filing_id).where(is_open)),
            )
        )
    )


def _is_undeclared(session: Session, bundle_id: int) -> bool:
    return session.get_one(Bundle, bundle_id).kind == BundleKind.PLAIN


def _offices(session: Session, vault: Vault, filings: Iterable[int]) -> dict[int, str]:
    fields = session.scalars(
        select(Field).where(Field.filing_id.in_(filings), Field.name == _OFFICE)
    )
    return {
        field.filing_id: body_of(decided_version(field), vault).value
        for field in fields
        if field.as_written is not None
    }


def _sheets(session: Session, filings: Iterable[int]) -> int:
    """First pages: what stands on the back of a form is the same sheet."""
    return (
        session.scalar(
            select(func.count(Page.id)).where(
                Page.filing_id.in_(filings),
                Page.kind == PageKind.FORM,
                Page.form_page == 1,
                Page.standing == Standing.VALID,
            )
        )
        or 0
    )


def _persons(session: Session, filings: Iterable[int]) -> int:
    lines = session.execute(
        select(Entry.filing_id, Entry.n, Entry.reasons).where(
            Entry.filing_id.in_(filings)
        )
    )
    # Versions of one line are one entry; a sheet without any is shown as an empty one.
    return len({(filing, n) for filing, n, reasons in lines if EMPTY not in reasons})
