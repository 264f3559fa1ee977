"""What an archive gets: the originals of a file, the evidence of each filing, its
line of the register, and a list of all of it by hash."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rfc8785
from sqlalchemy import select

from kamizero.errors import ConflictError, WrongCallError
from storage.database import Database
from storage.evidence.bundle import BundleWriter
from storage.files import explained
from storage.interfaces import ObjectStore
from storage.originals import read_original
from storage.retention.transfer import found_transfer
from storage.tables import (
    Approval,
    Arrival,
    Filing,
    Original,
    Page,
    RecordFile,
    Transfer,
    TransferState,
)

LIST = "package.json"
SUMS = "sha256sums.txt"


def write_package(
    database: Database,
    store: ObjectStore,
    writer: BundleWriter,
    transfer_id: int,
    folder: Path,
    *,
    register: bytes,
) -> str:
    """Write the package into a new or empty folder; return the SHA-256 of its list.

    Args:
        register: the file's line of the register, with its heading.

    Raises:
        WrongCallError: something lies in the folder already.
        ConflictError: the transfer is not approved, or a filing is not sealed yet.
        TamperedError, MissingError: what is to be shown is not as it was kept.
    """
    with database.look() as session:
        found = found_transfer(session, transfer_id)
        if found.state != TransferState.APPROVED:
            raise ConflictError(f"This transfer is {found.state}, not approved.")
        ids = [one.original_id for one in found.originals]
        originals = session.scalars(
            select(Original).where(Original.id.in_(ids)).order_by(Original.id)
        ).all()
        filings = session.execute(
            select(Filing.id, Filing.receipt_number)
            .join(Page, Page.filing_id == Filing.id)
            .join(Arrival, Arrival.id == Page.arrival_id)
            .where(
                Arrival.original_id.in_(ids),
                Filing.id.in_(select(Approval.filing_id)),
            )
            .distinct()
            .order_by(Filing.id)
        ).all()
    with explained(folder):
        # The evidence names values in clear.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise WrongCallError(f"{folder} is not empty. Name a new folder.")
        _write(folder / "register.csv", register)
        for one in originals:
            _write(folder / "originals" / one.sha256, read_original(store, one))
        for filing, receipt in filings:
            writer.write(filing, folder / "evidence" / receipt)
        return _listed(folder, found, originals)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _listed(folder: Path, found: Transfer, originals: Sequence[Original]) -> str:
    hashes = {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    # As `sha256sum --check` reads it: an archive needs nothing of ours.
    sums = "".join(f"{hashed}  {name}\n" for name, hashed in hashes.items())
    (folder / SUMS).write_text(sums, "utf-8")
    data = rfc8785.dumps(
        {
            "package": 1,
            "transfer": found.id,
            "archive": found.archive,
            "file": _file(found.record_file),
            "proposed_by": found.proposed_by,
            "approved_by": found.approved_by,
            "originals": [one.sha256 for one in originals],
            "contents": hashes,
        }
    )
    (folder / LIST).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _file(file: RecordFile) -> Mapping[str, Any]:
    return {
        "id": file.id,
        "class": file.class_code,
        "name": file.name,
        "fiscal_year": file.fiscal_year,
        "starts_on": file.starts_on.isoformat(),
        "ends_on": file.ends_on.isoformat(),
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
