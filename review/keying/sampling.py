"""Drawing accepted readings to be keyed all the same, so that the proof goes on."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import WrongCallError
from storage import audit
from storage.tables import ANY, Field, SamplingRate
from storage.vault import Vault

MILLION = 1_000_000
# Digits of the keyed hash that are looked at: far finer than one in a million.
_DIGITS = 12
_PLACES = 16**12


def is_drawn(field: Field, vault: Vault, *, per_million: int) -> bool:
    """Tell whether an accepted reading is in the sample: the same whenever asked.

    Nobody without the key can tell beforehand which fields will be looked at.
    """
    if field.as_written is None or not field.as_written.accepted:
        return False
    drawn = int(vault.blind_index(f"sample/{field.id}")[:_DIGITS], 16)
    return drawn * MILLION < per_million * _PLACES


def rate_for(session: Session, form: str, *, on: date) -> int:
    """How many of a million accepted fields of a form are sampled on a day."""
    row = session.scalars(
        select(SamplingRate)
        .where(SamplingRate.form.in_((form, ANY)), SamplingRate.from_on <= on)
        .order_by(SamplingRate.from_on.desc(), SamplingRate.id.desc())
        .limit(1)
    ).one_or_none()
    return row.per_million if row is not None else 0


def set_rate(
    session: Session,
    *,
    form: str,
    per_million: int,
    from_on: date,
    actor: str,
    now: datetime,
    today: date,
) -> SamplingRate:
    """Say how many are sampled from a day on. Raises WrongCallError."""
    if not 0 <= per_million <= MILLION:
        raise WrongCallError("A rate lies between none and all.")
    if from_on < today:
        raise WrongCallError("A rate begins today or later; what was done is done.")
    row = SamplingRate(
        form=form,
        per_million=per_million,
        from_on=from_on,
        set_by=actor,
        set_at=now,
    )
    session.add(row)
    audit.record(
        session,
        actor=actor,
        act="sampling.set",
        subject_kind="form",
        subject_id=form,
        now=now,
        body={"per_million": per_million, "from": from_on.isoformat()},
    )
    return row
