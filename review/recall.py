"""Recall: a value found wrong after it was approved gets a version that mends it.

The version in force stays until somebody else has approved the one that follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from kamizero.errors import ConflictError, MissingError, WrongCallError
from kamizero.model import FieldState, Role
from review.acts import Act
from review.completion import Recheck
from review.doubt import BLOCKING, all_fields, fields_of, open_findings
from review.refusals import (
    ApprovedHeadError,
    NotSettledError,
    RoleForbidsError,
    StateForbidsError,
)
from review.roles import REVIEWERS
from review.transitions import hold_entry, hold_filing, move
from review.typed import written
from storage import audit
from storage.insertion import insert_once
from storage.recalls import point, recall_into
from storage.tables import (
    HEAD,
    Delivery,
    Entry,
    EntryState,
    ErrorCase,
    Field,
    HostRefusal,
    Purpose,
    Recall,
    RecallChange,
    RecallState,
    RefusalEnd,
    Touch,
)
from storage.values import come_into_force, version_body, write_proposal
from storage.vault import Vault

GROUND = "recall"

Cause = ErrorCase | HostRefusal
"""Why an approved entry is corrected."""


@dataclass(frozen=True, slots=True)
class Right:
    """What a field should have said.

    Attributes:
        purpose: what stands on the paper, where that was read wrongly; or what is
            processed, where the paper itself is wrong.
    """

    field_name: str
    value: str
    purpose: Purpose = Purpose.AS_WRITTEN
    state: FieldState = FieldState.READ


def propose(
    session: Session,
    vault: Vault,
    *,
    cause: Cause,
    definition: FormDefinition,
    right: Sequence[Right],
    recheck: Recheck,
    actor: str,
    role: Role,
    now: datetime,
) -> Recall:
    """Write down what an approved entry should have said, for others to approve.

    Args:
        cause: the error in the register, or what a host refuses.
        right: of a refused entry, the same value as before sends it once more.

    Raises:
        RoleForbidsError: who may not.
        WrongCallError, MissingError, ValueRefusedError: it cannot be said so.
        StateForbidsError: the entry is not in force.
        ConflictError: a correction of it is under way.
        ApprovedHeadError: the head belongs to other approved entries too.
        NotSettledError: the rules find an error in what it would say.
    """
    if role not in REVIEWERS:
        raise RoleForbidsError(
            f"A {role} corrects no filing; ask {' or '.join(sorted(REVIEWERS))}."
        )
    if not right:
        raise WrongCallError("Say which field should have said what.")
    old = _in_force(session, _named(session, cause))
    recall = _opened(session, old, cause, actor=actor, now=now)
    insert_once(session, Touch, filing_id=old.filing_id, person=actor)
    fields = {one.name: one for one in fields_of(session, old)}
    for one in right:
        field = _field(session, old, fields, one.field_name)
        answer = written(definition.field(one.field_name), one.value, state=one.state)
        version = write_proposal(
            session,
            vault,
            field,
            value=answer.value,
            text=answer.text if one.purpose == Purpose.AS_WRITTEN else "",
            state=one.state,
            purpose=one.purpose,
            ground={"kind": GROUND, **_cause_body(recall)},
            author=actor,
            now=now,
        )
        session.flush()
        recall.changes.append(RecallChange(field=field, version=version))
    session.flush()
    _demand_no_new_error(session, recall, recheck)
    _tell(session, recall, "recall.proposed", actor=actor, now=now)
    return recall


def put_in_force(
    session: Session,
    vault: Vault,
    entry: Entry,
    *,
    actor: str,
    role: Role,
    now: datetime,
) -> None:
    """Let an approved correction take the place of the version before it."""
    recall = recall_into(session, entry)
    if recall is None:
        return
    all_fields(session, entry.filing)
    # First, as nothing is written about what is approved.
    about = {"recall": recall.id, **_cause_body(recall), "by_entry": entry.id}
    move(
        session,
        recall.entry,
        Act.CORRECT,
        actor=actor,
        role=role,
        now=now,
        about=about,
    )
    point(recall)
    for one in recall.changes:
        come_into_force(vault, one.field, one.version)
    _end_refusals(session, recall, actor=actor, now=now)
    session.flush()


def recalls_of(session: Session, case: ErrorCase) -> Sequence[Recall]:
    """The corrections an error led to, the latest first."""
    return session.scalars(
        select(Recall).where(Recall.case_id == case.id).order_by(Recall.id.desc())
    ).all()


def _named(session: Session, cause: Cause) -> Entry:
    """The entry the cause names. Raises WrongCallError, ConflictError."""
    if isinstance(cause, HostRefusal):
        if cause.how is not None:
            raise ConflictError(f"{cause.settled_by} settled it before. Load it again.")
        return cause.delivery.entry
    if cause.entry_id is None:
        raise WrongCallError(
            f"Error {cause.id} names no entry; write it down again with its filing."
        )
    if cause.closed_on is not None:
        raise ConflictError(f"Error {cause.id} was closed on {cause.closed_on}.")
    return session.get_one(Entry, cause.entry_id)


def _in_force(session: Session, named: Entry) -> Entry:
    """The version of an entry that is in force, its filing locked."""
    hold_filing(session, named.filing)
    found = session.scalars(
        select(Entry).where(
            Entry.filing_id == named.filing_id,
            Entry.n == named.n,
            Entry.state == EntryState.APPROVED,
        )
    ).one_or_none()
    if found is None:
        raise StateForbidsError(
            f"Entry {named.n} of filing {named.filing_id} is not approved: what is "
            "under way is corrected in review."
        )
    hold_entry(session, found)
    return found


def _opened(
    session: Session, old: Entry, cause: Cause, *, actor: str, now: datetime
) -> Recall:
    under_way = select(Recall.id).where(
        Recall.entry_id == old.id, Recall.state == RecallState.PROPOSED
    )
    if session.scalar(under_way) is not None:
        raise ConflictError(
            f"A correction of entry {old.n} of filing {old.filing_id} waits for "
            "approval already."
        )
    last = select(func.max(Entry.version)).where(
        Entry.filing_id == old.filing_id, Entry.n == old.n
    )
    new = Entry(
        filing=old.filing,
        n=old.n,
        version=(session.scalar(last) or 1) + 1,
        state=EntryState.READY,
        reasons=[],
    )
    session.add(new)
    session.flush()
    recall = Recall(
        case=cause if isinstance(cause, ErrorCase) else None,
        refusal=cause if isinstance(cause, HostRefusal) else None,
        entry=old,
        new_entry=new,
        proposed_by=actor,
        proposed_at=now,
        state=RecallState.PROPOSED,
    )
    session.add(recall)
    session.flush()
    return recall


def _field(
    session: Session, entry: Entry, fields: dict[str, Field], name: str
) -> Field:
    field = fields.get(name)
    if field is None or field.as_written is None:
        raise MissingError(f"Entry {entry.n} has no field {name}.")
    if field.entry_n == HEAD:
        others = select(func.count()).where(
            Entry.filing_id == entry.filing_id,
            Entry.n != entry.n,
            Entry.state == EntryState.APPROVED,
        )
        if session.scalar(others):
            raise ApprovedHeadError(
                f"{name} stands in the head, and other entries of filing "
                f"{entry.filing_id} are approved with it; it cannot change for one."
            )
    return field


def _demand_no_new_error(session: Session, recall: Recall, recheck: Recheck) -> None:
    """What would be in force is held against the rules, and put back."""
    entry = recall.new_entry
    before = set(open_findings(session, entry, severities=BLOCKING))
    trial = session.begin_nested()
    point(recall)
    session.flush()
    recheck(session, entry.filing)
    session.flush()
    found = open_findings(session, entry, severities=BLOCKING)
    trial.rollback()
    session.expire(entry.filing, ["findings"])
    new = [point for point in found if point not in before]
    if new:
        raise NotSettledError(
            f"With these values entry {entry.n} would break rules: {', '.join(new)}.",
            points=new,
        )


def _cause_body(recall: Recall) -> dict[str, int]:
    if recall.case_id is not None:
        return {"case": recall.case_id}
    return {"refusal": recall.refusal_id or 0}


def _end_refusals(
    session: Session, recall: Recall, *, actor: str, now: datetime
) -> None:
    """Whoever refused the version before is given this one."""
    refused = (
        select(HostRefusal)
        .join(Delivery, Delivery.id == HostRefusal.delivery_id)
        .where(Delivery.entry_id == recall.entry_id, HostRefusal.how.is_(None))
    )
    for one in session.scalars(refused):
        one.how, one.settled_at, one.settled_by = RefusalEnd.CORRECTED, now, actor


def _tell(
    session: Session, recall: Recall, act: str, *, actor: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        act=act,
        subject_kind="entry",
        subject_id=recall.entry_id,
        now=now,
        body={
            "filing": recall.entry.filing_id,
            "recall": recall.id,
            **_cause_body(recall),
            "versions": [version_body(one.version) for one in recall.changes],
        },
    )
