"""Boxes that paper lies in: where they stand, what is taken out, who looked at it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from review.refusals import ReasonMissingError, RoleForbidsError
from review.roles import BOX_KEEPERS
from review.sorting.record import Clerk
from storage import audit
from storage.contents import sheet_of
from storage.retention import boxes
from storage.tables import (
    PAPER_IN_BOX,
    BoxCheck,
    Bundle,
    Custody,
    Job,
    Page,
    PaperBox,
    SheetAct,
    SheetMove,
)

LONGEST_BOX = 32
LONGEST_PLACE = 100
LONGEST_REASON = 200


class BoxClosedError(ConflictError):
    """Nothing goes in or out: the box is proposed to be destroyed, or gone."""

    code = "box_closed"


def the_box(
    session: Session, clerk: Clerk, bundle: Bundle, *, code: str, place: str
) -> PaperBox:
    """The box of that number at the bundle's site, made where it is new.

    Raises:
        WrongCallError: a new box needs a place.
        ConflictError: it stands elsewhere, or goes or is gone.
    """
    if not code or len(code) > LONGEST_BOX or len(place) > LONGEST_PLACE:
        raise WrongCallError(
            f"Say which box, in at most {LONGEST_BOX} characters, and where it stands, "
            f"in at most {LONGEST_PLACE}."
        )
    site = session.get_one(Job, bundle.job_id).site
    found = session.scalar(
        select(PaperBox)
        .where(PaperBox.site == site, PaperBox.code == code)
        .with_for_update()
    )
    if found is None:
        return _made(session, clerk, site, code, place)
    demand_open(session, found)
    if place and place != found.place:
        raise ConflictError(
            f"Box {code} stands at {found.place}. Move the box as a whole, or take "
            "another one."
        )
    return found


def move(session: Session, clerk: Clerk, box: PaperBox, *, place: str) -> None:
    """Write down that the whole box stands elsewhere now."""
    demand_keeper(clerk)
    if not 1 <= len(place.strip()) <= LONGEST_PLACE:
        raise WrongCallError(
            f"Say where the box stands, in at most {LONGEST_PLACE} characters."
        )
    if box.gone_at is not None:
        raise BoxClosedError(f"The paper of box {box.code} is destroyed.")
    box.place = place.strip()
    session.flush()
    _record(session, clerk, box, "box.moved")


def move_sheet(
    session: Session,
    clerk: Clerk,
    page: Page,
    *,
    act: SheetAct,
    reason: str,
    to: PaperBox | None = None,
) -> None:
    """Take one sheet out of the house, into another box, or back to its bundle.

    Both sides go together.

    Raises:
        ConflictError: it is not where it would have to be, or its box is closed.
        ReasonMissingError: nobody said why.
    """
    demand_keeper(clerk)
    if not reason.strip():
        raise ReasonMissingError("Say why the sheet goes where it goes; name nobody.")
    if page.bundle_id is None:
        raise ConflictError("This page lies in no bundle.")
    here = _box_of_page(session, page)
    target = _target(session, page, act, to, here)
    for box in {here, target}:
        if box is not None:
            demand_open(session, boxes.box_of(session, box))
    for side in _sheet(session, page):
        session.add(
            SheetMove(
                page_id=side.id,
                bundle_id=page.bundle_id,
                act=act,
                paper_box_id=target,
                reason=reason.strip()[:LONGEST_REASON],
                at=clerk.now,
                by=clerk.name,
            )
        )
    session.flush()
    audit.record(
        session,
        actor=clerk.name,
        act=f"sheet.{act}",
        subject_kind="page",
        subject_id=page.id,
        now=clerk.now,
        body={"box": target, "from": here},
    )


def check(session: Session, clerk: Clerk, box: PaperBox, *, unlike: int) -> BoxCheck:
    """Write down that somebody held the sheets to check against their images.

    Args:
        unlike: how many of them are not on their image as they are on paper.
    """
    demand_keeper(clerk)
    demand_open(session, box)
    seen = boxes.to_check(session, box, boxes.sides_in(session, box))
    if not seen:
        raise ConflictError(f"Box {box.code} is empty.")
    if not 0 <= unlike <= len(seen):
        raise WrongCallError(f"Of {len(seen)} sheets, {unlike} cannot be unlike.")
    custody, moved = boxes.newest(session, box)
    found = BoxCheck(
        paper_box_id=box.id,
        looked_at=len(seen),
        unlike=unlike,
        last_custody=custody,
        last_move=moved,
        at=clerk.now,
        by=clerk.name,
    )
    session.add(found)
    session.flush()
    _record(
        session, clerk, box, "box.checked", looked_at=found.looked_at, unlike=unlike
    )
    return found


def moves_of(session: Session, box: PaperBox) -> Sequence[SheetMove]:
    """Sheets of bundles in the box that are or were elsewhere, the newest first."""
    bundles = select(PAPER_IN_BOX.c.bundle_id).where(
        PAPER_IN_BOX.c.paper_box_id == box.id
    )
    return session.scalars(
        select(SheetMove)
        .where(SheetMove.bundle_id.in_(bundles))
        .order_by(SheetMove.id.desc())
        .limit(100)
    ).all()


def demand_open(session: Session, box: PaperBox) -> None:
    """Raise BoxClosedError where nothing may go in or out."""
    if box.gone_at is not None:
        raise BoxClosedError(f"The paper of box {box.code} is destroyed.")
    if boxes.open_disposal(session, box) is not None:
        raise BoxClosedError(
            f"It is proposed that box {box.code} be destroyed; withdraw that first."
        )


def demand_keeper(clerk: Clerk) -> None:
    """Raise RoleForbidsError where boxes are none of this role's work."""
    if clerk.role not in BOX_KEEPERS:
        raise RoleForbidsError(
            f"A {clerk.role} does not keep boxes; ask "
            f"{' or '.join(sorted(role.value for role in BOX_KEEPERS))}."
        )


