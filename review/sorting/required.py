"""Which attachments a bundle should hold and does not; told, never a reason to stop."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from kamizero.model import Standing
from storage import contents
from storage.tables import AttachmentKind, Bundle, Field, Filing, Page, Submitter
from storage.values import body_of, decided_version
from storage.vault import Vault

# Who files for themselves proves who they are; who files for others, that they may.
_BY_SUBMITTER: Mapping[str, Sequence[AttachmentKind]] = {
    Submitter.PERSON: (AttachmentKind.IDENTITY,),
    Submitter.PROXY: (AttachmentKind.POWER_OF_ATTORNEY, AttachmentKind.IDENTITY),
}
# Item of a form that says how many of these papers lie with it.
_BY_ITEM: Mapping[str, AttachmentKind] = {
    "cards_returned": AttachmentKind.INSURANCE_CARD,
    "cards_not_returned": AttachmentKind.CARD_NOT_RETURNED,
}


class Missing(NamedTuple):
    """A kind of attachment nobody found yet, and the filing that asks for it."""

    kind: AttachmentKind
    filing_id: int | None


def missing(session: Session, vault: Vault, bundle: Bundle) -> list[Missing]:
    """What is still asked for, by who filed and by what the forms say."""
    return [*_by_submitter(session, bundle), *_by_forms(session, vault, bundle)]


def _by_submitter(session: Session, bundle: Bundle) -> Iterator[Missing]:
    there = _kinds(session, Page.bundle_id == bundle.id)
    for kind in _BY_SUBMITTER.get(bundle.submitter or "", ()):
        if kind not in there:
            yield Missing(kind, None)


def _by_forms(session: Session, vault: Vault, bundle: Bundle) -> Iterator[Missing]:
    for filing in contents.live_filings(session, bundle):
        there = _kinds(session, Page.filing_id == filing.id)
        asked = {
            kind
            for item, kind in _BY_ITEM.items()
            if any(_counts(vault, field) for field in _fields(session, filing, item))
        }
        for kind in sorted(asked - there):
            yield Missing(kind, filing.id)


def _kinds(session: Session, where: ColumnElement[bool]) -> set[str]:
    pages = select(Page.attachment).where(where, Page.standing == Standing.VALID)
    return {kind for kind in session.scalars(pages) if kind is not None}


def _fields(session: Session, filing: Filing, item: str) -> Sequence[Field]:
    return session.scalars(
        select(Field).where(
            Field.filing_id == filing.id, Field.name.like(f"insured.%.{item}")
        )
    ).all()


def _counts(vault: Vault, field: Field) -> bool:
    if field.as_written is None:
        return False
    value = body_of(decided_version(field), vault).value
    return value.isdigit() and int(value) > 0
