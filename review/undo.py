"""Taking back a change of a field: the value before it, as a new version."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import FieldState
from review.acts import Act
from review.correction import field_in_hand, trace
from review.hand import Hand
from review.refusals import NothingToUndoError
from storage.tables import AuthorKind, Field, FieldVersion, Purpose
from storage.values import body_of, write_correction, write_decision
from storage.vault import Vault

_TAKEN_BACK = "taken_back"


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
    versions = session.scalars(
        select(FieldVersion)
        .where(FieldVersion.field_id == field.id)
        .order_by(FieldVersion.seq)
    ).all()
    changes = standing_changes(versions)
    if not changes:
        raise NothingToUndoError(f"{field_name} says what was read; nothing to undo.")
    last = changes.pop()
    before = _before(versions, changes, purpose=last.purpose)
    if last.purpose == Purpose.AS_DECIDED:
        version = _decide_again(session, vault, hand, field, last, before)
    else:
        version = _write_again(session, vault, hand, field, last, before)
    trace(session, hand, Act.UNDO, version)
    return version


def standing_changes(versions: Sequence[FieldVersion]) -> list[FieldVersion]:
    """The changes by people that were not taken back, oldest first."""
    changes: list[FieldVersion] = []
    for version in versions:
        if version.author_kind == AuthorKind.ENGINE:
            continue
        if takes_back(version):
            changes.pop()
        else:
            changes.append(version)
    return changes


def takes_back(version: FieldVersion) -> bool:
    """Tell whether the version only brings an older one back."""
    return (version.ground or {}).get("kind") == _TAKEN_BACK


def _before(
    versions: Sequence[FieldVersion],
    changes: Sequence[FieldVersion],
    *,
    purpose: str,
) -> FieldVersion | None:
    """What holds once the last change is gone: an older one, or the reading."""
    readings = [v for v in versions if v.author_kind == AuthorKind.ENGINE]
    same = [v for v in (*readings, *changes) if v.purpose == purpose]
    return same[-1] if same else None


def _write_again(
    session: Session,
    vault: Vault,
    hand: Hand,
    field: Field,
    last: FieldVersion,
    before: FieldVersion | None,
) -> FieldVersion:
    body = body_of(before, vault) if before else None
    return write_correction(
        session,
        vault,
        field,
        value=body.value if body else "",
        text=body.text if body else "",
        state=FieldState(before.state) if before else FieldState.UNREADABLE,
        accepted=before is not None and before.accepted,
        ground=_ground(last, before),
        author=hand.actor,
        now=hand.now,
    )


def _decide_again(
    session: Session,
    vault: Vault,
    hand: Hand,
    field: Field,
    last: FieldVersion,
    before: FieldVersion | None,
) -> FieldVersion:
    source = before or field.as_written or last
    version = write_decision(
        session,
        vault,
        field,
        value=body_of(source, vault).value,
        state=FieldState(source.state),
        ground=_ground(last, before),
        author=hand.actor,
        now=hand.now,
    )
    if before is None:
        # The step stands in the history; what is written is processed again.
        session.flush()
        field.as_decided = None
    return version


def _ground(last: FieldVersion, before: FieldVersion | None) -> dict[str, object]:
    """Which change is taken back, and which version holds again (None: neither)."""
    return {
        "kind": _TAKEN_BACK,
        "version": last.id,
        "restores": before.id if before else None,
    }
