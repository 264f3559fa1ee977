"""The register of errors in processing (事務処理誤り), and its published tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Role
from review.refusals import RoleForbidsError
from review.roles import REVIEWERS
from storage import audit
from storage.clocks import office_day
from storage.tables import (
    Entry,
    ErrorCase,
    ErrorCause,
    ErrorEffect,
    ErrorKind,
    ErrorOrigin,
    Filing,
    FoundBy,
    Site,
)

KEEPERS = REVIEWERS | {Role.RECORDS_MANAGER, Role.ADMINISTRATOR}
READERS = KEEPERS | {Role.AUDITOR}
PAGE_SIZE = 50

# The fiscal year begins in April.
MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of an error when it is written down.

    `receipt_number` and `n` name the entry it was made on, where it was made on one.
    """

    site: str
    kind: ErrorKind
    origin: ErrorOrigin
    cause: ErrorCause
    effect: ErrorEffect
    found_by: FoundBy
    happened_on: date
    found_on: date
    what: str
    remedy: str = ""
    amount_yen: int | None = None
    receipt_number: str = ""
    n: int = 1

    def __post_init__(self) -> None:
        if not self.what.strip():
            raise WrongCallError("Say what happened.")
        if self.happened_on > self.found_on:
            raise WrongCallError("It cannot be found before it happened.")
        if self.amount_yen is not None and self.amount_yen < 0:
            raise WrongCallError("An amount is not negative; the effect says whose.")


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """Cases by class and period; amounts in yen."""

    periods: tuple[str, ...]
    counts: Mapping[ErrorKind, tuple[int, ...]]
    amounts: tuple[int, ...]
    by_customer: tuple[int, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(sum(column) for column in zip(*self.counts.values(), strict=True))


def record(
    session: Session, found: Found, *, actor: str, role: Role, now: datetime
) -> ErrorCase:
    """Write an error down.

    Raises:
        RoleForbidsError, WrongCallError, MissingError: who may not, a day to come, a
            site or an entry that is not there.
    """
    _require_keeper(role)
    if found.found_on > office_day(now):
        raise WrongCallError("It cannot be found on a day to come.")
    if session.get(Site, found.site) is None:
        raise MissingError(f"There is no site {found.site}.")
    row = ErrorCase(
        site=found.site,
        kind=found.kind,
        origin=found.origin,
        cause=found.cause,
        effect=found.effect,
        found_by=found.found_by,
        happened_on=found.happened_on,
        found_on=found.found_on,
        what=found.what.strip(),
        remedy=found.remedy.strip(),
        amount_yen=found.amount_yen,
        entry_id=_entry(session, found),
        recorded_by=actor,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    _tell(session, row, "recorded", actor, now)
    return row


def close(
    session: Session,
    case_id: int,
    *,
    remedy: str,
    actor: str,
    role: Role,
    now: datetime,
) -> None:
    """Say what was done about it; the case is over from today."""
    _require_keeper(role)
    row = session.get(ErrorCase, case_id, with_for_update=True)
    if row is None:
        raise MissingError(f"There is no error {case_id} in the register.")
    if row.closed_on is not None:
        raise WrongCallError(f"Error {case_id} was closed on {row.closed_on}.")
    if not remedy.strip():
        raise WrongCallError("Say what was done about it.")
    row.remedy = remedy.strip()
    row.closed_on = max(office_day(now), row.found_on)
    _tell(session, row, "closed", actor, now)


def cases(
    session: Session, *, site: str | None = None, before: int | None = None
) -> Sequence[ErrorCase]:
    """A page of the register, the latest first."""
    query = select(ErrorCase).order_by(ErrorCase.id.desc()).limit(PAGE_SIZE)
    if site is not None:
        query = query.where(ErrorCase.site == site)
    if before is not None:
        query = query.where(ErrorCase.id < before)
    return session.scalars(query).all()


def monthly(session: Session, year: int, *, site: str | None = None) -> ErrorTable:
    """One fiscal year by the months in which errors were found."""
    names = tuple(f"{year + (month < 4)}-{month:02d}" for month in MONTHS)
    first, last = date(year, 4, 1), date(year + 1, 3, 31)
    return _table(session, names, lambda day: f"{day:%Y-%m}", first, last, site)


def yearly(
    session: Session, last_year: int, *, years: int = 5, site: str | None = None
) -> ErrorTable:
    """Fiscal years, the last one as named."""
    first_year = last_year - years + 1
    names = tuple(str(year) for year in range(first_year, last_year + 1))
    first, last = date(first_year, 4, 1), date(last_year + 1, 3, 31)
    return _table(session, names, lambda day: str(fiscal_year(day)), first, last, site)


def fiscal_year(day: date) -> int:
    """The year from April to March that a day lies in."""
    return day.year if day.month >= 4 else day.year - 1


def _table(
    session: Session,
    periods: tuple[str, ...],
    period_of: Callable[[date], str],
    first: date,
    last: date,
    site: str | None,
) -> ErrorTable:
    query = select(
        ErrorCase.kind, ErrorCase.found_on, ErrorCase.amount_yen, ErrorCase.found_by
    ).where(ErrorCase.found_on.between(first, last))
    if site is not None:
        query = query.where(ErrorCase.site == site)
    counts = {kind: [0] * len(periods) for kind in ErrorKind}
    amounts, by_customer = [0] * len(periods), [0] * len(periods)
    for kind, found_on, amount, found_by in session.execute(query):
        column = periods.index(period_of(found_on))
        counts[ErrorKind(kind)][column] += 1
        amounts[column] += amount or 0
        by_customer[column] += found_by == FoundBy.CUSTOMER
    return ErrorTable(
        periods,
        {kind: tuple(row) for kind, row in counts.items()},
        tuple(amounts),
        tuple(by_customer),
    )


def _entry(session: Session, found: Found) -> int | None:
    if not found.receipt_number.strip():
        return None
    entry = session.scalars(
        select(Entry.id)
        .join(Filing, Filing.id == Entry.filing_id)
        .where(
            Filing.receipt_number == found.receipt_number.strip(), Entry.n == found.n
        )
        .order_by(Entry.version.desc())
    ).first()
    if entry is None:
        raise MissingError(
            f"There is no entry {found.n} of a filing {found.receipt_number}."
        )
    return entry


def _require_keeper(role: Role) -> None:
    if role not in KEEPERS:
        raise RoleForbidsError(
            f"A {role} does not keep the register of errors; ask "
            f"{' or '.join(sorted(KEEPERS))}."
        )


def _tell(
    session: Session, row: ErrorCase, act: str, actor: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        act=f"error_case.{act}",
        subject_kind="error_case",
        subject_id=row.id,
        now=now,
        body={"kind": str(row.kind), "site": row.site},
    )
