"""Writing a filing's evidence down: every file by its hash, nothing that is missing."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from storage import audit
from storage.database import Database
from storage.evidence.report import LANGUAGES, Facts, report
from storage.evidence.segments import Segment, links, segments, telling
from storage.files import explained
from storage.interfaces import ObjectStore
from storage.proofs.outside import Outside
from storage.tables import (
    Approval,
    Arrival,
    Entry,
    Field,
    FieldVersion,
    Filing,
    Original,
    Page,
    RouteStep,
    Stamped,
    TimeStamp,
)
from storage.values import body_of
from storage.vault import Vault

_ENDINGS = {
    "image/tiff": ".tif",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "application/pdf": ".pdf",
    "text/csv": ".csv",
}


class BundleWriter:
    """Makes evidence bundles; each is an event, because it shows the original."""

    def __init__(
        self,
        database: Database,
        store: ObjectStore,
        vault: Vault,
        outside: Outside,
        *,
        actor: str,
        now: datetime,
    ) -> None:
        self._database = database
        self._store = store
        self._vault = vault
        self._outside = outside
        self._actor = actor
        self._now = now

    def write(self, filing_id: int, folder: Path) -> None:
        """Write the evidence of one filing into a folder that is new or empty.

        Raises:
            WrongCallError: something lies in the folder already.
            ConflictError: nothing of the filing was approved, or it is not sealed yet.
            TamperedError, MissingError: what is to be shown is not as it was kept.
        """
        with self._database.look() as session:
            filing = session.get_one(Filing, filing_id)
            contents = self._contents(session, filing)
        with self._database.begin() as session:
            audit.record(
                session,
                actor=self._actor,
                act="evidence.made",
                subject_kind="filing",
                subject_id=filing_id,
                now=self._now,
                body={"files": len(contents)},
            )
        _lay(folder, contents)

    def _contents(self, session: Session, filing: Filing) -> dict[str, bytes]:
        """Each file's name and bytes."""
        approvals = _approvals(session, filing)
        originals = _originals(session, filing)
        chain = self._chain(session, filing, approvals, originals)
        stamps = _stamps(session, approvals, chain)
        versions = _versions(session, filing)
        named = {one.sha256: _original_name(one) for one in originals}
        contents = {
            **{named[one.sha256]: self._original(one) for one in originals},
            **{
                f"manifests/{one.manifest_sha256}.json": self._store.read(
                    one.store_key,
                    version=one.store_version,
                    sha256=one.manifest_sha256,
                )
                for one in approvals
            },
            **{
                _head_name(run): self._store.read(
                    run.head.store_key,
                    version=run.head.store_version,
                    sha256=run.head.store_key.rpartition("/")[2],
                )
                for run in chain
            },
            **{
                _stamp_name(one): self._store.read(
                    one.store_key, version=one.store_version, sha256=one.sha256
                )
                for one in stamps
            },
            "approvals.json": _json([_approval(session, one) for one in approvals]),
            "values.json": _json([self._value(*one) for one in versions]),
            "keys.json": _json(self._keys(session, approvals)),
            "chain.json": _json([list(links(session, run)) for run in chain]),
            "stamps.json": _json([_stamp(one, approvals, chain) for one in stamps]),
            "check.py": (files("storage.evidence") / "check.py").read_bytes(),
        }
        roots = self._roots()
        if roots:
            contents["certificates/root.pem"] = roots
        facts = Facts.of(
            session,
            filing,
            approvals=approvals,
            originals=originals,
            versions=[self._value(*one) for one in versions],
            stamps=stamps,
            grade=self._store.grade,
            now=self._now,
        )
        for language in LANGUAGES:
            contents[f"report.{language}.html"] = report(facts, language).encode()
        contents["bundle.json"] = _json(
            {
                "bundle": 1,
                "filing": filing.receipt_number,
                "made_at": self._now.astimezone(UTC).isoformat(),
                "originals": named,
                "files": {name: _sha256(data) for name, data in contents.items()},
            }
        )
        return contents

    def _original(self, original: Original) -> bytes:
        return self._store.read(
            original.store_key, version=original.store_version, sha256=original.sha256
        )

    def _chain(
        self,
        session: Session,
        filing: Filing,
        approvals: Sequence[Approval],
        originals: Sequence[Original],
    ) -> list[Segment]:
        seals = session.scalars(
            telling(
                filing=filing.id,
                entries=session.scalars(
                    select(Entry.id).where(Entry.filing_id == filing.id)
                ).all(),
                originals=[one.sha256 for one in originals],
                keys=self._keys(session, approvals),
            )
        ).all()
        found = segments(session, seals)
        if not found or found[-1].last < seals[-1].seq:
            raise ConflictError(
                f"Events of filing {filing.id} are not sealed yet. Try again in a "
                "minute, with `kamizero up` running."
            )
        return found

    def _value(self, field: Field, version: FieldVersion) -> dict[str, Any]:
        """A version with value and salt; a number that is sealed stays closed."""
        is_open = version.value is not None and not field.sensitive
        return {
            "id": version.id,
            "field": field.name,
            "purpose": version.purpose,
            "author": f"{version.author_kind}:{version.author}",
            "at": version.at.astimezone(UTC).isoformat(),
            "commitment": version.commitment,
            "value": body_of(version, self._vault).value if is_open else None,
            "salt": version.value.salt.hex() if is_open and version.value else None,
            "sealed": field.sensitive,
            "erased": version.value is None,
        }

    def _keys(self, session: Session, approvals: Sequence[Approval]) -> dict[str, str]:
        used = {one.key_id for one in approvals} | {
            step.key_id for one in approvals for step in _steps(session, one)
        }
        return {key: self._vault.public_key(key).hex() for key in sorted(used)}

    def _roots(self) -> bytes:
        trust = self._outside.trust or self._outside.demo
        if trust is None:
            return b""
        found = (*trust.roots, *trust.between)
        return b"".join(one.public_bytes(Encoding.PEM) for one in found)


