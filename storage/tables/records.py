"""The loaded register that filings are checked against."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Table


class RecordOffice(Table):
    """An office of the loaded register."""

    __tablename__ = "record_office"
    __table_args__ = (UniqueConstraint("symbol", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    symbol: Mapped[str] = mapped_column(String(16), index=True)
    number: Mapped[str] = mapped_column(String(8), index=True)
    name: Mapped[str] = mapped_column(String(200))
    owner_name: Mapped[str] = mapped_column(String(100))
    postal_code: Mapped[str] = mapped_column(String(7))
    address: Mapped[str] = mapped_column(String(300))
    phone: Mapped[str] = mapped_column(String(20))


class RecordInsured(Table):
    """An insured person of the loaded register; the body is sealed."""

    __tablename__ = "record_insured"
    __table_args__ = (UniqueConstraint("office_symbol", "serial_number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    office_symbol: Mapped[str] = mapped_column(String(16))
    serial_number: Mapped[str] = mapped_column(String(8))
    my_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    pension_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    key_id: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]

    @property
    def sealed_place(self) -> str:
        """What the seal is bound to."""
        return f"insured/{self.office_symbol}/{self.serial_number}"
