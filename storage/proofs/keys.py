"""The keys that verify signatures are those the chain was told of when they began."""

from collections.abc import Mapping

from sqlalchemy import select

from storage.database import Database
from storage.key_rotation import SIGNING, SUBJECT
from storage.proofs.report import MISSING, Tally
from storage.tables import Approval, ApprovalLot, AuditEvent, RouteStep
from storage.vault import Vault

KIND = "signing_key"

_SIGNED = (Approval, RouteStep, ApprovalLot)


def prove(database: Database, vault: Vault, tally: Tally) -> None:
    tally.count(KIND, 0)
    told = _told(database)
    here = {key: public.hex() for key, public in vault.keyring().public.items()}
    # A key that is not here is named, with what to do, where a signature needs it.
    for key in sorted(here.keys() | _used(database)):
        tally.count(KIND)
        found = here.get(key, MISSING)
        if found != told.get(key):
            tally.differs(KIND, key, expected=told.get(key) or "an event", found=found)


def _told(database: Database) -> Mapping[str, str]:
    events = select(AuditEvent.subject_id, AuditEvent.body).where(
        AuditEvent.act == SIGNING, AuditEvent.subject_kind == SUBJECT
    )
    try:
        with database.look() as session:
            return {
                key: str(body.get("public")) for key, body in session.execute(events)
            }
    except (ValueError, AttributeError):
        # A hand left something that is no JSON; the chain names the event.
        return {}


def _used(database: Database) -> set[str]:
    with database.look() as session:
        return {
            key
            for table in _SIGNED
            for key in session.scalars(select(table.key_id).distinct())
            if key is not None
        }
