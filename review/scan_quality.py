"""How well each device scanned, day by day: evidence that images may stand alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import PageKind
from kamizero.tokyo import begin_of, business_date
from review.chart_readings import readings
from storage.tables import Arrival, ChartReading, Job, Page

LONGEST = timedelta(days=31)
_DAY = timedelta(days=1)
# What a scan must never be below, for whoever reads the figures.
SMALLEST_DPI = 200
COLOUR_DEPTH = 24

Source = tuple[str, str, str, date]


@dataclass(frozen=True, slots=True)
class DayOfDevice:
    """What one operator or device brought through one door on one day.

    The figures are of pages that were looked at and are not blank; None where there
    was none.

    Attributes:
        lowest_dpi: dots an inch on the paper, by its size and pixels.
        in_colour: pages with 24 bits a pixel.
        chart: the newest reading of the test chart until that day.
        faults: pages with each fault; refused: files by why they were refused.
    """

    site: str
    door: str
    operator: str
    day: date
    pages: int
    blank: int
    lowest_dpi: int | None
    in_colour: int
    lowest_sharpness: float | None
    largest_skew: float | None
    chart: ChartReading | None
    faults: Counter[str]
    refused: Counter[str]


def scan_quality(session: Session, *, first: date, last: date) -> Sequence[DayOfDevice]:
    """Every device and day of the period, the latest above."""
    pages: dict[Source, list[Page]] = {}
    refused: dict[Source, Counter[str]] = {}
    for job, arrival in session.execute(
        select(Job, Arrival)
        .join(Arrival, Arrival.job_id == Job.id)
        .where(
            Job.created_at >= begin_of(first), Job.created_at < begin_of(last + _DAY)
        )
        .order_by(Job.id)
    ):
        source = (job.site, job.door, job.operator, business_date(job.created_at))
        pages.setdefault(source, [])
        if arrival.error_code is not None:
            refused.setdefault(source, Counter())[arrival.error_code] += 1
    for job, page in session.execute(
        select(Job, Page)
        .join(Arrival, Arrival.job_id == Job.id)
        .join(Page, Page.arrival_id == Arrival.id)
        .where(
            Job.created_at >= begin_of(first), Job.created_at < begin_of(last + _DAY)
        )
    ):
        source = (job.site, job.door, job.operator, business_date(job.created_at))
        pages[source].append(page)
    charts = readings(session, last=last)
    found = [
        _summed(
            source,
            pages[source],
            refused.get(source, Counter()),
            _newest(charts.get((source[0], source[2]), ()), source[3]),
        )
        for source in pages
    ]
    return sorted(
        found, key=lambda one: (one.day, one.site, one.operator), reverse=True
    )


def _newest(read: Sequence[ChartReading], day: date) -> ChartReading | None:
    return next((one for one in read if one.day <= day), None)


def _summed(
    source: Source,
    pages: Sequence[Page],
    refused: Counter[str],
    chart: ChartReading | None,
) -> DayOfDevice:
    site, door, operator, day = source
    blank = sum(page.kind == PageKind.BLANK for page in pages)
    # A side with nothing on it says nothing about the device.
    seen = [
        page.quality
        for page in pages
        if page.kind != PageKind.BLANK and page.quality and "dpi" in page.quality
    ]
    return DayOfDevice(
        site=site,
        door=door,
        operator=operator,
        day=day,
        pages=len(pages),
        blank=blank,
        lowest_dpi=min((one["dpi"] for one in seen), default=None),
        in_colour=sum(one["depth"] >= COLOUR_DEPTH for one in seen),
        lowest_sharpness=min((one["sharpness"] for one in seen), default=None),
        largest_skew=max((abs(one["skew"]) for one in seen), default=None),
        chart=chart,
        faults=_counted(one["faults"] for one in seen),
        refused=refused,
    )


def _counted(faults: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(fault for page in faults for fault in page)
