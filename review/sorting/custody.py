"""Where the paper of a bundle is: in which box, at which place, or lent to whom."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from review.sorting.record import Clerk, require_sorter
from storage import audit, balance
from storage.tables import Bundle, Custody, CustodyAct

LONGEST_BOX = 32
LONGEST_PLACE = LONGEST_HOLDER = 100


class PaperLentError(ConflictError):
    """The paper is not there: somebody has it, or nobody put it anywhere yet."""

    code = "paper_not_there"


def whereabouts(session: Session, bundle: Bundle) -> Custody | None:
    """The last that was written down, None where the paper was put nowhere yet."""
    return session.scalars(
        select(Custody)
        .where(Custody.bundle_id == bundle.id)
        .order_by(Custody.id.desc())
        .limit(1)
    ).one_or_none()


def history(session: Session, bundle: Bundle) -> Sequence[Custody]:
    """Everything that was written down, the newest first."""
    return session.scalars(
        select(Custody)
        .where(Custody.bundle_id == bundle.id)
        .order_by(Custody.id.desc())
    ).all()


def lent_out(session: Session) -> Sequence[Custody]:
    """Paper somebody has, the longest lent first."""
    newest = select(func.max(Custody.id)).group_by(Custody.bundle_id)
    return session.scalars(
        select(Custody)
        .where(Custody.id.in_(newest), Custody.act == CustodyAct.LENT)
        .order_by(Custody.id)
    ).all()


def put(
    session: Session, clerk: Clerk, bundle: Bundle, *, box: str, place: str
) -> None:
    """Say in which box and where the paper lies now.

    Raises:
        PaperLentError: somebody has it; it is taken back first.
    """
    if not box.strip() or not place.strip():
        raise WrongCallError("Say which box, and where it stands.")
    if len(box) > LONGEST_BOX or len(place) > LONGEST_PLACE:
        raise WrongCallError(
            f"A box has at most {LONGEST_BOX} characters, a place {LONGEST_PLACE}."
        )
    _hold(session, clerk, bundle)
    last = whereabouts(session, bundle)
    if last is not None and last.act == CustodyAct.LENT:
        raise PaperLentError(f"{last.holder} has the paper; take it back first.")
    _write(session, clerk, bundle, CustodyAct.PUT, box.strip(), place.strip())


def lend(session: Session, clerk: Clerk, bundle: Bundle, *, to: str) -> None:
    """Give the paper out. Raises PaperLentError where it does not lie in its box."""
    if not 1 <= len(to.strip()) <= LONGEST_HOLDER:
        raise WrongCallError(
            f"Say who takes the paper, in at most {LONGEST_HOLDER} characters."
        )
    _hold(session, clerk, bundle)
    last = whereabouts(session, bundle)
    if last is None or last.act == CustodyAct.LENT:
        raise PaperLentError(
            f"The paper of bundle {bundle.id} lies in no box"
            + (f"; {last.holder} has it." if last else " yet.")
        )
    _write(
        session, clerk, bundle, CustodyAct.LENT, last.box, last.place, holder=to.strip()
    )


def take_back(session: Session, clerk: Clerk, bundle: Bundle) -> None:
    """Put the paper back into its box. Raises PaperLentError where nobody has it."""
    _hold(session, clerk, bundle)
    last = whereabouts(session, bundle)
    if last is None or last.act != CustodyAct.LENT:
        raise PaperLentError(f"Nobody has the paper of bundle {bundle.id}.")
    _write(session, clerk, bundle, CustodyAct.BACK, last.box, last.place)


def _hold(session: Session, clerk: Clerk, bundle: Bundle) -> None:
    require_sorter(clerk)
    balance.hold(session, bundle)


def _write(
    session: Session,
    clerk: Clerk,
    bundle: Bundle,
    act: CustodyAct,
    box: str,
    place: str,
    *,
    holder: str | None = None,
) -> None:
    row = Custody(
        bundle_id=bundle.id,
        act=act,
        box=box,
        place=place,
        holder=holder,
        at=clerk.now,
        actor=clerk.name,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=clerk.name,
        act=f"custody.{act}",
        subject_kind="bundle",
        subject_id=bundle.id,
        now=clerk.now,
        body={"custody": row.id},
    )
