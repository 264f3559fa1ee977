"""A person at work on one entry: under which lease, in which role, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kamizero.model import Role
from review import queue
from review.acts import Act
from review.transitions import hold_entry, move, permitted
from storage.tables import Entry
from storage.work import Claim


@dataclass(frozen=True, slots=True)
class Hand:
    """Every act of review is done by one; the lease names the person."""

    claim: Claim
    entry: Entry
    role: Role
    now: datetime

    @property
    def actor(self) -> str:
        return self.claim.leased_by

    def reach(self, session: Session, act: Act) -> None:
        """Lock the entry for the act before anything is read or written.

        Raises:
            StaleFenceError, WrongClaimError: the lease is not theirs.
            StateForbidsError, RoleForbidsError: the act is not allowed.
        """
        queue.hold(session, self.claim, self.entry, now=self.now)
        hold_entry(session, self.entry)
        permitted(self.entry, act, role=self.role)

    def move(
        self,
        session: Session,
        act: Act,
        *,
        reason: str = "",
        about: Mapping[str, object] | None = None,
    ) -> None:
        move(
            session,
            self.entry,
            act,
            actor=self.actor,
            role=self.role,
            now=self.now,
            reason=reason,
            about=about,
        )
