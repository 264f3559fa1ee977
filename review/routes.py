"""Which way an approval takes: by form, by amount and by day, from data (決裁規程)."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.tables import ApprovalRoute, Entry, Field
from storage.values import body_of, decided_version
from storage.vault import Vault


def route_for(
    session: Session, vault: Vault, entries: Sequence[Entry], *, day: date
) -> ApprovalRoute:
    """The route these entries of one filing take on that day.

    A route of the form goes before one of every form, a higher limit before a lower.
    """
    found = in_force(session, form=entries[0].filing.form, day=day)
    fitting = [one for one in found if _reaches(session, vault, entries, one)]
    return max(fitting, key=lambda one: (one.form is not None, one.over, one.code))


def in_force(
    session: Session, *, day: date, form: str | None = None
) -> list[ApprovalRoute]:
    """The latest version of each code that counts on a day, of one form or of all."""
    rows = session.scalars(
        select(ApprovalRoute)
        .where(ApprovalRoute.in_force_from <= day)
        .order_by(ApprovalRoute.in_force_from)
    )
    latest = {row.code: row for row in rows}
    return [row for row in latest.values() if form is None or row.form in (None, form)]


def _reaches(
    session: Session, vault: Vault, entries: Sequence[Entry], route: ApprovalRoute
) -> bool:
    """Tell whether one of the amounts is at the route's limit or over it."""
    if route.amount_field is None or route.over == 0:
        return True
    amounts = _amounts(session, vault, entries, route.amount_field)
    # What cannot be compared takes the longer way.
    return any(not one.isdecimal() or int(one) >= route.over for one in amounts)


def _amounts(
    session: Session, vault: Vault, entries: Iterable[Entry], item: str
) -> list[str]:
    said = []
    for entry in entries:
        fields = session.scalars(
            select(Field).where(
                Field.filing_id == entry.filing_id,
                Field.entry_n == entry.n,
                or_(Field.name == item, Field.name.endswith(f".{item}")),
            )
        ).all()
        said += [_said(field, vault) for field in fields] or [""]
    return said


def _said(field: Field, vault: Vault) -> str:
    if field.as_written is None:
        return ""
    return body_of(decided_version(field), vault).value
