"""Writes the index anew from the values, while people work; may be stopped any time.

What was kept before there was an index comes into it so, and what somebody damaged.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from forms.definition import FormDefinition
from forms.headings import heading_of
from forms.library import Library
from forms.occasions import occasions
from storage.database import Database
from storage.occasions import keep
from storage.tables import Card, Field, FieldVersion, Filing
from storage.values import body_of, decided_versions, index_cards
from storage.vault import Vault

_BATCH = 20


def reindex(
    database: Database,
    vault: Vault,
    forms: Library,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Write the cards of every field, filing by filing; return how many fields."""
    last, done = 0, 0
    while ids := _next(database, last):
        with database.begin() as session:
            for number in ids:
                form = forms.of(session.get_one(Filing, number))
                done += rewrite(session, vault, number, form)
        last = ids[-1]
        progress(done)
    return done


def _next(database: Database, last: int) -> Sequence[int]:
    query = select(Filing.id).where(Filing.id > last).order_by(Filing.id)
    with database.look() as session:
        return session.scalars(query.limit(_BATCH)).all()


def rewrite(session: Session, vault: Vault, number: int, form: FormDefinition) -> int:
    """Write the cards of every field of a filing; return how many fields."""
    fields = session.scalars(
        select(Field)
        .where(Field.filing_id == number)
        .options(
            joinedload(Field.as_written).joinedload(FieldVersion.value),
            joinedload(Field.as_decided).joinedload(FieldVersion.value),
        )
        # A version written meanwhile would bring cards that are taken away here.
        .with_for_update(of=Field)
    ).all()
    _reindex_occasions(session, vault, form, number, fields)
    for field in fields:
        field.heading = heading_of(form.field(field.name))
    _reindex_words(session, vault, fields)
    return len(fields)


def _reindex_occasions(
    session: Session,
    vault: Vault,
    form: FormDefinition,
    number: int,
    fields: Sequence[Field],
) -> None:
    filing = session.get_one(Filing, number)
    said = {field.name: _said(field, vault) for field in fields}
    named = {
        entry.n: occasions(form, entry.n, lambda name: said.get(name, ""))
        for entry in filing.entries
    }
    keep(session, vault, filing, named, decided_versions(fields))


def _said(field: Field, vault: Vault) -> str:
    """What counts in a field, "" where it was erased."""
    version = field.as_decided or field.as_written
    if version is None or version.value is None:
        return ""
    return body_of(version, vault).value


def _reindex_words(session: Session, vault: Vault, fields: Sequence[Field]) -> None:
    in_force = {
        version.id: (field, version)
        for field in fields
        for version in (field.as_written, field.as_decided)
        if version is not None and version.value is not None
    }
    # Those of a filing are fetched together: a question for each card is what takes
    # long where there are millions.
    cards = select(Card).where(Card.version_id.in_(in_force))
    kept = {(card.version_id, card.n): card for card in session.scalars(cards)}
    due: set[tuple[int, int]] = set()
    for field, version in in_force.values():
        for card in index_cards(vault.index(), field, body_of(version, vault).value):
            card.version_id = version.id
            due.add((card.version_id, card.n))
            # Those in `kept` are in the session's hands: no question is asked again.
            if (card.version_id, card.n) in kept:
                session.merge(card)
            else:
                session.add(card)
    for gone in kept.keys() - due:
        session.delete(kept[gone])
