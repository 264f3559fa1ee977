"""What was destroyed stays destroyed, whatever an old backup still holds.

The certificate of each destruction is copied to a folder outside the installation and
its backups. Whoever restores gives that folder, and everything certified there goes
again before the system opens.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, SetupError, StoreError
from kamizero.model import Role
from storage.backup.gone_paper import close_again, is_of_paper
from storage.database import Database
from storage.files import create, explained
from storage.interfaces import ObjectStore
from storage.retention.destruction import destroy
from storage.retention.record_files import received_on, site_of
from storage.tables import (
    Destruction,
    DestructionKind,
    DestructionState,
    DoomedOriginal,
    FiledOriginal,
    HeldOriginal,
    Hold,
    Measure,
    Original,
    PaperDisposal,
    RecordFile,
)

ACTOR = "restore"


@dataclass(frozen=True, slots=True)
class Erasure:
    """One destruction, as its certificate tells of it."""

    sha256: str
    body: Mapping[str, Any]

    @property
    def reason(self) -> str:
        # Not the whole hash: twelve digits of it may be a My Number.
        return f"certificate {self.sha256[:10]}"

    @property
    def originals(self) -> list[str]:
        return [str(one["sha256"]) for one in self.body["originals"]]


def publish(database: Database, store: ObjectStore, folder: Path) -> int:
    """Copy what is not yet outside; return how many certificates it was.

    Raises:
        StoreError: the folder is not there or full, or the store does not answer.
    """
    if not folder.is_dir():
        raise StoreError(
            f"The folder {folder} is not there. Mount it, or change "
            "KAMIZERO_ERASURES_DIR."
        )
    with explained(folder):
        known = {path.stem for path in folder.glob("*.json")}
    with database.look() as session:
        done = [*_certified(session, Destruction), *_certified(session, PaperDisposal)]
    count = 0
    for sha256, key, version in done:
        if sha256 not in known:
            data = store.read(key, version=version, sha256=sha256)
            create(folder / f"{sha256}.json", data)
            count += 1
    return count


def _certified(
    session: Session, table: type[Destruction | PaperDisposal]
) -> Iterator[tuple[str, str, str]]:
    """Hash, key and version of each certificate."""
    for row in session.execute(
        select(table.certificate_sha256, table.store_key, table.store_version).where(
            table.certificate_sha256.is_not(None)
        )
    ):
        sha256, key, version = (one or "" for one in row)
        yield sha256, key, version


def erasures_in(folder: Path) -> list[Erasure]:
    """Every certificate of the folder. Raises SetupError where one was changed."""
    return list(_read(folder))


def apply_again(
    database: Database,
    store: ObjectStore,
    erasures: list[Erasure],
    *,
    clock: Callable[[], datetime],
) -> int:
    """Destroy again what is still there; return how many originals and boxes it was."""
    count = 0
    for erasure in erasures:
        if is_of_paper(erasure.body):
            count += close_again(
                database,
                store,
                erasure.body,
                reason=erasure.reason,
                by=ACTOR,
                now=clock(),
            )
            continue
        with database.begin() as session:
            found = _to_go(session, erasure)
            if not found:
                continue
            destruction_id = _approved(session, erasure, found, now=clock())
        for original in found:
            _let_go_of(store, original)
        destroy(database, store, destruction_id, by=ACTOR, clock=clock)
        count += len(found)
    return count


def _read(folder: Path) -> Iterator[Erasure]:
    if not folder.is_dir():
        raise SetupError(
            f"{folder} is not there. Give the folder of KAMIZERO_ERASURES_DIR."
        )
    for path in sorted(folder.glob("*.json")):
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != path.stem:
            raise SetupError(f"{path} was changed: its name is not its hash.")
        yield Erasure(path.stem, json.loads(data))


def _to_go(session: Session, erasure: Erasure) -> list[Original]:
    """Originals of the certificate that the restored rows still take for kept."""
    gone = select(DoomedOriginal.original_id).where(
        DoomedOriginal.destroyed_at.is_not(None)
    )
    return list(
        session.scalars(
            select(Original)
            .where(Original.sha256.in_(erasure.originals), Original.id.not_in(gone))
            .order_by(Original.id)
        )
    )


def _approved(
    session: Session, erasure: Erasure, originals: list[Original], *, now: datetime
) -> int:
    """The approved proposal that the certificate tells of, made anew."""
    ids = [original.id for original in originals]
    _withdraw_others(session, ids, now=now)
    _lift_holds(session, ids, erasure, now=now)
    body = erasure.body
    file = _file(session, body, ids, now=now)
    site = file.site if file else site_of(session, ids[0])
    proposal = Destruction(
        site=site,
        kind=DestructionKind.FILE if file else body["kind"],
        record_file_id=file.id if file else None,
        state=DestructionState.PROPOSED,
        reason=erasure.reason,
        proposed_by=body["proposed"]["by"],
        proposed_at=datetime.fromisoformat(body["proposed"]["at"]),
    )
    session.add(proposal)
    session.flush()
    for original in originals:
        session.add(
            DoomedOriginal(
                destruction_id=proposal.id,
                original_id=original.id,
                sha256=original.sha256,
                size=original.size,
                received_on=received_on(session, original.id),
            )
        )
    session.flush()
    proposal.approved_by = body["approved"]["by"]
    proposal.approved_at = datetime.fromisoformat(body["approved"]["at"])
    proposal.state = DestructionState.APPROVED
    session.flush()
    return proposal.id


def _withdraw_others(session: Session, ids: list[int], *, now: datetime) -> None:
    """Proposals of the time of the backup; the certificate knows how they ended."""
    for proposal in session.scalars(
        select(Destruction)
        .join(DoomedOriginal, DoomedOriginal.destruction_id == Destruction.id)
        .where(DoomedOriginal.original_id.in_(ids), ~DoomedOriginal.void)
        .where(DoomedOriginal.begun_at.is_(None))
        .distinct()
    ).all():
        proposal.state = DestructionState.WITHDRAWN
        proposal.withdrawn_by, proposal.withdrawn_at = ACTOR, now
        session.flush()
        for one in proposal.originals:
            one.void = True
        session.flush()


def _lift_holds(
    session: Session, ids: list[int], erasure: Erasure, *, now: datetime
) -> None:
    """Holds of the time of the backup, which were lifted before it was destroyed."""
    own = select(HeldOriginal.hold_id).where(HeldOriginal.original_id.in_(ids))
    files = select(FiledOriginal.record_file_id).where(
        FiledOriginal.original_id.in_(ids)
    )
    for hold in session.scalars(
        select(Hold).where(
            Hold.lifted_at.is_(None),
            or_(Hold.id.in_(own), Hold.record_file_id.in_(files)),
        )
    ):
        hold.lifted_by, hold.lifted_at = ACTOR, now
        hold.lifted_why = f"lifted before {erasure.reason}"
    session.flush()


def _file(
    session: Session, body: Mapping[str, Any], ids: list[int], *, now: datetime
) -> RecordFile | None:
    """The record file the originals lay in, made where the backup is older."""
    told = body["file"]
    if told is None:
        return None
    schedule = date.fromisoformat(told["schedule"])
    file = session.scalars(
        select(RecordFile).where(
            RecordFile.site == body["site"],
            RecordFile.class_code == told["class"],
            RecordFile.schedule == schedule,
            RecordFile.fiscal_year == told["fiscal_year"],
        )
    ).one_or_none()
    if file is None:
        starts, ends = (
            date.fromisoformat(told[name]) for name in ("starts_on", "ends_on")
        )
        file = RecordFile(
            site=body["site"],
            class_code=told["class"],
            schedule=schedule,
            name=told["name"],
            fiscal_year=told["fiscal_year"],
            years=ends.year - starts.year,
            starts_on=starts,
            ends_on=ends,
            measure=Measure.DESTROY,
            approver=Role.RECORDS_MANAGER,
            created_at=now,
        )
        session.add(file)
        session.flush()
    filed = set(
        session.scalars(
            select(FiledOriginal.original_id).where(FiledOriginal.original_id.in_(ids))
        )
    )
    session.add_all(
        FiledOriginal(original_id=one, record_file_id=file.id, filed_at=now)
        for one in ids
        if one not in filed
    )
    session.flush()
    return file


def _let_go_of(store: ObjectStore, original: Original) -> None:
    """Take the hold of the time of the backup off the bytes."""
    # Of a bucket, what was destroyed since is not even put back.
    with suppress(MissingError):
        if original.store_hold:
            store.hold(original.store_key, version=original.store_version, on=False)
