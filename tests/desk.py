"""A desk with filings on it, in an embedded database: what review is tested on."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from delivery.outbox import put_out
from forms.definition import FormDefinition
from kamizero.model import (
    Box,
    Candidate,
    FieldState,
    FilingKind,
    PageKind,
    Reading,
    Severity,
)
from review import queue
from review.approval import approve, proposal
from review.completion import Recheck, finish
from review.correction import accept, decide, settle, waive
from review.grounds import Ground
from review.hand import Hand
from review.item import ShownField, item
from review.roles import Role
from review.routing import route
from review.undo import undo
from storage.database import Database
from storage.directory import DirectoryStore
from storage.tables import (
    Arrival,
    ArrivalState,
    Entry,
    Field,
    Filing,
    FilingStep,
    FindingRow,
    Job,
    Original,
    Page,
    Site,
)
from storage.values import write_reading
from storage.vault import Vault
from storage.work import Claim

NOW = datetime(2020, 12, 10, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
RECEIVED_ON = date(2020, 12, 9)

# What stands on the paper unless a test says otherwise; all else is blank.
PAPER = {
    "submitted_on": "2020-12-08",
    "office.symbol": "01-ケイト",
    "office.name": "株式会社けいと",
    "name_kana": "ヤマダ　タロウ",
    "name_kanji": "山田　太郎",
    "birth_date": "1990-05-12",
    "my_number": "123456789018",
    "acquired_on": "2020-12-01",
    "remuneration_total": "280000",
}


def no_news(session: Session, filing: Filing) -> None:
    """A recheck in which the rules have nothing new to say."""
    del session, filing


@dataclass
class Desk:
    """An office with its database, vault and store, and people who work in it."""

    database: Database
    vault: Vault
    store: DirectoryStore
    definition: FormDefinition

    def receive(
        self,
        *,
        entries: int = 1,
        doubtful: Sequence[str] = (),
        written: Mapping[str, str] | None = None,
        kind: FilingKind = FilingKind.NEW,
    ) -> int:
        """Take a filing in and read it; `written` overrides what is on the paper."""
        with self.database.begin() as session:
            filing = _filing(session, self.definition, kind)
            page = _page(session, filing)
            _fields(session, self, filing, page, entries, set(doubtful), written or {})
            session.add_all(Entry(filing_id=filing.id, n=n + 1) for n in range(entries))
            return filing.id

    def find(
        self,
        filing_id: int,
        rule: str,
        *,
        severity: Severity = Severity.ERROR,
        entry_n: int = 1,
        fields: Sequence[str] = (),
    ) -> int:
        """Let a rule say something about the filing."""
        with self.database.begin() as session:
            row = FindingRow(
                filing_id=filing_id,
                entry_n=entry_n,
                rule=rule,
                severity=severity,
                fields=list(fields),
                message_ja="誤りです",
                message_en="It is wrong",
            )
            session.add(row)
            session.flush()
            return row.id

    def route(
        self, filing_id: int, *, definition: FormDefinition | None = None
    ) -> None:
        with self.database.begin() as session:
            route(
                session,
                session.get_one(Filing, filing_id),
                definition=definition or self.definition,
                vault=self.vault,
                now=NOW,
            )

    def entry_id(self, filing_id: int, n: int = 1) -> int:
        with self.database.look() as session:
            return session.scalars(
                select(Entry.id).where(Entry.filing_id == filing_id, Entry.n == n)
            ).one()

    def entry(self, filing_id: int, n: int = 1) -> Entry:
        with self.database.look() as session:
            return session.get_one(Entry, self.entry_id(filing_id, n))

    def states(self, filing_id: int) -> list[str]:
        with self.database.look() as session:
            return [entry.state for entry in session.get_one(Filing, filing_id).entries]

    def claim(
        self, filing_id: int, n: int = 1, *, person: str = "rei", now: datetime = NOW
    ) -> Claim:
        claim = queue.claim(
            self.database, person, entry_id=self.entry_id(filing_id, n), now=now
        )
        assert claim is not None
        return claim

    def hand(
        self,
        session: Session,
        claim: Claim,
        *,
        role: Role = Role.REVIEWER,
        now: datetime = LATER,
    ) -> Hand:
        """A person's hand on the entry they claimed."""
        entry = session.get_one(Entry, claim.subject)
        return Hand(claim=claim, entry=entry, role=role, now=now)

    def shown(self, claim: Claim, name: str) -> ShownField:
        with self.database.look() as session:
            entry = session.get_one(Entry, claim.subject)
            return item(session, self.vault, entry).field(name)

    def settle(
        self,
        claim: Claim,
        name: str,
        value: str = "",
        *,
        state: FieldState = FieldState.READ,
        seen: int | None = None,
    ) -> int:
        """Type what is written; `seen` is the version on the person's page."""
        seen = self.shown(claim, name).latest_version if seen is None else seen
        with self.database.begin() as session:
            version = settle(
                session,
                self.vault,
                hand=self.hand(session, claim),
                definition=self.definition,
                field_name=name,
                value=value,
                state=state,
                expected_version=seen,
            )
            return version.id

    def accept(self, claim: Claim, *names: str) -> None:
        for name in names:
            seen = self.shown(claim, name).latest_version
            with self.database.begin() as session:
                accept(
                    session,
                    self.vault,
                    hand=self.hand(session, claim),
                    field_name=name,
                    expected_version=seen,
                )

    def decide(self, claim: Claim, name: str, value: str, ground: Ground) -> None:
        seen = self.shown(claim, name).latest_version
        with self.database.begin() as session:
            decide(
                session,
                self.vault,
                hand=self.hand(session, claim),
                definition=self.definition,
                field_name=name,
                value=value,
                ground=ground,
                expected_version=seen,
            )

    def undo(self, claim: Claim, name: str) -> None:
        seen = self.shown(claim, name).latest_version
        with self.database.begin() as session:
            undo(
                session,
                self.vault,
                hand=self.hand(session, claim),
                field_name=name,
                expected_version=seen,
            )

    def waive(self, claim: Claim, finding_id: int, *, why: str) -> None:
        with self.database.begin() as session:
            finding = session.get_one(FindingRow, finding_id)
            waive(session, hand=self.hand(session, claim), finding=finding, why=why)

    def finish(self, claim: Claim, *, recheck: Recheck = no_news) -> None:
        with self.database.begin() as session:
            finish(session, hand=self.hand(session, claim), recheck=recheck)

    def seen_manifest(self, filing_id: int) -> str:
        with self.database.look() as session:
            filing = session.get_one(Filing, filing_id)
            return proposal(session, filing).manifest_sha256

    def approve(
        self,
        filing_id: int,
        *,
        actor: str = "ann",
        role: Role = Role.APPROVER,
        seen: str | None = None,
    ) -> int:
        """Look at what is ready, and sign it."""
        seen = self.seen_manifest(filing_id) if seen is None else seen
        with self.database.begin() as session:
            approval = approve(
                session,
                self.store,
                self.vault,
                filing=session.get_one(Filing, filing_id),
                manifest_sha256=seen,
                actor=actor,
                role=role,
                now=LATER,
                retain_until=LATER + timedelta(days=3650),
                deliver=partial(put_out, now=LATER),
            )
            return approval.id


