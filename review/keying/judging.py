"""Holding an accepted reading against what people keyed, and drawing the conclusion."""

from datetime import datetime

from sqlalchemy.orm import Session

from kamizero.tokyo import business_date
from review.keying.comparing import Said
from review.keying.kinds import kind_of
from review.keying.modes import add_modes, modes_for
from review.keying.proof import present_readers, standings
from storage.tables import (
    Field,
    FieldVersion,
    Mode,
    ModeReason,
    ModeRow,
    ReadingProof,
    Source,
)
from storage.vault import Vault

SAMPLER = "sampling"


def judge(
    session: Session,
    vault: Vault,
    field: Field,
    reading: FieldVersion,
    settled: FieldVersion,
    *,
    now: datetime,
) -> None:
    """Count whether the reading was right, where it would have passed unseen."""
    if field.mode != Mode.SHADOW or not reading.accepted:
        return
    filing, kind = field.filing, kind_of(field.name)
    readers = present_readers(session, form=filing.form, revision=filing.revision)
    correct = Said.by(reading, vault).agrees_with(Said.by(settled, vault))
    session.add(
        ReadingProof(
            field_id=field.id,
            form=filing.form,
            revision=filing.revision,
            field=kind,
            reader=readers[kind],
            source=Source.SAMPLE if field.sampled else Source.SHADOW,
            correct=correct,
            at=now,
        )
    )
    session.flush()
    if not correct:
        _switch_off(session, field, now=now)


def _switch_off(session: Session, field: Field, *, now: datetime) -> None:
    """Let nothing of the kind pass unseen where its proof broke.

    What was proven here must stay proven; what rests on made-up scans alone stands
    until this office's paper proves the contrary.
    """
    filing, kind = field.filing, kind_of(field.name)
    modes = modes_for(session, filing, on=business_date(now))
    row = modes.row(kind)
    if modes.of(kind) != Mode.OCR:
        return
    known = standings(session, form=filing.form, revision=filing.revision)[kind]
    own = row is not None and row.why == ModeReason.PROOF
    if known.fails or (own and not known.holds):
        add_modes(
            session,
            [
                ModeRow(
                    form=filing.form,
                    revision=filing.revision,
                    field=kind,
                    mode=Mode.SHADOW,
                    from_on=business_date(now),
                    why=ModeReason.BOUND,
                    set_by=SAMPLER,
                    set_at=now,
                    proven_n=known.n,
                    proven_errors=known.errors,
                    bound=known.bound,
                )
            ],
        )
