"""What a person says about one piece of a lot: right, or to be looked at in review."""

from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from review import queue
from review.acts import Act
from review.completion import Recheck
from review.correction import accept
from review.hand import Hand
from review.item import latest_version
from review.keying.groups import Piece, cells_confirmed
from review.refusals import FieldChangedError
from review.routing import follow_head, go_on
from storage import work
from storage.tables import HEAD, EntryState, Field, GroupCheck
from storage.vault import Vault


def judge_piece(
    session: Session,
    vault: Vault,
    *,
    hand: Hand,
    piece: Piece,
    correct: bool,
    definition: FormDefinition,
    recheck: Recheck,
) -> None:
    """Write the verdict down, settle the field where it is the last, and let go.

    Raises:
        StaleFenceError: the lease is lost.
        FieldChangedError: the field says something else by now.
    """
    hand.reach(session, Act.SETTLE)
    field = session.get_one(Field, piece.field_id)
    if field.as_written_id != piece.version_id:
        raise FieldChangedError("The field says something else by now.")
    session.add(
        GroupCheck(
            version_id=piece.version_id,
            cell=piece.cell,
            correct=correct,
            person=hand.actor,
            at=hand.now,
        )
    )
    session.flush()
    if correct and _is_the_last(session, field, piece, definition):
        accept(
            session,
            vault,
            hand=hand,
            field_name=field.name,
            expected_version=latest_version(session, field),
        )
        recheck(session, field.filing)
    _let_go(session, vault, hand, field, definition)


def _is_the_last(
    session: Session, field: Field, piece: Piece, definition: FormDefinition
) -> bool:
    """Tell whether the whole field is right with this piece."""
    if not piece.cell:
        return True
    cells = definition.field(field.name).cells or ()
    return len(cells_confirmed(session, piece.version_id)) == len(cells)


def _let_go(
    session: Session,
    vault: Vault,
    hand: Hand,
    field: Field,
    definition: FormDefinition,
) -> None:
    go_on(session, hand.entry, definition=definition, vault=vault, now=hand.now)
    if hand.entry.state == EntryState.IN_REVIEW:
        queue.release(session, hand.claim, now=hand.now)
    else:
        work.finish(session, hand.claim, now=hand.now)
    if field.entry_n == HEAD:
        follow_head(session, field.filing, now=hand.now)
