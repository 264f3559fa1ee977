"""Giving each field of a filing the mode it is settled under, once, when it is routed.

Shadow and sampling are routing: they send fields to people, and never change whether
a reading is accepted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.csv.forms import is_of_rows
from kamizero.tokyo import business_date
from review.keying import pool
from review.keying.kinds import kind_of
from review.keying.modes import add_modes, modes_for
from review.keying.proof import reader_of
from review.keying.sampling import is_drawn, rate_for
from storage.insertion import insert_once
from storage.tables import (
    BLIND,
    HEAD,
    EntryState,
    Field,
    FieldVersion,
    Filing,
    KnownReader,
    Mode,
    ModeReason,
    ModeRow,
)
from storage.vault import Vault

MACHINE = "routing"


def assign(session: Session, filing: Filing, vault: Vault, *, now: datetime) -> None:
    """Decide the mode of each field that is on its way, and ask for keying."""
    fields = _on_their_way(filing)
    # What a file says needs no second reading: a keyer would copy it.
    if not fields or is_of_rows(filing.revision):
        return
    _meet_readers(session, filing, fields, now=now)
    modes = modes_for(session, filing, on=business_date(now))
    rate = rate_for(session, filing.form, on=business_date(now))
    for field in fields:
        field.mode = modes.of(kind_of(field.name))
        if field.mode == Mode.OCR and is_drawn(field, vault, per_million=rate):
            field.mode, field.sampled = Mode.SHADOW, True
        if field.mode in BLIND:
            pool.put(session, field, now=now)
    session.flush()


def _on_their_way(filing: Filing) -> list[Field]:
    """Fields of entries not sent anywhere yet; the head only with the first of them."""
    read = {entry.n for entry in filing.entries if entry.state == EntryState.READ}
    if read and all(entry.state == EntryState.READ for entry in filing.entries):
        read.add(HEAD)
    return [field for field in filing.fields if field.entry_n in read]


def _meet_readers(
    session: Session, filing: Filing, fields: Iterable[Field], *, now: datetime
) -> None:
    """Put on trial what a model or a form revision that is new here has read."""
    known = list(
        session.scalars(select(KnownReader).where(KnownReader.form == filing.form))
    )
    before = {(row.revision, row.field, row.reader) for row in known}
    met = {
        (filing.revision, kind_of(name), reader)
        for name, reader in _readers(session, fields).items()
    }
    for revision, kind, reader in sorted(met - before):
        insert_once(
            session,
            KnownReader,
            form=filing.form,
            revision=revision,
            field=kind,
            reader=reader,
            first_at=now,
        )
    # The first that ever read the form is what the installation was begun with.
    if known:
        _put_on_trial(session, filing, {kind for _, kind, _ in met - before}, now=now)


def _readers(session: Session, fields: Iterable[Field]) -> Mapping[str, str]:
    """Field name -> the models that read it; support by the register is no reading."""
    names = {field.id: field.name for field in fields}
    rows = session.execute(
        select(FieldVersion.field_id, FieldVersion.author).where(
            FieldVersion.field_id.in_(names), FieldVersion.seq == 1
        )
    )
    return {names[field_id]: reader_of(author) for field_id, author in rows}


def _put_on_trial(
    session: Session, filing: Filing, kinds: Iterable[str], *, now: datetime
) -> None:
    today = business_date(now)
    modes = modes_for(session, filing, on=today)
    add_modes(
        session,
        [
            ModeRow(
                form=filing.form,
                revision=filing.revision,
                field=kind,
                mode=Mode.SHADOW,
                from_on=today,
                why=ModeReason.READER,
                set_by=MACHINE,
                set_at=now,
            )
            for kind in sorted(kinds)
            if modes.of(kind) == Mode.OCR
        ],
    )
