"""Which jobs a ledger is about: all there ever were, or those of some days."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from kamizero.tokyo import begin_of
from storage.tables import Arrival, Job


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which jobs came in, both included; None where there is no end.

    Attributes:
        site: whose jobs alone; None for those of every site.
        ids: between which its jobs lie, where that was looked up.
    """

    first: date | None = None
    last: date | None = None
    site: str | None = None
    ids: tuple[int, int] | None = None

    def of_jobs(self) -> tuple[ColumnElement[bool], ...]:
        """Conditions on the job."""
        conditions = []
        if self.first is not None:
            conditions.append(Job.created_at >= begin_of(self.first))
        if self.last is not None:
            conditions.append(Job.created_at < begin_of(self.last + timedelta(days=1)))
        if self.site is not None:
            conditions.append(Job.site == self.site)
        return tuple(conditions)

    def of_arrivals(self) -> tuple[ColumnElement[bool], ...]:
        """Conditions on the job of an arrival, where both are asked for."""
        if self.ids is None:
            return self.of_jobs()
        return *self.of_jobs(), Arrival.job_id.between(*self.ids)

    def located(self, session: Session) -> "Span":
        """The same span, with the ids between which its jobs lie.

        They say nothing new, but let PostgreSQL find the arrivals of a day among
        those of years by their index; by the day of their jobs it reads them all.
        """
        if self.first is None and self.last is None:
            return self
        # The count keeps PostgreSQL from looking for the lowest from the first job on.
        _, lowest, highest = session.execute(
            select(func.count(), func.min(Job.id), func.max(Job.id)).where(
                *self.of_jobs()
            )
        ).one()
        return replace(self, ids=(lowest or 0, highest or 0))


EVER = Span()
