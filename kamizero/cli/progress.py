"""How far the machine is with a job: asked of the rows, never of a process."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ingest.intake import job_filings
from storage.tables import (
    Arrival,
    ArrivalState,
    AuditEvent,
    AuditSeal,
    Bundle,
    FilingStep,
    Job,
    Work,
    WorkState,
)

ENDED = (FilingStep.DONE, FilingStep.FAILED)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """Papers of a job that are through the machine, of all."""

    done: int
    total: int
    sealed: bool

    @property
    def finished(self) -> bool:
        return self.done == self.total and self.sealed


def job_progress(session: Session, job_id: int) -> JobProgress:
    """Count a job's files and bundles that still wait, and its filings."""
    waiting = session.scalar(
        select(func.count())
        .select_from(Work)
        .join(Arrival, Arrival.id == Work.subject)
        .where(
            Work.kind == "identify",
            Work.state == WorkState.OPEN,
            Arrival.id.in_(_arrivals(session, job_id)),
        )
    )
    unsorted = session.scalar(
        select(func.count())
        .select_from(Bundle)
        .where(Bundle.job_id == job_id, Bundle.sorting)
    )
    filings = job_filings(session, job_id)
    done = sum(filing.step in ENDED for filing in filings)
    return JobProgress(
        done=done,
        total=len(filings) + (waiting or 0) + (unsorted or 0),
        sealed=not _unsealed(session),
    )


def refused(session: Session, job_id: int) -> list[Arrival]:
    """The files of a job that could not be taken."""
    job = session.get_one(Job, job_id)
    return [file for file in job.arrivals if file.state == ArrivalState.REFUSED]


def _arrivals(session: Session, job_id: int) -> list[int]:
    arrivals = session.scalars(select(Arrival).where(Arrival.job_id == job_id))
    return [arrival.first_arrival_id or arrival.id for arrival in arrivals]


def _unsealed(session: Session) -> bool:
    last_event = session.scalar(select(func.max(AuditEvent.id))) or 0
    last_sealed = session.scalar(select(func.max(AuditSeal.event_id))) or 0
    return last_event > last_sealed