def _approvals(session: Session, filing: Filing) -> Sequence[Approval]:
    found = session.scalars(
        select(Approval).where(Approval.filing_id == filing.id).order_by(Approval.id)
    ).all()
    if not found:
        raise ConflictError(
            f"Nothing of filing {filing.receipt_number} was approved: there is no "
            "signature to show."
        )
    return found


def _originals(session: Session, filing: Filing) -> Sequence[Original]:
    paged = select(Page.arrival_id).where(Page.filing_id == filing.id)
    return session.scalars(
        select(Original)
        .join(Arrival, Arrival.original_id == Original.id)
        .where((Arrival.id == filing.arrival_id) | Arrival.id.in_(paged))
        .order_by(Original.id)
        .distinct()
    ).all()


def _steps(session: Session, approval: Approval) -> Sequence[RouteStep]:
    return session.scalars(
        select(RouteStep)
        .where(RouteStep.round_id == approval.round_id, RouteStep.void_at.is_(None))
        .order_by(RouteStep.seq)
    ).all()


def _approval(session: Session, approval: Approval) -> dict[str, Any]:
    return {
        "id": approval.id,
        "by": approval.by,
        "at": approval.at.astimezone(UTC).isoformat(),
        "manifest": approval.manifest_sha256,
        "key_id": approval.key_id,
        "signature": approval.signature,
        "stamps": [
            {
                "id": step.id,
                "stage": step.stage_id,
                "by": step.person,
                "for": step.for_person,
                "at": step.at.astimezone(UTC).isoformat(),
                "key_id": step.key_id,
                "signature": step.signature,
            }
            for step in _steps(session, approval)
        ],
    }


def _versions(session: Session, filing: Filing) -> Sequence[tuple[Field, FieldVersion]]:
    rows = session.execute(
        select(Field, FieldVersion)
        .join(FieldVersion, FieldVersion.field_id == Field.id)
        .where(Field.filing_id == filing.id)
        .order_by(Field.position, FieldVersion.seq)
    )
    return [(field, version) for field, version in rows]


def _stamps(
    session: Session, approvals: Iterable[Approval], chain: Iterable[Segment]
) -> Sequence[TimeStamp]:
    manifests = [one.id for one in approvals]
    heads = [run.head.seq for run in chain]
    first = session.scalars(
        select(TimeStamp).where(
            ((TimeStamp.kind == Stamped.MANIFEST) & TimeStamp.subject.in_(manifests))
            | ((TimeStamp.kind == Stamped.HEAD) & TimeStamp.subject.in_(heads))
        )
    ).all()
    found, newest = list(first), [one.id for one in first]
    while newest:
        renewed = session.scalars(
            select(TimeStamp).where(
                TimeStamp.kind == Stamped.STAMP, TimeStamp.subject.in_(newest)
            )
        ).all()
        found += renewed
        newest = [one.id for one in renewed]
    return sorted(found, key=lambda one: one.id)


def _stamp(
    stamp: TimeStamp, approvals: Iterable[Approval], chain: Iterable[Segment]
) -> dict[str, Any]:
    over = {
        **{
            (Stamped.MANIFEST, one.id): f"manifests/{one.manifest_sha256}.json"
            for one in approvals
        },
        **{(Stamped.HEAD, run.head.seq): _head_name(run) for run in chain},
        (Stamped.STAMP, stamp.subject): f"stamps/{stamp.subject}.tsr",
    }
    return {
        "file": _stamp_name(stamp),
        "over": over[Stamped(stamp.kind), stamp.subject],
        "authority": stamp.authority,
        "at": stamp.stamped_at.astimezone(UTC).isoformat(),
        "is_proof": stamp.is_proof,
    }


def _original_name(original: Original) -> str:
    return f"originals/{original.sha256}{_ENDINGS.get(original.media_type, '')}"


def _head_name(run: Segment) -> str:
    return f"heads/{run.head.seq}.json"


def _stamp_name(stamp: TimeStamp) -> str:
    return f"stamps/{stamp.id}.tsr"


def _lay(folder: Path, contents: dict[str, bytes]) -> None:
    with explained(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise WrongCallError(f"{folder} is not empty. Name a new folder.")
        for name, data in contents.items():
            path = folder / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_bytes(data)


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
