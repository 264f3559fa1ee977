"""The pool of single fields to be keyed: one snippet a person, under a lease."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from kamizero.model import Role
from review.refusals import WrongClaimError
from storage import audit, work
from storage.database import Database
from storage.tables import (
    HEAD,
    Entry,
    EntryState,
    Field,
    Filing,
    Keying,
    Work,
    WorkState,
)
from storage.work import Claim

KIND = "keying"
LEASE = timedelta(minutes=5)
# Two fields of one person come to the same keyer only after so long, if at all.
APART = timedelta(days=1)

# Asked of every entry on its way: to build a statement takes longer than to run it.
_WAITING = (
    select(Field.id)
    .join(Work, and_(Work.subject == Field.id, Work.kind == KIND))
    .where(
        Field.filing_id == bindparam("filing_id"),
        Field.entry_n.in_(bindparam("places", expanding=True)),
        Work.state == WorkState.OPEN,
    )
    .limit(1)
)


def put(session: Session, field: Field, *, now: datetime) -> None:
    """Ask for somebody to key the field; asked twice, it waits once."""
    work.put(session, kind=KIND, subject=field.id, site=field.filing.site, now=now)


def claim_next(
    database: Database,
    person: str,
    role: Role,
    *,
    now: datetime,
    site: str | None = None,
) -> Claim | None:
    """The field this person keys next; what they hold already comes again.

    Fields of one entry are spread over people as far as there are people; None where
    nothing is left that this person may key.
    """
    with database.look() as session:
        held = held_by(session, person, now=now)
    if held is not None:
        return held
    for apart in (True, False):
        claim = work.claim(
            database,
            kinds=[KIND],
            worker=person,
            lease=LEASE,
            now=now,
            site=site,
            only=[_may_key(person, role, now=now, apart=apart)],
        )
        if claim is not None:
            _trace(database, claim, now=now)
            return claim
    return None


def held_by(session: Session, person: str, *, now: datetime) -> Claim | None:
    """The one field on this person's screen."""
    row = session.scalars(
        select(Work)
        .where(
            Work.kind == KIND,
            Work.state == WorkState.OPEN,
            Work.leased_by == person,
            Work.lease_until >= now,
        )
        .order_by(Work.id)
        .limit(1)
    ).one_or_none()
    return work.claim_on(row) if row is not None else None


def claim_of(session: Session, person: str, *, field_id: int, fence: int) -> Claim:
    """The lease a page shows. Raises WrongClaimError where it is gone."""
    held = work.held_by(session, person, kind=KIND, subject=field_id)
    if held is None or held.fence != fence:
        raise WrongClaimError("This field is not on your screen any more; go on.")
    return held


def is_in_it(session: Session, entry: Entry) -> bool:
    """Tell whether a field of the entry or of the head waits to be keyed."""
    places = {"filing_id": entry.filing_id, "places": (HEAD, entry.n)}
    return session.scalar(_WAITING, places) is not None


def being_keyed(session: Session, filing_id: int) -> frozenset[int]:
    """The fields of a filing whose values nobody may see now, by id."""
    return frozenset(
        session.scalars(
            select(Field.id)
            .join(Work, and_(Work.subject == Field.id, Work.kind == KIND))
            .where(Field.filing_id == filing_id, Work.state == WorkState.OPEN)
        )
    )


def call_off(session: Session, filing: Filing, *, now: datetime) -> None:
    """Let nobody key fields of a filing that is no more."""
    for field_id in being_keyed(session, filing.id):
        work.end(session, kind=KIND, subject=field_id, now=now)


def may_key(
    session: Session, field: Field, person: str, role: Role, *, now: datetime
) -> bool:
    """Ask again, when it is written, what was asked when it was handed out."""
    found = session.scalar(
        select(Work.id).where(
            Work.kind == KIND,
            Work.subject == field.id,
            _may_key(person, role, now=now, apart=False),
        )
    )
    return found is not None


def _may_key(
    person: str, role: Role, *, now: datetime, apart: bool
) -> ColumnElement[bool]:
    """Whose field it may be: never keyed by them, never beside another of theirs."""
    wanted = [
        Field.id == Work.subject,
        ~exists().where(Keying.field_id == Field.id, Keying.person == person),
        exists().where(
            Entry.filing_id == Field.filing_id,
            or_(Field.entry_n == HEAD, Entry.n == Field.entry_n),
            Entry.state == EntryState.IN_REVIEW,
        ),
    ]
    if apart:
        wanted.append(~_keyed_beside(person, since=now - APART))
    if role is Role.KEYER:
        wanted.append(~_keyed_beside(person, sensitive_with_open=True))
    return exists().where(*wanted)


def _keyed_beside(
    person: str, *, since: datetime | None = None, sensitive_with_open: bool = False
) -> ColumnElement[bool]:
    """They keyed another field of the same person on the same filing."""
    other = aliased(Field)
    wanted = [
        Keying.person == person,
        Keying.field_id == other.id,
        other.filing_id == Field.filing_id,
        other.entry_n == Field.entry_n,
        other.entry_n != HEAD,
    ]
    if since is not None:
        wanted.append(Keying.at > since)
    if sensitive_with_open:
        # A number and a name together would be more than a keyer needs to know.
        wanted.append(other.sensitive != Field.sensitive)
    return exists().where(*wanted)


def _trace(database: Database, claim: Claim, *, now: datetime) -> None:
    """A number that is shown to somebody leaves a trace."""
    with database.begin() as session:
        field = session.get_one(Field, claim.subject)
        if field.sensitive:
            audit.record(
                session,
                actor=claim.leased_by,
                act="field.view",
                subject_kind="field",
                subject_id=field.id,
                now=now,
                body={"filing": field.filing_id, "reason": "keying"},
            )
