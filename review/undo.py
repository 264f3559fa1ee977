"""Taking back a change of a field: the value before it, as a new version."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.acts import Act
from review.correction import field_in_hand, trace
from review.hand import Hand
from review.refusals import NothingToUndoError
from storage.tables import AuthorKind, Field, FieldVersion, Purpose
from storage.values import TAKEN_BACK, write_again
from storage.vault import Vault


def undo(
    session: Session,
    vault: Vault,
    *,
    hand: Hand,
    field_name: str,
    expected_version: int,
) -> FieldVersion:
    """Bring back what the field said before its last change, step by step.

    Back at the machine's reading the field is as doubtful as it was. Taking back
    the only decision leaves what is written to be processed.

    Raises:
        NothingToUndoError: no person changed the field.
    """
    field = field_in_hand(session, hand, Act.UNDO, field_name, expected_version)
    versions = _versions(session, field)
    changes = standing_changes(versions)
    if not changes:
        raise NothingToUndoError(f"{field_name} says what was read; nothing to undo.")
    last = changes.pop()
    before = _before(versions, changes, purpose=last.purpose)
    version = write_again(
        session,
        vault,
        field,
        before=before or field.as_written or last,
        taken_back=last,
        author=hand.actor,
        now=hand.now,
    )
    session.flush()
    if before is None and last.purpose == Purpose.AS_DECIDED:
        # The step stands in the history; what is written is processed again.
        field.as_decided = None
    trace(session, hand, Act.UNDO, version)
    return version


def standing_changes(versions: Sequence[FieldVersion]) -> list[FieldVersion]:
    """The changes by people that were not taken back, oldest first."""
    changes: list[FieldVersion] = []
    for version in versions:
        if version.author_kind != AuthorKind.PERSON:
            continue
        if (version.ground or {}).get("kind") == TAKEN_BACK:
            changes.pop()
        else:
            changes.append(version)
    return changes


def _before(
    versions: Sequence[FieldVersion],
    changes: Sequence[FieldVersion],
    *,
    purpose: str,
) -> FieldVersion | None:
    """What holds once the last change is gone: an older one, or the reading."""
    readings = [v for v in versions if v.author_kind == AuthorKind.ENGINE or _agreed(v)]
    same = [v for v in (*readings, *changes) if v.purpose == purpose]
    return same[-1] if same else None


def _agreed(version: FieldVersion) -> bool:
    """A robot's that says what was read; what else it suggests was never in force."""
    return version.author_kind == AuthorKind.ROBOT and version.accepted


def _versions(session: Session, field: Field) -> Sequence[FieldVersion]:
    return session.scalars(
        select(FieldVersion)
        .where(FieldVersion.field_id == field.id)
        .order_by(FieldVersion.seq)
    ).all()
