"""How each destination stands, and the files it got."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delivery.exports.destinations import terms_of
from delivery.exports.sealing import shown_hash
from delivery.exports.terms import Terms
from storage.tables import (
    Delivery,
    DeliveryState,
    ExportBlock,
    ExportDestination,
    ExportFile,
)

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """One destination: its deliveries by state, and its last files, newest first.

    Attributes:
        hashes: of what lies there, by the file's id.
    """

    destination: ExportDestination
    terms: Terms
    counts: Mapping[DeliveryState, int]
    blocked: int
    files: Sequence[ExportFile]
    hashes: Mapping[int, str]


def standing_of(session: Session, destination: ExportDestination) -> Standing:
    ours = Delivery.subscriber == destination.subscriber
    counts = session.execute(
        select(Delivery.state, func.count()).where(ours).group_by(Delivery.state)
    )
    found = {DeliveryState(state): count for state, count in counts}
    blocked = session.scalar(
        select(func.count())
        .select_from(ExportBlock)
        .join(Delivery, Delivery.id == ExportBlock.delivery_id)
        .where(ours, ExportBlock.how.is_(None))
    )
    files = session.scalars(
        select(ExportFile)
        .where(ExportFile.destination_id == destination.id)
        .order_by(ExportFile.number.desc())
        .limit(_SHOWN)
    ).all()
    return Standing(
        destination=destination,
        terms=terms_of(destination),
        counts={state: found.get(state, 0) for state in DeliveryState},
        blocked=blocked or 0,
        files=files,
        hashes={one.id: shown_hash(session, one) for one in files},
    )


def find_file(
    session: Session, destination: ExportDestination, number: int
) -> ExportFile | None:
    """The file of that number."""
    return session.scalars(
        select(ExportFile).where(
            ExportFile.destination_id == destination.id, ExportFile.number == number
        )
    ).one_or_none()
