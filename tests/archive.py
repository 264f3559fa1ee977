"""A data folder with filings in it, as storage's own tests need it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.headings import Heading
from kamizero.model import Box, Candidate, FieldState, PageKind, Reading
from storage import audit
from storage.database import Database
from storage.directory import DirectoryStore
from storage.first_readings import write_readings
from storage.interfaces import ObjectStore
from storage.key_rotation import know_signing_key
from storage.manifest import build, signed_bytes
from storage.originals import keep, original_row
from storage.searches.criteria import Criteria
from storage.searches.hits import find
from storage.tables import (
    Approval,
    Arrival,
    ArrivalState,
    Entry,
    EntryState,
    Field,
    Filing,
    FilingStep,
    Job,
    Page,
    Site,
)
from storage.values import READ, reading_digest, write_correction
from storage.vault import KeyRing, Vault
from tests.paper import take_route

NOW = datetime(2026, 11, 24, 1, 2, 3, 400, tzinfo=UTC)
TODAY = NOW.date()
LONG = NOW + timedelta(days=1500)
MY_NUMBER = "123456789018"
FIELDS = (
    ("office.name", 0, Heading.OFFICE, "株式会社けいと"),
    ("insured.1.name_kanji", 1, Heading.NAME, "山田　太郎"),
    ("insured.1.my_number", 1, Heading.NUMBER, MY_NUMBER),
)


@dataclass
class Archive:
    """A database, a folder store and a vault on one data folder."""

    folder: Path
    database: Database
    store: ObjectStore
    vault: Vault

    def receive(
        self,
        data: bytes = b"paper",
        *,
        received_on: date = TODAY,
        until: datetime = LONG,
    ) -> int:
        """Take bytes in as one read filing with one entry; return the filing's id."""
        kept = keep(self.store, data, retain_until=until)
        with self.database.begin() as session:
            original = original_row(session, kept, media_type="image/png", now=NOW)
            filing = _filing(session, original.id, received_on)
            fields = [
                Field(
                    filing_id=filing.id,
                    entry_n=entry_n,
                    position=position,
                    name=name,
                    sensitive=heading is Heading.NUMBER,
                    heading=heading,
                    page_id=filing.pages[0].id,
                    box_px=[0, 0, 1, 1],
                )
                for position, (name, entry_n, heading, _) in enumerate(FIELDS)
            ]
            said = [reading(name, value) for name, *_, value in FIELDS]
            versions = write_readings(
                session, self.vault, list(zip(fields, said, strict=True)), now=NOW
            )
            session.add(Entry(filing_id=filing.id, n=1, state=EntryState.READY))
            session.flush()
            audit.record(
                session,
                actor="engine@1",
                act=READ,
                subject_kind="filing",
                subject_id=filing.id,
                now=NOW,
                body={"values": reading_digest((v.id, v.commitment) for v in versions)},
            )
            return filing.id

    def found_by(self, **asked: Any) -> list[int]:
        """The filings of which this is true, the newest first."""
        with self.database.look() as session:
            hits = find(session, self.vault, Criteria(**asked), before=None, limit=99)
            return [hit.filing.id for hit in hits]

    def approve(
        self,
        filing_id: int,
        *,
        by: str = "suzuki",
        at: datetime = NOW,
        without: Sequence[str] = (),
    ) -> int:
        """Sign the filing's entry as a person would; return the approval's id.

        Args:
            without: what the manifest leaves out, as older ones do.
        """
        with self.database.begin() as session:
            entry = session.scalars(
                select(Entry).where(Entry.filing_id == filing_id)
            ).one()
            manifest = json.loads(build(session, entry))
            told = {key: said for key, said in manifest.items() if key not in without}
            kept = self.store.put(
                rfc8785.dumps(told), prefix="manifests", retain_until=LONG
            )
            words = signed_bytes(manifest_sha256=kept.sha256, by=by, at=at)
            signature = self.vault.sign(words)
            round_id = take_route(
                session, entry.filing, by=by, manifest=kept.sha256, vault=self.vault
            )
            approval = Approval(
                filing_id=filing_id,
                round_id=round_id,
                manifest_sha256=kept.sha256,
                store_key=kept.key,
                store_version=kept.version,
                by=by,
                at=at,
                key_id=signature.key_id,
                signature=signature.hex,
            )
            session.add(approval)
            session.flush()
            entry.approval_id = approval.id
            entry.state = EntryState.APPROVED
            audit.record(
                session,
                actor=by,
                act="entry.approve",
                subject_kind="entry",
                subject_id=entry.id,
                now=at,
                body={"approval": approval.id, "manifest": kept.sha256},
            )
            return approval.id

    def correct(self, name: str, value: str) -> None:
        """Write what somebody says stands in the field of the first filing."""
        with self.database.begin() as session:
            write_correction(
                session,
                self.vault,
                field_named(session, name),
                value=value,
                state=FieldState.READ,
                author="rei",
                now=NOW,
            )

    def seal(self) -> int:
        return audit.seal(self.database, self.store, now=NOW)


def archive(folder: Path, url: str) -> Archive:
    """An empty archive; whoever asks closes its database."""
    database = Database(url)
    database.upgrade()
    vault = Vault(KeyRing.load(folder / "keys"))
    know_signing_key(database, vault, now=NOW)
    return Archive(
        folder=folder, database=database, store=DirectoryStore(folder), vault=vault
    )


def field_named(session: Session, name: str) -> Field:
    """The field of the first filing that has it."""
    return session.scalars(
        select(Field).where(Field.name == name).order_by(Field.id).limit(1)
    ).one()


def reading(name: str, value: str) -> Reading:
    return Reading(
        name=name,
        state=FieldState.READ if value else FieldState.BLANK,
        value=value,
        text=value,
        confidence=0.99,
        accepted=True,
        chosen_by=None,
        page=1,
        box_px=Box(0, 0, 1, 1),
        alternatives=(Candidate(f"{value}?", f"{value}?", 0.01),),
        engine="engine@1",
        grounds=("line", "cells"),
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _filing(session: Session, original_id: int, received_on: date) -> Filing:
    if session.get(Site, "main") is None:
        session.add(Site(code="main", name="本所"))
        session.flush()
    job = Job(
        site="main",
        door="http",
        operator="ken",
        created_at=NOW,
        received_on=received_on,
    )
    session.add(job)
    session.flush()
    arrival = Arrival(
        job_id=job.id,
        seq=1,
        original_id=original_id,
        source="scan.png",
        state=ArrivalState.TAKEN,
    )
    session.add(arrival)
    session.flush()
    page = Page(
        arrival=arrival,
        number=1,
        width_px=1654,
        height_px=2339,
        dpi=200,
        depth=24,
        kind=PageKind.FORM,
    )
    filing = Filing(
        receipt_number=f"R{arrival.id}",
        arrival_id=arrival.id,
        site="main",
        form="2200",
        revision="2020-12",
        received_on=received_on,
        created_at=NOW,
        step=FilingStep.DONE,
        pages=[page],
    )
    session.add(filing)
    session.flush()
    return filing
