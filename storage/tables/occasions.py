"""The index by which a filing finds others that tell of the same."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Table


class OccasionCard(Table):
    """One keyed token of whom an entry names and what it tells of.

    It goes with the value that names the person.
    """

    __tablename__ = "occasion_card"

    version_id: Mapped[int] = mapped_column(
        ForeignKey("field_value.version_id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    entry_n: Mapped[int]
    token: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    # Which key it is found by.
    index_key: Mapped[str] = mapped_column(String(32))
