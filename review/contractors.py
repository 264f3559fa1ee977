"""Who works under a contract, and what of their work nobody checked yet."""

from datetime import datetime

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from storage.clocks import office_day
from storage.insertion import insert_once
from storage.tables import (
    ContractorWork,
    Filing,
    Inspection,
    InspectionState,
    Person,
)

_CONTRACTOR = select(Person.id).where(
    Person.name == bindparam("person"),
    or_(Person.valid_from.is_not(None), Person.valid_until.is_not(None)),
)


def is_contractor(session: Session, person: str) -> bool:
    """Whether somebody's account lasts as long as a contract."""
    return session.scalar(_CONTRACTOR, {"person": person}) is not None


def note_work(session: Session, filing: Filing, person: str, *, now: datetime) -> None:
    """Keep in mind that a contractor worked on the filing, until it is checked."""
    if is_contractor(session, person):
        insert_once(
            session,
            ContractorWork,
            filing_id=filing.id,
            person=person,
            day=office_day(now),
            drawn=False,
        )


def unchecked_filings() -> Select[int]:
    """The filings with work of a contractor that waits for its check (検品)."""
    return (
        select(ContractorWork.filing_id)
        .outerjoin(Inspection)
        .where(
            or_(
                ContractorWork.inspection_id.is_(None),
                Inspection.state == InspectionState.OPEN,
            )
        )
    )


def is_unchecked(session: Session, filing_id: int) -> bool:
    """Whether the filing is one of them."""
    query = unchecked_filings().where(ContractorWork.filing_id == filing_id).limit(1)
    return session.scalar(query) is not None
