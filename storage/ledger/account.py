"""Drawing the ledger up: the laws of sheets, pages, forms and deliveries.

declared sheets   = sheets found + sheets a person explained
pages counted     = form + attachment + separator + blank + unknown + failed + waiting
form pages        = in a filing + put aside + waiting + explained
approved entries x receivers = pending + taken + registered + rejected + in doubt
sealed events x receivers = waiting + acknowledged + given up
lines of answers = waiting + registered + rejected + repeated + unmatched + settled
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kamizero.model import PageKind
from storage.ledger import answers, deliveries, events, pages, waits
from storage.ledger.bundles import Weighed, weigh_bundles
from storage.ledger.report import Difference, Law, Ledger
from storage.ledger.span import EVER, Span
from storage.tables import Arrival, Job

WAITING = "waiting"


def draw_up(
    session: Session, *, subscribers: Sequence[str], span: Span = EVER
) -> Ledger:
    """The ledger of the jobs of a span, counted row by row.

    Args:
        subscribers: everybody who gets each approved entry; queues of robots are
            known besides.
    """
    of_jobs = draw_up_jobs(session, subscribers, span)
    return with_house(session, of_jobs) if span == EVER else of_jobs


def with_house(session: Session, of_jobs: Ledger) -> Ledger:
    """The account, and what is of the whole house alone: events and lists of answers
    are of no job.
    """
    told = Law("events", events.due_told(session), events.told(session))
    heard = Law("answers", answers.lines_read(session), answers.by_state(session))
    return replace(
        of_jobs,
        laws=(*of_jobs.laws, told, heard),
        differences=[*of_jobs.differences, *events.untold(session)],
    )


def draw_up_jobs(session: Session, subscribers: Sequence[str], span: Span) -> Ledger:
    """See `draw_up`; of the jobs alone, as far as the session's sites go."""
    span = span.located(session)
    weighed = weigh_bundles(session, span)
    entries = deliveries.entries_by_state(session, span)
    differences: list[Difference] = [
        *pages.lost_pages(session, span),
        *pages.unread_pages(session, span),
        *pages.jobs_short(session, span),
        *weighed.differences,
        *pages.lone_forms(session, span),
        *pages.empty_filings(session, span),
        *waits.stranded(session, span),
        *deliveries.unsent(session, span, subscribers),
    ]
    counted, kinds = pages.counted_pages(session, span)
    forms, places = pages.filed_forms(session, span)
    return Ledger(
        arrivals=_arrivals(session, span),
        entries=entries,
        laws=(
            _sheets(weighed),
            Law(
                "pages",
                counted,
                {kind: kinds.get(kind, 0) for kind in (*PageKind, WAITING)},
            ),
            Law("forms", forms, places),
            Law(
                "deliveries",
                deliveries.due_out(session, span, subscribers),
                deliveries.delivered(session, span),
            ),
        ),
        bundles=weighed.bundles,
        moving=weighed.moving,
        explained=weighed.explained,
        differences=differences,
    )


def _sheets(weighed: Weighed) -> Law:
    parts = {"found": weighed.found, "explained": weighed.excused}
    return Law("sheets", weighed.declared, parts)


def _arrivals(session: Session, span: Span) -> dict[str, int]:
    found = session.execute(
        select(Arrival.state, func.count())
        .join(Job, Job.id == Arrival.job_id)
        .where(*span.of_arrivals())
        .group_by(Arrival.state)
    )
    return {state: count for state, count in found}
