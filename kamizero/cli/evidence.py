"""Evidence bundles from the command line: one folder a filing."""

import getpass
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from kamizero.cli.clock import now
from kamizero.cli.storeroom import Storeroom
from kamizero.errors import WrongCallError
from storage.database import Database
from storage.evidence.bundle import BundleWriter
from storage.proofs.outside import Outside
from storage.tables import Approval, Filing


def write_bundles(
    storeroom: Storeroom, outside: Outside, folder: Path, receipts: Sequence[str]
) -> int:
    """Write the evidence of these filings, or all approved ones; return how many.

    Raises:
        WrongCallError: a receipt number nobody has.
    """
    writer = BundleWriter(
        storeroom.database,
        storeroom.store,
        storeroom.vault,
        outside,
        actor=getpass.getuser(),
        now=now(),
    )
    filings = _filings(storeroom.database, receipts)
    for filing, receipt in filings:
        writer.write(filing, folder / receipt)
    return len(filings)


def _filings(database: Database, receipts: Sequence[str]) -> list[tuple[int, str]]:
    query = select(Filing.id, Filing.receipt_number).order_by(Filing.id)
    if receipts:
        query = query.where(Filing.receipt_number.in_(receipts))
    else:
        query = query.where(Filing.id.in_(select(Approval.filing_id)))
    with database.look() as session:
        found = [(key, receipt) for key, receipt in session.execute(query)]
    for receipt in sorted(set(receipts) - {one for _, one in found}):
        raise WrongCallError(f"No filing has the receipt number {receipt}.")
    return found
