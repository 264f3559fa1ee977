"""My Numbers for the robot that must register them: while it holds them, an event."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from delivery.robots.leasing import Held
from delivery.robots.record import fields_of, numbers_of
from delivery.robots.refusals import LostLeaseError
from forms.flat_names import flat_name
from storage import audit
from storage.values import body_of, decided_version
from storage.vault import Vault


def clear_numbers(
    session: Session,
    vault: Vault,
    held: Held,
    *,
    wanted: Collection[str] | None = None,
    now: datetime,
) -> dict[str, str]:
    """The numbers by flat name, and the trace of who was given which.

    Args:
        wanted: flat names of those that are needed; None for every one.

    Raises:
        LostLeaseError: the lease is over, though nobody else has the item yet.
    """
    if held.claim.lease_until < now:
        raise LostLeaseError(
            f"The lease of item {held.row.id} is over; lease it anew for its numbers."
        )
    entry = held.row.entry
    fields = [
        field
        for field in numbers_of(fields_of(session, entry))
        if wanted is None or flat_name(field.name) in wanted
    ]
    audit.record(
        session,
        actor=held.claim.leased_by,
        act="delivery.numbers_given",
        subject_kind="entry",
        subject_id=entry.id,
        now=now,
        body={
            "filing": entry.filing_id,
            "fields": [field.id for field in fields],
            "fence": held.claim.fence,
        },
    )
    return {
        flat_name(field.name): body_of(decided_version(field), vault).value
        for field in fields
    }
