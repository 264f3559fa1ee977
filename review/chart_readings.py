"""Reading the test chart: evidence by scanner and day that print stays legible."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, WrongCallError
from storage import audit
from storage.clocks import office_day
from storage.tables import Arrival, ChartReading, Job, Original

# What must be legible on the chart (JIS X 6933).
LARGEST_POINTS = 4


def read_chart(
    session: Session,
    *,
    sha256: str,
    points: int,
    by: str,
    now: datetime,
) -> ChartReading:
    """Write down the smallest print that is legible on a scan of the chart.

    Which scanner it was and when is what its job says, not who reads it.

    Raises:
        MissingError: no such scan came in.
        WrongCallError: no print is that small or large.
    """
    if not 1 <= points <= 72:
        raise WrongCallError("The smallest legible print is given in points, 1 to 72.")
    found = session.execute(
        select(Original, Job)
        .join(Arrival, Arrival.original_id == Original.id)
        .join(Job, Job.id == Arrival.job_id)
        .where(Original.sha256 == sha256)
        .order_by(Arrival.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        raise MissingError(f"No scan with the SHA-256 {sha256} came in.")
    original, job = found
    row = ChartReading(
        site=job.site,
        scanner=job.operator,
        day=office_day(job.created_at),
        points=points,
        original_id=original.id,
        by=by,
        at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=by,
        act="chart.read",
        subject_kind="original",
        subject_id=sha256,
        now=now,
        body={"reading": row.id, "points": points},
    )
    return row


def readings(
    session: Session, *, last: date
) -> Mapping[tuple[str, str], Sequence[ChartReading]]:
    """What was read until that day, by site and scanner, the newest first."""
    found: dict[tuple[str, str], list[ChartReading]] = {}
    for row in session.scalars(
        select(ChartReading)
        .where(ChartReading.day <= last)
        .order_by(ChartReading.day.desc(), ChartReading.id.desc())
    ):
        found.setdefault((row.site, row.scanner), []).append(row)
    return found