def _made(session: Session, clerk: Clerk, site: str, code: str, place: str) -> PaperBox:
    if not place:
        raise WrongCallError(f"Box {code} is new: say where it stands.")
    box = PaperBox(
        site=site, code=code, place=place, made_at=clerk.now, made_by=clerk.name
    )
    session.add(box)
    session.flush()
    _record(session, clerk, box, "box.made")
    return box


def _box_of_page(session: Session, page: Page) -> int | None:
    return session.scalar(
        select(PAPER_IN_BOX.c.paper_box_id).where(PAPER_IN_BOX.c.page_id == page.id)
    )


def _target(
    session: Session, page: Page, act: SheetAct, to: PaperBox | None, here: int | None
) -> int | None:
    last = session.scalars(
        select(SheetMove)
        .where(SheetMove.page_id == page.id)
        .order_by(SheetMove.id.desc())
        .limit(1)
    ).one_or_none()
    is_apart = last is not None and last.act != SheetAct.BACK
    if act is SheetAct.BACK:
        if not is_apart:
            raise ConflictError("This sheet lies with its bundle.")
        return _box_of_bundle(session, page)
    if here is None:
        raise ConflictError("This sheet lies in no box.")
    if act is SheetAct.OUT:
        return None
    if to is None or to.id == here:
        raise WrongCallError("Name another box that the sheet goes into.")
    return to.id


def _box_of_bundle(session: Session, page: Page) -> int:
    last = session.scalar(
        select(Custody.paper_box_id)
        .where(Custody.bundle_id == page.bundle_id)
        .order_by(Custody.id.desc())
        .limit(1)
    )
    if last is None:
        raise ConflictError("The bundle of this sheet lies in no box.")
    return last


def _sheet(session: Session, page: Page) -> Sequence[Page]:
    """The page with what is on the other side of its sheet."""
    wanted = sheet_of(page)
    beside = session.scalars(
        select(Page).where(Page.bundle_id == page.bundle_id).order_by(Page.id)
    ).all()
    return [one for one in beside if sheet_of(one) == wanted]


def _record(
    session: Session, clerk: Clerk, box: PaperBox, act: str, **body: int
) -> None:
    audit.record(
        session,
        actor=clerk.name,
        act=act,
        subject_kind="box",
        subject_id=box.id,
        now=clerk.now,
        body=body,
    )