def _filing(session: Session, definition: FormDefinition, kind: FilingKind) -> Filing:
    session.merge(Site(code="main", name="本所"))
    session.flush()
    job = Job(
        site="main",
        door="test",
        operator="ken",
        created_at=NOW,
        received_on=RECEIVED_ON,
    )
    session.add(job)
    session.flush()
    arrival = Arrival(
        job_id=job.id,
        seq=1,
        original=_original(f"bytes {job.id}".encode()),
        source="scan.png",
        state=ArrivalState.TAKEN,
    )
    session.add(arrival)
    session.flush()
    filing = Filing(
        receipt_number=f"R{arrival.id}",
        arrival_id=arrival.id,
        site="main",
        form=definition.form,
        revision=definition.revision,
        kind=kind,
        received_on=RECEIVED_ON,
        created_at=NOW,
        step=FilingStep.CHECKING,
    )
    session.add(filing)
    session.flush()
    return filing


def _original(data: bytes) -> Original:
    digest = hashlib.sha256(data).hexdigest()
    return Original(
        sha256=digest,
        size=len(data),
        media_type="image/png",
        store_key=f"original/{digest}",
        store_version="1",
        stored_at=NOW,
        retain_until=NOW + timedelta(days=3650),
    )


def _page(session: Session, filing: Filing) -> Page:
    page = Page(
        arrival_id=filing.arrival_id,
        number=1,
        width_px=1654,
        height_px=2339,
        dpi=200,
        depth=8,
        kind=PageKind.FORM,
        form=filing.form,
        revision=filing.revision,
        form_page=1,
        filing_id=filing.id,
    )
    session.add(page)
    session.flush()
    return page


def _fields(
    session: Session,
    desk: Desk,
    filing: Filing,
    page: Page,
    entries: int,
    doubtful: set[str],
    written: Mapping[str, str],
) -> None:
    for position, defined in enumerate(desk.definition.fields):
        if (defined.entry or 0) > entries:
            continue
        field = Field(
            filing_id=filing.id,
            entry_n=defined.entry or 0,
            position=position,
            name=defined.name,
            sensitive=defined.sensitive,
            page_id=page.id,
            box_px=list(defined.box_mm),
        )
        session.add(field)
        session.flush()
        value = written.get(defined.name, PAPER.get(_last(defined.name), ""))
        value = written.get(defined.name, PAPER.get(defined.name, value))
        reading = _reading(defined.name, value, accepted=defined.name not in doubtful)
        write_reading(session, desk.vault, field, reading, now=NOW)


def _last(name: str) -> str:
    return name.rpartition(".")[2] if name.startswith("insured.") else name


def _reading(name: str, value: str, *, accepted: bool) -> Reading:
    return Reading(
        name=name,
        state=FieldState.READ if value else FieldState.BLANK,
        value=value,
        text=value,
        confidence=0.9999 if accepted else 0.7,
        accepted=accepted,
        chosen_by=None,
        page=1,
        box_px=Box(10, 20, 30, 40),
        alternatives=(Candidate(f"{value}?", f"{value}?", 0.2),),
        engine="pp-ocrv6-small@0123",
    )
