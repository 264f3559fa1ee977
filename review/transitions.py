"""Every way an entry can go, in one table, and the one function that goes it.

The diagram in the documentation and the tests are generated from TRANSITIONS.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session

from kamizero.model import Role
from review import guards
from review.acts import WORKING_ACTS, Act
from review.contractors import note_work
from review.guards import Attempt, Guard
from review.refusals import RoleForbidsError, StateForbidsError
from review.roles import APPROVERS, KEYERS, MACHINES, REVIEWERS, ROBOTS
from review.rounds import end_round
from storage import audit
from storage.holding import held_rows
from storage.insertion import insert_once
from storage.recalls import drop
from storage.tables import Entry, EntryState, Filing, RoundEnd, Touch


class Transition(NamedTuple):
    """From this state, this act leads there, for these roles, if the guard lets."""

    from_state: EntryState
    act: Act
    to_state: EntryState
    roles: frozenset[Role]
    guard: Guard


_READ = EntryState.READ
_REVIEW = EntryState.IN_REVIEW
_READY = EntryState.READY

# What stood ready is not there any more: whoever stamped it saw something else.
_ENDS_ROUND = frozenset(EntryState) - {_READY, EntryState.APPROVED}

_FILING_OF_ENTRY = (
    select(Filing)
    .where(
        Filing.id
        == select(Entry.filing_id)
        .where(Entry.id == bindparam("entry_id"))
        .scalar_subquery()
    )
    .with_for_update()
    .execution_options(populate_existing=True)
)

# A round does not say which of its own acts sent it back.
_ROUND_ENDS = {Act.REJECT: RoundEnd.SENT_BACK}

TRANSITIONS: tuple[Transition, ...] = (
    Transition(_READ, Act.PASS, _READY, MACHINES, guards.nothing_to_see),
    Transition(_READ, Act.QUEUE, _REVIEW, MACHINES, guards.always),
    Transition(_READ, Act.DISSOLVE, EntryState.SUPERSEDED, MACHINES, guards.always),
    Transition(_REVIEW, Act.KEY, _REVIEW, KEYERS, guards.always),
    Transition(_REVIEW, Act.SETTLE, _REVIEW, REVIEWERS, guards.always),
    Transition(_REVIEW, Act.DECIDE, _REVIEW, REVIEWERS, guards.always),
    Transition(_REVIEW, Act.UNDO, _REVIEW, REVIEWERS, guards.always),
    Transition(_REVIEW, Act.WAIVE, _REVIEW, REVIEWERS, guards.reason_given),
    Transition(_REVIEW, Act.JUDGE, _REVIEW, REVIEWERS, guards.always),
    # What a robot found elsewhere; it settles, finishes and approves nothing.
    Transition(_REVIEW, Act.SUGGEST, _REVIEW, ROBOTS, guards.always),
    Transition(_REVIEW, Act.FINISH, _READY, REVIEWERS, guards.nothing_open),
    Transition(_REVIEW, Act.FOLLOW, _READY, MACHINES, guards.nothing_to_see),
    Transition(
        _REVIEW, Act.RETURN, EntryState.RETURNED, APPROVERS, guards.reason_given
    ),
    Transition(
        _REVIEW, Act.WITHDRAW, EntryState.WITHDRAWN, REVIEWERS, guards.reason_given
    ),
    Transition(_REVIEW, Act.DISSOLVE, EntryState.SUPERSEDED, MACHINES, guards.always),
    Transition(_READY, Act.DISSOLVE, EntryState.SUPERSEDED, MACHINES, guards.always),
    Transition(_READY, Act.PULL_BACK, _REVIEW, REVIEWERS, guards.always),
    Transition(_READY, Act.SEND_BACK, _REVIEW, APPROVERS, guards.reason_given),
    Transition(_READY, Act.REJECT, _REVIEW, REVIEWERS, guards.reason_given),
    Transition(_READY, Act.ENDORSE, _READY, REVIEWERS, guards.four_eyes),
    Transition(_READY, Act.AGREE, _READY, REVIEWERS, guards.four_eyes),
    Transition(_READY, Act.STEP_BACK, _READY, APPROVERS, guards.reason_given),
    Transition(_READY, Act.APPROVE, EntryState.APPROVED, APPROVERS, guards.route_taken),
    Transition(_READY, Act.RETURN, EntryState.RETURNED, APPROVERS, guards.reason_given),
    Transition(
        _READY, Act.WITHDRAW, EntryState.WITHDRAWN, REVIEWERS, guards.reason_given
    ),
    # The version after it is approved in the same moment.
    Transition(
        EntryState.APPROVED,
        Act.CORRECT,
        EntryState.SUPERSEDED,
        APPROVERS,
        guards.followed,
    ),
)

# Where a correction of an approved entry goes that is not approved: the version before
# it stays in force, and nobody works on two at once.
_CORRECTION_GOES = {_REVIEW: EntryState.SUPERSEDED}


def move(
    session: Session,
    entry: Entry,
    act: Act,
    *,
    actor: str,
    role: Role,
    now: datetime,
    reason: str = "",
    about: Mapping[str, object] | None = None,
) -> Entry:
    """Do the act to the entry: check, change its state, leave the traces.

    `about` goes into the audit event: ids and versions, never a value or a name.

    Raises:
        StateForbidsError: the entry's state does not know the act.
        RoleForbidsError: the role may not do it.
        ConflictError, ForbiddenError, WrongCallError: the guard refuses.
    """
    hold_entry(session, entry)
    transition = permitted(entry, act, role=role)
    to_state = _goes_to(entry, transition)
    transition.guard(Attempt(session, entry, act, actor, role, reason))
    if entry.state == _READY and transition.to_state in _ENDS_ROUND:
        end_round(
            session, entry.filing, _ROUND_ENDS.get(act) or RoundEnd(act.value), now=now
        )
    entry.state = to_state
    if entry.version > 1 and to_state == EntryState.SUPERSEDED:
        drop(session, entry, now=now)
    entry.filing.version += 1
    if act in WORKING_ACTS and role is not Role.MACHINE:
        insert_once(session, Touch, filing_id=entry.filing_id, person=actor)
        note_work(session, entry.filing, actor, now=now)
    audit.record(
        session,
        actor=actor,
        act=f"entry.{act}",
        subject_kind="entry",
        subject_id=entry.id,
        now=now,
        body=_event_body(transition.from_state, entry, about),
    )
    return entry


def permitted(entry: Entry, act: Act, *, role: Role) -> Transition:
    """The line of the table for this act, where state and role allow it."""
    for transition in TRANSITIONS:
        if (transition.from_state, transition.act) == (entry.state, act):
            if role in transition.roles:
                return transition
            raise RoleForbidsError(
                f"A {role} may not {act.replace('_', ' ')} an entry; ask "
                f"{' or '.join(sorted(transition.roles))}."
            )
    raise StateForbidsError(
        f"Entry {entry.n} of filing {entry.filing_id} is {entry.state}; "
        f"{act.replace('_', ' ')} is not possible now. Load it again; what is "
        f"possible: {', '.join(acts_from(entry.state)) or 'nothing, it is final'}."
    )


def acts_from(state: str, *, role: Role | None = None) -> list[Act]:
    """What can be done from a state, by anybody or by one role."""
    return [
        transition.act
        for transition in TRANSITIONS
        if transition.from_state == state and (role is None or role in transition.roles)
    ]


def held_entry(session: Session, entry_id: int) -> Entry:
    """The entry of that number, its filing locked before anything is seen of it."""
    filing = session.scalars(_FILING_OF_ENTRY, {"entry_id": entry_id}).one()
    held_rows(session)[Filing, filing.id] = filing
    return session.get_one(Entry, entry_id, populate_existing=True)


def hold_entry(session: Session, entry: Entry) -> None:
    """Lock the entry's filing, and see the entry as the last act left it."""
    if hold_filing(session, entry.filing):
        # Columns alone: with what it leads to, the filing would be loaded once more.
        session.refresh(entry, inspect(Entry).column_attrs.keys())


