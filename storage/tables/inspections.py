"""Contractors' work (委託先の作業), and the lots it is checked in (検品)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table, one_of
from storage.tables.filings import Filing
from storage.tables.lots import Verdict

_UNCHECKED = text("inspection_id IS NULL")


class InspectionState(StrEnum):
    OPEN = "open"
    PASSED = "passed"
    RETURNED = "returned"


class Inspection(Table):
    """One contractor's filings of one day and form, checked by a sample."""

    __tablename__ = "inspection"
    __table_args__ = (
        one_of("state", InspectionState),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="end_has_a_time"),
        CheckConstraint("opened_by <> contractor", name="nobody_checks_own_work"),
        CheckConstraint("allowed >= 0", name="some_are_allowed"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contractor: Mapped[str] = mapped_column(String(100))
    day: Mapped[date] = mapped_column(Date)
    form: Mapped[str] = mapped_column(String(16))
    # How many of the sample may be wrong, as agreed with the contractor.
    allowed: Mapped[int]
    opened_by: Mapped[str] = mapped_column(String(100))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16), default=InspectionState.OPEN)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    works: Mapped[list["ContractorWork"]] = relationship(
        back_populates="inspection", order_by="ContractorWork.filing_id"
    )


class ContractorWork(Table):
    """Somebody under a contract worked on a filing: nobody approves it unchecked.

    It waits for a lot (`inspection_id` is empty), is in an open one, or was checked.
    """

    __tablename__ = "contractor_work"
    __table_args__ = (
        one_of("verdict", Verdict),
        CheckConstraint("verdict IS NULL OR drawn", name="only_drawn_are_judged"),
        Index(
            "uq_contractor_work_unchecked",
            "filing_id",
            "person",
            unique=True,
            sqlite_where=_UNCHECKED,
            postgresql_where=_UNCHECKED,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    person: Mapped[str] = mapped_column(String(100))
    day: Mapped[date] = mapped_column(Date)
    inspection_id: Mapped[int | None] = mapped_column(
        ForeignKey("inspection.id"), index=True
    )
    drawn: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[str | None] = mapped_column(String(16))
    judged_by: Mapped[str | None] = mapped_column(String(100))

    filing: Mapped[Filing] = relationship()
    inspection: Mapped[Inspection | None] = relationship(back_populates="works")
