"""Which jobs a ledger is about: all there ever were, or those of some days."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement

from kamizero.tokyo import begin_of
from storage.tables import Job


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which jobs came in, both included; None where there is no end."""

    first: date | None = None
    last: date | None = None

    def of_jobs(self) -> tuple[ColumnElement[bool], ...]:
        """Conditions on the job."""
        conditions = []
        if self.first is not None:
            conditions.append(Job.created_at >= begin_of(self.first))
        if self.last is not None:
            conditions.append(Job.created_at < begin_of(self.last + timedelta(days=1)))
        return tuple(conditions)


EVER = Span()