def hold_filing(session: Session, filing: Filing) -> bool:
    """Let acts on one filing follow each other; tell whether it was not held yet.

    Who holds it already in this transaction has seen it as nobody else can change it.
    """
    session.flush()
    held = held_rows(session)
    if (Filing, filing.id) in held:
        return False
    session.refresh(filing, ["version"], with_for_update=True)
    held[Filing, filing.id] = filing
    return True


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = [f"    [*] --> {_READ}"]
    for line in TRANSITIONS:
        who = " / ".join(sorted(line.roles))
        lines.append(f"    {line.from_state} --> {line.to_state}: {line.act} ({who})")
    return "\n".join(["stateDiagram-v2", *lines, ""])


def _goes_to(entry: Entry, transition: Transition) -> EntryState:
    """Where the act leads. Raises StateForbidsError for what a correction cannot do."""
    to_state = transition.to_state
    if entry.version == 1:
        return to_state
    if to_state in (EntryState.RETURNED, EntryState.WITHDRAWN):
        raise StateForbidsError(
            f"Entry {entry.n} of filing {entry.filing_id} is approved already, this "
            "corrects it: approve the correction, or send it back to drop it."
        )
    return _CORRECTION_GOES.get(to_state, to_state)


def _event_body(
    from_state: EntryState, entry: Entry, about: Mapping[str, object] | None
) -> dict[str, object]:
    return {
        "filing": entry.filing_id,
        "n": entry.n,
        "version": entry.filing.version,
        "from": from_state.value,
        "to": EntryState(entry.state).value,
        **(about or {}),
    }
