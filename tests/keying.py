"""People who key blind at a desk, and the modes they key under."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kamizero.model import FieldState, Role
from kamizero.tokyo import business_date
from review.keying import pool
from review.keying.comparing import Said
from review.keying.modes import set_mode
from review.keying.turns import Keyer, differing, key
from storage import work
from storage.tables import Field, FieldVersion, Mode
from storage.work import Claim
from tests.desk import LATER, NOW, Desk, no_news

TODAY: date = business_date(NOW)


@dataclass
class KeyingDesk:
    """A desk whose fields are keyed."""

    desk: Desk

    def mode(self, field: str, mode: Mode, *, on: date = TODAY) -> None:
        with self.desk.database.begin() as session:
            set_mode(
                session,
                definition=self.desk.definition,
                field=field,
                mode=mode,
                from_on=on,
                actor="mio",
                now=NOW,
                today=on,
            )

    def receive(self, *, doubtful: Sequence[str] = (), entries: int = 1) -> int:
        filing = self.desk.receive(doubtful=doubtful, entries=entries)
        self.desk.route(filing)
        return filing

    def claim(
        self, person: str, *, role: Role = Role.REVIEWER, now: datetime = LATER
    ) -> Claim | None:
        return pool.claim_next(self.desk.database, person, role, now=now)

    def take(self, person: str, *, role: Role = Role.REVIEWER) -> Claim:
        claim = self.claim(person, role=role)
        assert claim is not None, f"nothing for {person}"
        return claim

    def key(
        self,
        person: str,
        value: str,
        *,
        state: FieldState = FieldState.READ,
        role: Role = Role.REVIEWER,
        claim: Claim | None = None,
    ) -> FieldVersion:
        """Claim the next field and say what is written in it."""
        claim = claim or self.take(person, role=role)
        with self.desk.database.begin() as session:
            keyer = Keyer(claim=claim, role=role, now=LATER, recheck=no_news)
            return key(
                session,
                self.desk.vault,
                keyer,
                definition=self.desk.definition,
                value=value,
                state=state,
            )

    def skip(self, claim: Claim) -> None:
        """Let the field be, until tomorrow."""
        with self.desk.database.begin() as session:
            work.release(session, claim, now=LATER, due_at=LATER + timedelta(days=1))

    def sees(self, claim: Claim) -> tuple[Said, ...]:
        """What whoever holds the claim is shown of what others said."""
        with self.desk.database.look() as session:
            field = session.get_one(Field, claim.subject)
            return differing(session, self.desk.vault, field)

    def name(self, claim: Claim) -> str:
        with self.desk.database.look() as session:
            return session.get_one(Field, claim.subject).name

    def field(self, filing: int, name: str) -> Field:
        with self.desk.database.look() as session:
            field = session.query(Field).filter_by(filing_id=filing, name=name).one()
            _ = field.as_written
            return field
