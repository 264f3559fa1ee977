"""Where the paper of a bundle is: in which box, at which place, or lent to whom."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from review.sorting.boxes import demand_open, the_box
from review.sorting.record import Clerk, require_sorter
from storage import audit, balance
from storage.tables import Bundle, Custody, CustodyAct, PaperBox

LONGEST_HOLDER = 100


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


def place_of(session: Session, bundle: Bundle) -> str:
    """Where its box stands now, "" where it lies in none."""
    last = whereabouts(session, bundle)
    return _its_box(session, last).place if last is not None else ""


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
    """Say in which box the paper lies now; of a new box, also where it stands.

    Raises:
        PaperLentError: somebody has it; it is taken back first.
        ConflictError: the box stands elsewhere, or nothing goes in or out of it.
    """
    _hold(session, clerk, bundle)
    into = the_box(session, clerk, bundle, code=box.strip(), place=place.strip())
    last = whereabouts(session, bundle)
    if last is not None and last.act == CustodyAct.LENT:
        raise PaperLentError(f"{last.holder} has the paper; take it back first.")
    _write(session, clerk, bundle, CustodyAct.PUT, into)


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
        session,
        clerk,
        bundle,
        CustodyAct.LENT,
        _its_box(session, last),
        holder=to.strip(),
    )


def take_back(session: Session, clerk: Clerk, bundle: Bundle) -> None:
    """Put the paper back into its box. Raises PaperLentError where nobody has it."""
    _hold(session, clerk, bundle)
    last = whereabouts(session, bundle)
    if last is None or last.act != CustodyAct.LENT:
        raise PaperLentError(f"Nobody has the paper of bundle {bundle.id}.")
    _write(session, clerk, bundle, CustodyAct.BACK, _its_box(session, last))


def _hold(session: Session, clerk: Clerk, bundle: Bundle) -> None:
    require_sorter(clerk)
    balance.hold(session, bundle)
    _demand_open(session, bundle)


def _its_box(session: Session, last: Custody) -> PaperBox:
    return session.get_one(PaperBox, last.paper_box_id)


def _demand_open(session: Session, bundle: Bundle) -> None:
    """Nothing leaves a box that is listed to be destroyed."""
    last = whereabouts(session, bundle)
    if last is not None:
        demand_open(session, _its_box(session, last))


def _write(
    session: Session,
    clerk: Clerk,
    bundle: Bundle,
    act: CustodyAct,
    box: PaperBox,
    *,
    holder: str | None = None,
) -> None:
    row = Custody(
        bundle_id=bundle.id,
        act=act,
        paper_box_id=box.id,
        box=box.code,
        place=box.place,
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
