"""Writing a sorting act down with what it changed, and taking it back."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError
from kamizero.model import Role
from review.refusals import NothingToUndoError, RoleForbidsError
from review.roles import SORTERS
from storage import audit, balance, contents, work
from storage.tables import Balance, Bundle, Filing, Job, Page, SortingAct

# What makes up filings: changed, the pages must be sorted again.
_MAKES_FILINGS = frozenset(
    {"bundle_id", "position", "kind", "form", "revision", "form_page", "standing"}
)
_PAGE = (
    *sorted(_MAKES_FILINGS),
    "attachment",
    "copy",
    "disposal",
    "error_code",
    "error_message",
    "front_id",
    "replaced_by_id",
    "turned",
    "typed_by",
)
_BUNDLE = (
    "declared_entries",
    "declared_offices",
    "declared_records",
    "declared_sheets",
    "explained_by",
    "explained_for",
    "explained_why",
    "form",
    "medium",
    "number",
    "received_on",
    "submitter",
)

Snapshot = Mapping[str, Mapping[str, Any]]


class SortingClosedError(ConflictError):
    """The page stands in a filing somebody already ended, by approval or return."""

    code = "sorting_closed"


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who sorts, and when."""

    name: str
    role: Role
    now: datetime


def require_sorter(clerk: Clerk) -> None:
    """Raise RoleForbidsError where papers are none of this role's work."""
    if clerk.role not in SORTERS:
        raise RoleForbidsError(
            f"A {clerk.role} does not sort or keep papers; ask "
            f"{' or '.join(sorted(SORTERS))}."
        )


@contextmanager
def recorded(
    session: Session, clerk: Clerk, act: str, *bundles: Bundle
) -> Iterator[None]:
    """Do an act on these bundles; what it changed is kept so that it can be undone.

    Raises:
        RoleForbidsError: this role sorts nothing.
        SortingClosedError: a page that changed stands in an ended filing.
    """
    require_sorter(clerk)
    balance.hold(session, *bundles, *balance.waiting_beside(session, bundles))
    before = _snapshot(session, bundles)
    yield
    session.flush()
    after = _snapshot(session, bundles)
    changed = [key for key in after if before.get(key) != after[key]]
    _refuse_closed(session, before, after, changed)
    row = SortingAct(
        bundle_id=bundles[0].id,
        at=clerk.now,
        actor=clerk.name,
        act=act,
        before={key: before[key] for key in changed if key in before},
        after={key: after[key] for key in changed if key in before},
    )
    session.add(row)
    _tell(session, clerk, act, bundles[0], changed)
    weigh_again(session, clerk, bundles, moved=_is_moved(before, after, changed))


def undo(session: Session, clerk: Clerk, bundle: Bundle) -> str:
    """Take the last act on the bundle back; return which it was.

    Raises:
        RoleForbidsError: this role sorts nothing.
        NothingToUndoError: nothing is left, or somebody changed the same pages since.
    """
    require_sorter(clerk)
    last = _last_act(session, bundle)
    if last is None:
        raise NothingToUndoError(f"Nothing was done to bundle {bundle.id} yet.")
    touched = _bundles_of(session, last, bundle)
    balance.hold(session, *touched, *balance.waiting_beside(session, touched))
    changed_since = _last_act(session, bundle) is not last
    if changed_since or _rows(session, last.after) != last.after:
        raise NothingToUndoError(
            f"Bundle {bundle.id} changed after that act; put it right by hand."
        )
    moved = _is_moved(last.after, last.before, list(last.before))
    _refuse_closed(session, last.after, last.before, list(last.before))
    _restore(session, last.before)
    last.undone_at = clerk.now
    _tell(session, clerk, "undo", bundle, list(last.before), of=last.act)
    weigh_again(session, clerk, touched, moved=moved)
    return last.act


