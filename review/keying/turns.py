"""Keying a field turn by turn: two people blind, and a third where they differ.

The server never sends a value before it is keyed: only whoever settles a difference
sees what is compared, and not whose it is.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from kamizero.model import FieldState, Role
from review.acts import Act
from review.completion import Recheck
from review.doubt import KEY, KEYED
from review.keying import pool
from review.keying.comparing import Said
from review.keying.judging import judge
from review.refusals import SameKeyerError
from review.routing import go_on
from review.transitions import hold_filing, move
from review.typed import written
from storage import work
from storage.tables import (
    HEAD,
    AuthorKind,
    Entry,
    EntryState,
    Field,
    FieldVersion,
    Filing,
    Keying,
    Mode,
)
from storage.values import version_body, write_correction
from storage.vault import Vault
from storage.work import Claim

_SHUFFLE = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Keyer:
    """Who keys, and how an entry is looked at again once all of it is keyed."""

    claim: Claim
    role: Role
    now: datetime
    recheck: Recheck

    @property
    def person(self) -> str:
        return self.claim.leased_by


def keyings(session: Session, field: Field) -> Sequence[Keying]:
    """What was keyed so far, in turn."""
    return session.scalars(
        select(Keying).where(Keying.field_id == field.id).order_by(Keying.turn)
    ).all()


def differing(session: Session, vault: Vault, field: Field) -> tuple[Said, ...]:
    """The two values to be settled, in no order; nothing while people key blind."""
    done = keyings(session, field)
    if len(done) < _blind_turns(field):
        return ()
    compared = [_version(session, one.version_id) for one in done]
    if field.mode == Mode.SHADOW:
        compared.append(reading_of(session, field))
    said = [Said.by(version, vault) for version in compared]
    _SHUFFLE.shuffle(said)
    return tuple(said)


def key(
    session: Session,
    vault: Vault,
    keyer: Keyer,
    *,
    definition: FormDefinition,
    value: str = "",
    state: FieldState = FieldState.READ,
) -> FieldVersion:
    """Say what is written in the claimed field, as the person reads it.

    Raises:
        StaleFenceError: the lease is lost.
        SameKeyerError: they keyed it before, or another field beside it.
        ValueRefusedError: such a field cannot hold that.
    """
    work.hold(session, keyer.claim, now=keyer.now)
    field = session.get_one(Field, keyer.claim.subject)
    hold_filing(session, field.filing)
    session.refresh(field)
    if not pool.may_key(session, field, keyer.person, keyer.role, now=keyer.now):
        raise SameKeyerError("Another person must key this field; take the next one.")
    done = keyings(session, field)
    answer = written(definition.field(field.name), value, state=state)
    accepted = _is_settled_by(
        session, vault, field, done, Said(state, answer.value, answer.text)
    )
    version = write_correction(
        session,
        vault,
        field,
        value=answer.value,
        text=answer.text,
        state=state,
        author=keyer.person,
        now=keyer.now,
        accepted=accepted,
        ground={"kind": KEYED, "turn": len(done) + 1},
    )
    session.flush()
    session.add(
        Keying(
            field_id=field.id,
            turn=len(done) + 1,
            person=keyer.person,
            version_id=version.id,
            at=keyer.now,
        )
    )
    _leave_traces(session, keyer, field, version)
    work.finish(session, keyer.claim, now=keyer.now)
    session.flush()
    if not accepted:
        pool.put(session, field, now=keyer.now)
        return version
    judge(session, vault, field, reading_of(session, field), version, now=keyer.now)
    _let_go_on(session, vault, field.filing, definition, keyer)
    return version


def reading_of(session: Session, field: Field) -> FieldVersion:
    """What the machine said before anybody keyed."""
    return session.scalars(
        select(FieldVersion)
        .where(
            FieldVersion.field_id == field.id,
            FieldVersion.author_kind == AuthorKind.ENGINE,
        )
        .order_by(FieldVersion.seq.desc())
        .limit(1)
    ).one()


def _blind_turns(field: Field) -> int:
    return 2 if field.mode == Mode.COMPARE else 1


def _is_settled_by(
    session: Session,
    vault: Vault,
    field: Field,
    done: Sequence[Keying],
    answer: Said,
) -> bool:
    """Tell whether this answer is the last one that is needed."""
    if len(done) >= _blind_turns(field):
        return True
    if field.mode == Mode.KEY:
        return True
    if field.mode == Mode.SHADOW:
        return Said.by(reading_of(session, field), vault).agrees_with(answer)
    if not done:
        return False
    first = _version(session, done[0].version_id)
    return Said.by(first, vault).agrees_with(answer)


def _version(session: Session, version_id: int) -> FieldVersion:
    return session.get_one(FieldVersion, version_id)


def _leave_traces(
    session: Session, keyer: Keyer, field: Field, version: FieldVersion
) -> None:
    """The keyer has worked on the filing; a field of the head is told once."""
    move(
        session,
        _entries(field)[0],
        Act.KEY,
        actor=keyer.person,
        role=keyer.role,
        now=keyer.now,
        about=version_body(version),
    )


def _entries(field: Field) -> list[Entry]:
    return [
        entry
        for entry in field.filing.entries
        if entry.state == EntryState.IN_REVIEW and field.entry_n in (HEAD, entry.n)
    ]


def _let_go_on(
    session: Session,
    vault: Vault,
    filing: Filing,
    definition: FormDefinition,
    keyer: Keyer,
) -> None:
    """Send on the entries that waited for nothing but keyers."""
    keyed = [
        entry
        for entry in filing.entries
        if entry.state == EntryState.IN_REVIEW
        and any(reason.startswith(f"{KEY}:") for reason in entry.reasons)
        and not pool.is_in_it(session, entry)
    ]
    if keyed:
        keyer.recheck(session, filing)
    for entry in keyed:
        go_on(session, entry, definition=definition, vault=vault, now=keyer.now)
