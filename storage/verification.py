"""Proves that nothing that was kept has changed, or names what has.

It only looks, may run while people work, and trusts the database as little as the
disk: each is checked against the other, against commitments, signatures and heads.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

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
from storage.proofs.report import (
    Difference,
    Meter,
    Progress,
    Report,
    Tally,
    report_of,
)
from storage.tables import Approval, AuditHead, AuditSeal, Entry, FieldValue, Original
from storage.vault import Vault

# One hashes originals, with threads of its own; another does the rest.
_THREADS = 2

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
    meter = Meter(total=_total(database), progress=progress)
    proofs: Sequence[Callable[[Tally], None]] = (
        partial(originals.prove, database, store),
        partial(references.prove, database),
        partial(values.prove, database, vault),
        partial(keys.prove, database, vault),
        partial(approvals.prove, database, store, vault),
        partial(chain.prove, database, store),
        partial(time_stamps.prove, database, store, outside),
    )
    tallies = [Tally(meter) for _ in proofs]
    # Hashing and waiting for disk and database leave the interpreter's lock alone.
    with ThreadPoolExecutor(_THREADS) as pool:
        for done in [
            pool.submit(prove, tally)
            for prove, tally in zip(proofs, tallies, strict=True)
        ]:
            done.result()
    return report_of(tallies)


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