def weigh_again(
    session: Session, clerk: Clerk, bundles: Sequence[Bundle], *, moved: bool
) -> None:
    """Weigh what changed; where pages moved, a worker makes filings of them first.

    What moved may also have been all that other bundles of the batch waited for.
    """
    session.flush()
    for bundle in bundles if moved else ():
        bundle.sorting = True
        site = session.get_one(Job, bundle.job_id).site
        work.put(session, kind="sort", subject=bundle.id, site=site, now=clerk.now)
    beside = balance.waiting_beside(session, bundles) if moved else ()
    for bundle in (*bundles, *beside):
        if balance.settle(session, bundle).passes:
            balance.release(session, bundle, now=clerk.now)


def _last_act(session: Session, bundle: Bundle) -> SortingAct | None:
    return session.scalars(
        select(SortingAct)
        .where(SortingAct.bundle_id == bundle.id, SortingAct.undone_at.is_(None))
        .order_by(SortingAct.id.desc())
        .limit(1)
    ).one_or_none()


def _snapshot(session: Session, bundles: Sequence[Bundle]) -> dict[str, dict[str, Any]]:
    pages = session.scalars(
        select(Page).where(Page.bundle_id.in_([bundle.id for bundle in bundles]))
    )
    found = {f"page:{page.id}": _columns(page, _PAGE) for page in pages}
    for bundle in bundles:
        found[f"bundle:{bundle.id}"] = _columns(bundle, _BUNDLE)
    return found


def _columns(row: Page | Bundle, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _row(session: Session, key: str) -> Page | Bundle:
    kind, _, number = key.partition(":")
    if kind == "page":
        return session.get_one(Page, int(number))
    return session.get_one(Bundle, int(number))


def _rows(session: Session, keys: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        key: _columns(_row(session, key), _PAGE if key.startswith("page") else _BUNDLE)
        for key in keys
    }


def _restore(session: Session, before: Snapshot) -> None:
    for key, values in before.items():
        row = _row(session, key)
        for name, value in values.items():
            is_day = name == "received_on" and value is not None
            setattr(row, name, date.fromisoformat(value) if is_day else value)
        if isinstance(row, Bundle):
            # Weighing finds the word that goes with what is restored.
            row.balance = Balance.EXPLAINED if row.explained_why else Balance.OPEN
    session.flush()


def _bundles_of(session: Session, act: SortingAct, bundle: Bundle) -> list[Bundle]:
    ids = {
        values["bundle_id"]
        for found in (act.before, act.after)
        for key, values in found.items()
        if key.startswith("page") and values["bundle_id"] is not None
    }
    return [session.get_one(Bundle, one) for one in sorted(ids | {bundle.id})]


def _is_moved(before: Snapshot, after: Snapshot, changed: Sequence[str]) -> bool:
    return any(
        key.startswith("page")
        and (key not in before or _differs(before[key], after[key], _MAKES_FILINGS))
        for key in changed
    )


def _differs(
    one: Mapping[str, Any], other: Mapping[str, Any], names: frozenset[str]
) -> bool:
    return any(one[name] != other[name] for name in names)


def _refuse_closed(
    session: Session, before: Snapshot, after: Snapshot, changed: Sequence[str]
) -> None:
    # The order within a filing may change: its pages are named one by one.
    names = _MAKES_FILINGS - {"position"}
    pages = [
        session.get_one(Page, int(key.partition(":")[2]))
        for key in changed
        if key.startswith("page")
        and key in before
        and _differs(before[key], after[key], names)
    ]
    for filing_id in {page.filing_id for page in pages if page.filing_id is not None}:
        filing = session.get_one(Filing, filing_id)
        if contents.has_ended_entries(filing):
            raise SortingClosedError(
                f"Filing {filing.receipt_number} is already approved or returned; its "
                "pages stay as they are. Make a correction instead."
            )


def _tell(
    session: Session,
    clerk: Clerk,
    act: str,
    bundle: Bundle,
    changed: Sequence[str],
    **more: str,
) -> None:
    audit.record(
        session,
        actor=clerk.name,
        act=f"bundle.{act}",
        subject_kind="bundle",
        subject_id=bundle.id,
        now=clerk.now,
        body={"changed": sorted(changed), **more},
    )
