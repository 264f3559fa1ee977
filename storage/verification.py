"""Proves that nothing that was kept has changed, or names what has.

It only looks, may run while people work, and trusts the database as little as the
disk: each is checked against the other, against commitments, signatures and heads.
"""

from sqlalchemy import func, select

from storage.database import Database
from storage.interfaces import ObjectStore
from storage.proofs import (
    approvals,
    chain,
    keys,
    originals,
    references,
    time_stamps,
    values,
)
from storage.proofs.outside import NOTHING, Outside
from storage.proofs.report import Difference, Progress, Report, Tally
from storage.tables import Approval, AuditHead, AuditSeal, Entry, FieldValue, Original
from storage.vault import Vault

__all__ = ["Difference", "Outside", "Report", "verify"]


def verify(
    database: Database,
    store: ObjectStore,
    vault: Vault,
    *,
    outside: Outside = NOTHING,
    progress: Progress = lambda _done, _total: None,
) -> Report:
    """Check everything.

    Args:
        outside: what does not come from this installation; without it, time stamps
            are counted and not checked.

    Raises:
        KeyMissingError: a key of the vault is gone.
        StoreError: store, database or anchor cannot be read now.
    """
    tally = Tally(total=_total(database), progress=progress)
    originals.prove(database, store, tally)
    references.prove(database, tally)
    values.prove(database, vault, tally)
    keys.prove(database, vault, tally)
    approvals.prove(database, store, vault, tally)
    chain.prove(database, store, tally)
    time_stamps.prove(database, store, outside, tally)
    return tally.report()


def _total(database: Database) -> int:
    """About how many pieces of evidence there are, for whoever waits."""
    # A manifest and its signature, an event and its seal, count twice.
    tables = (
        Original,
        FieldValue,
        Approval,
        Approval,
        Entry,
        AuditSeal,
        AuditSeal,
        AuditHead,
    )
    with database.look() as session:
        return sum(
            session.scalars(select(func.count()).select_from(table)).one()
            for table in tables
        )
