"""A desk with filings on it, in an embedded database: what review is tested on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from delivery.outbox import put_out
from forms.definition import FormDefinition
from forms.standards import Standards
from kamizero.model import (
    FieldState,
    FilingKind,
    LocalText,
    Role,
    Severity,
)
from review import queue
from review.approval import approve
from review.completion import Recheck, finish
from review.correction import accept, decide, settle, waive
from review.grounds import Ground
from review.hand import Hand
from review.item import ShownField, item
from review.proposal import proposal
from review.routing import route
from review.undo import undo
from storage.database import Database
from storage.directory import DirectoryStore
from storage.tables import (
    Entry,
    Filing,
    FindingRow,
)
from storage.vault import Vault
from storage.work import Claim
from tests.paper import (
    NOW,
    PAPER,
    a_field,
    a_reading,
    new_filing,
    new_page,
    on_paper,
    read_fields,
)
from validation.rules import rules_of

__all__ = ["LATER", "NOW", "PAPER", "Desk"]

LATER = NOW + timedelta(minutes=1)


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
        other: Mapping[str, str] | None = None,
        kind: FilingKind = FilingKind.NEW,
    ) -> int:
        """Take a filing in and read it; `written` overrides what is on the paper.

        `other` is what fields may be read as besides.
        """
        with self.database.begin() as session:
            filing = new_filing(session, self.definition, kind)
            page = new_page(session, filing)
            readings = []
            for position, defined in enumerate(self.definition.fields):
                if (defined.entry or 0) <= entries:
                    value = (written or {}).get(defined.name, on_paper(defined.name))
                    accepted = defined.name not in doubtful
                    reading = a_reading(
                        defined.name,
                        value,
                        accepted=accepted,
                        other=(other or {}).get(defined.name),
                    )
                    readings.append((a_field(defined, position), reading))
            read_fields(session, self.vault, page, readings)
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
        record: str | None = None,
        about: int | None = None,
    ) -> int:
        """Let a rule say something about the filing; a made-up one that it is wrong."""
        rules = {one.id: one for one in rules_of(self.definition)}
        known = rules.get(rule)
        said = known.message if known else LocalText("誤りです", "It is wrong")
        with self.database.begin() as session:
            row = FindingRow(
                filing_id=filing_id,
                entry_n=entry_n,
                rule=rule,
                severity=severity,
                fields=list(fields),
                message_ja=said.ja,
                message_en=said.en,
                record=record,
                about_id=about,
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
                standards=Standards.shipped(),
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
