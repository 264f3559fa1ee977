"""Which attachments a bundle should hold and does not; told, never a reason to stop."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from forms.attachments import needed
from forms.definition import FormDefinition
from forms.library import Library
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


class Missing(NamedTuple):
    """A kind of attachment nobody found yet, and the filing that asks for it."""

    kind: AttachmentKind
    filing_id: int | None


def missing(
    session: Session, vault: Vault, library: Library, bundle: Bundle
) -> list[Missing]:
    """What is still asked for, by who filed and by what the forms say."""
    by_forms = _by_forms(session, vault, library, bundle)
    return [*_by_submitter(session, bundle), *by_forms]


def _by_submitter(session: Session, bundle: Bundle) -> Iterator[Missing]:
    there = _kinds(session, Page.bundle_id == bundle.id)
    for kind in _BY_SUBMITTER.get(bundle.submitter or "", ()):
        if kind not in there:
            yield Missing(kind, None)


def _by_forms(
    session: Session, vault: Vault, library: Library, bundle: Bundle
) -> Iterator[Missing]:
    for filing in contents.live_filings(session, bundle):
        form = library.of(filing)
        if not form.attachments:
            continue
        there = attachments_of(session, filing)
        said = _said(session, vault, filing, form)
        asked = {
            AttachmentKind(one.kind)
            for entry in filing.entries
            for one in needed(
                form.attachments,
                partial(_value, said, f"{form.entry_prefix}.{entry.n}."),
            )
        }
        for kind in sorted(asked - there):
            yield Missing(kind, filing.id)


def attachments_of(session: Session, filing: Filing) -> frozenset[str]:
    """The kinds of papers that lie with a filing, as people named them."""
    return frozenset(_kinds(session, Page.filing_id == filing.id))


def _value(said: Mapping[str, str], entry: str, item: str) -> str:
    return said.get(entry + item, "")


def _kinds(session: Session, where: ColumnElement[bool]) -> set[str]:
    pages = select(Page.attachment).where(where, Page.standing == Standing.VALID)
    return {kind for kind in session.scalars(pages) if kind is not None}


def _said(
    session: Session, vault: Vault, filing: Filing, form: FormDefinition
) -> Mapping[str, str]:
    """What the fields say that decide about attachments."""
    items = {item for one in form.attachments for item in one.items}
    names = [one.name for one in form.fields if one.name.rpartition(".")[2] in items]
    fields = session.scalars(
        select(Field).where(Field.filing_id == filing.id, Field.name.in_(names))
    )
    return {
        field.name: body_of(decided_version(field), vault).value
        for field in fields
        if field.as_written is not None
    }
