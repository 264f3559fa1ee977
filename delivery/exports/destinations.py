"""The destinations of files: which entries are for each, and when a file is made."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from delivery.exports.tables import demand_table
from delivery.exports.terms import ABOUT, Terms, read
from forms.flat_names import flat_name
from forms.library import Library
from kamizero.errors import ConflictError, MissingError, WrongCallError
from kamizero.tokyo import TOKYO
from storage import audit, sites
from storage.office_days import EVERYWHERE, calendar_of
from storage.tables import Entry, ExportDestination

_NAME = re.compile(r"[a-z][a-z0-9-]{1,31}")
_FOREVER = datetime(2000, 1, 1, tzinfo=UTC)
# Further ahead than any office stays closed.
_DAYS_AHEAD = 60


def add_destination(
    session: Session,
    library: Library,
    name: str,
    terms: Terms,
    *,
    actor: str,
    now: datetime,
    backlog: bool = False,
) -> ExportDestination:
    """Make a destination; its terms never change.

    Args:
        backlog: what is approved already goes out as well; `put_backlogs` puts it.

    Raises:
        WrongCallError: the terms name what the form has not, or a My Number.
        DefinitionError: plain files would be called as encrypted ones are.
        ConflictError: the name is taken.
    """
    terms.demand_honest_name()
    if not _NAME.fullmatch(name):
        raise WrongCallError(
            "A destination's name is 2 to 32 small letters, digits and hyphens."
        )
    if session.scalar(
        select(ExportDestination.id).where(ExportDestination.name == name)
    ):
        raise ConflictError(f"There is a destination {name} already.")
    if terms.site is not None:
        sites.demand_site(session, terms.site)
    _demand_columns(library, terms)
    made = ExportDestination(
        name=name,
        form=terms.form,
        of_site=terms.site,
        terms=terms.model_dump(mode="json"),
        since=_FOREVER if backlog else now,
        backlog_after=0 if backlog else None,
        next_at=next_time(session, terms, after=now),
        made_at=now,
        made_by=actor,
    )
    session.add(made)
    session.flush()
    _record(session, "export_destination.added", made, actor=actor, now=now)
    return made


def close_destination(
    session: Session, destination: ExportDestination, *, actor: str, now: datetime
) -> None:
    """Make no more files for it; what it has keeps its place."""
    if destination.closed_at is not None:
        raise ConflictError(f"The destination {destination.name} was closed before.")
    destination.closed_at, destination.next_at = now, None
    _record(session, "export_destination.closed", destination, actor=actor, now=now)


def find_destination(session: Session, name: str) -> ExportDestination:
    """The destination of that name. Raises MissingError."""
    found = session.scalar(
        select(ExportDestination).where(ExportDestination.name == name)
    )
    if found is None:
        raise MissingError(f"There is no destination {name}.")
    return found


def all_destinations(session: Session) -> Sequence[ExportDestination]:
    return session.scalars(
        select(ExportDestination).order_by(ExportDestination.name)
    ).all()


def destinations_for(session: Session, entry: Entry) -> list[ExportDestination]:
    """The open destinations that get the entry."""
    filing = entry.filing
    return [
        one
        for one in all_destinations(session)
        if one.closed_at is None
        and one.form == filing.form
        and one.of_site in (None, filing.site)
    ]


def terms_of(destination: ExportDestination) -> Terms:
    return read(destination.terms)


def next_time(session: Session, terms: Terms, *, after: datetime) -> datetime | None:
    """The first of its times after a moment; None where the office never opens."""
    calendar = calendar_of(session, terms.site or EVERYWHERE)
    local = after.astimezone(TOKYO)
    for ahead in range(_DAYS_AHEAD):
        day = local.date() + timedelta(days=ahead)
        if terms.business_days and not calendar.is_open(day):
            continue
        for hour in sorted(terms.times):
            moment = datetime.combine(day, time.fromisoformat(hour), TOKYO)
            if moment > local:
                return moment.astimezone(UTC)
    return None


def _demand_columns(library: Library, terms: Terms) -> None:
    if terms.table is not None:
        demand_table(library.get(terms.form), terms.table)
    fields = {flat_name(one.name): one for one in library.get(terms.form).fields}
    for column in terms.columns:
        if column.field in ABOUT:
            continue
        if column.field not in fields:
            raise WrongCallError(
                f"The form {terms.form} has no field {column.field}; "
                f"beside its fields there are {', '.join(sorted(ABOUT))}."
            )
        if fields[column.field].sensitive:
            raise WrongCallError(
                f"{column.field} holds My Numbers or accounts, and they go into no "
                "file. A robot with the scope numbers:read can fetch them."
            )
    unknown = (terms.answers.named_fields if terms.answers else set()) - set(fields)
    if unknown:
        raise WrongCallError(
            f"The form {terms.form} has no field {', '.join(sorted(unknown))}, which "
            "the answers name."
        )


def _record(
    session: Session,
    act: str,
    destination: ExportDestination,
    *,
    actor: str,
    now: datetime,
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="export_destination",
        subject_id=destination.id,
        now=now,
        body={"name": destination.name, "form": destination.form},
    )
