"""What the ledger said, day by day."""

from datetime import date, datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Instant, Table


class LedgerRun(Table):
    """The ledger of the whole house as one business day found it."""

    __tablename__ = "ledger_run"

    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    balances: Mapped[bool]
    # How many differences there are of each kind.
    differences: Mapped[dict[str, int]] = mapped_column(JSON)
