"""Whether a bundle holds what was declared: sheets (枚), entries (件), no oddities."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import work
from storage.scale import Scale, Weight
from storage.tables import Balance, Bundle, Entry, EntryState, Filing, FilingStep


def settle(session: Session, bundle: Bundle) -> Weight:
    """Weigh the bundle and write its balance down.

    An explanation lapses as soon as something else than it was given for differs.
    """
    found = weigh(session, bundle)
    if found.pending and bundle.balance == Balance.EXPLAINED:
        # What it covers is not known before everything is read again.
        return found
    if found.passes and found.issues:
        balance = Balance.EXPLAINED
    else:
        balance = Balance.BALANCED if found.passes else Balance.OPEN
    if balance != Balance.EXPLAINED and bundle.balance == Balance.EXPLAINED:
        bundle.explained_why = bundle.explained_by = bundle.explained_for = None
    if bundle.balance != balance:
        bundle.balance = balance
    session.flush()
    return found


def hold(session: Session, *bundles: Bundle) -> None:
    """Let acts on these bundles follow each other.

    In one order, so that two people at two bundles never wait for each other.
    """
    session.flush()
    wanted = Bundle.id.in_([bundle.id for bundle in bundles])
    session.execute(
        select(Bundle.id).where(wanted).order_by(Bundle.id).with_for_update()
    )
    for bundle in bundles:
        session.refresh(bundle)


def waiting_beside(session: Session, bundles: Sequence[Bundle]) -> Sequence[Bundle]:
    """Other open bundles of their batches: its totals keep all of them from passing."""
    return session.scalars(
        select(Bundle)
        .where(
            Bundle.batch_id.in_({bundle.batch_id for bundle in bundles} - {None}),
            Bundle.id.not_in([bundle.id for bundle in bundles]),
            Bundle.balance == Balance.OPEN,
        )
        .order_by(Bundle.id)
    ).all()


def release(session: Session, bundle: Bundle, *, now: datetime) -> None:
    """Let the entries go on that waited for the bundle to balance."""
    held = (
        select(Filing)
        .join(Entry, Entry.filing_id == Filing.id)
        .where(Filing.bundle_id == bundle.id, Filing.dissolved_at.is_(None))
        .where(Entry.state == EntryState.READ, Filing.step != FilingStep.FAILED)
        .distinct()
    )
    waiting = [*session.scalars(held), *_without_entries(session, bundle)]
    for filing in waiting:
        work.put(session, kind="check", subject=filing.id, site=filing.site, now=now)


def weigh(session: Session, bundle: Bundle) -> Weight:
    """Count what is in the bundle now; writes nothing."""
    return Scale(session, [bundle]).weigh(bundle)


def _without_entries(session: Session, bundle: Bundle) -> Sequence[Filing]:
    """Filings no line of which seems used: they too go to a person."""
    return session.scalars(
        select(Filing).where(
            Filing.bundle_id == bundle.id,
            Filing.dissolved_at.is_(None),
            Filing.step == FilingStep.DONE,
            ~Filing.entries.any(),
        )
    ).all()
