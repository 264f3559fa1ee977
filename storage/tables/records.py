"""The loaded register that filings are checked against."""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Table


def insured_place(office_symbol: str, known_by: str) -> str:
    """What the seal of an insured person is bound to."""
    return f"insured/{office_symbol}/{known_by}"


def payee_place(certificate_index: str) -> str:
    """What the seal of a pension is bound to."""
    return f"payee/{certificate_index}"


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


class RecordAttorney(Table):
    """A social security attorney (社労士) of the loaded register."""

    __tablename__ = "record_attorney"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(100))
    office_name: Mapped[str] = mapped_column(String(200))
    postal_code: Mapped[str] = mapped_column(String(7))
    address: Mapped[str] = mapped_column(String(300))
    phone: Mapped[str] = mapped_column(String(20))


class RecordInsured(Table):
    """An insured person of the loaded register; the body is sealed.

    The office knows them by serial number. Who works on past 75, or for other reasons
    has none, is known by the keyed index of a number of their own.
    """

    __tablename__ = "record_insured"
    __table_args__ = (UniqueConstraint("office_symbol", "known_by"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    office_symbol: Mapped[str] = mapped_column(String(16))
    known_by: Mapped[str] = mapped_column(String(64))
    my_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    pension_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    # The key it is found by; none where that was not written down yet.
    index_key: Mapped[str | None] = mapped_column(String(32))
    key_id: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]

    @property
    def sealed_place(self) -> str:
        return insured_place(self.office_symbol, self.known_by)


class RecordPayee(Table):
    """A pension that is paid, of the loaded register; the body is sealed.

    `certificate_index` finds it by the number of its certificate (年金証書).
    """

    __tablename__ = "record_payee"
    __table_args__ = (UniqueConstraint("certificate_index"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    certificate_index: Mapped[str] = mapped_column(String(64))
    my_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    pension_number_index: Mapped[str] = mapped_column(String(64), index=True)
    # The key it is found by; none where that was not written down yet.
    index_key: Mapped[str | None] = mapped_column(String(32))
    key_id: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]

    @property
    def sealed_place(self) -> str:
        return payee_place(self.certificate_index)


class RecordBranch(Table):
    """A branch of a bank."""

    __tablename__ = "record_branch"
    __table_args__ = (UniqueConstraint("bank_code", "branch_code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bank_code: Mapped[str] = mapped_column(String(4))
    branch_code: Mapped[str] = mapped_column(String(3))
    bank_name: Mapped[str] = mapped_column(String(100))
    branch_name: Mapped[str] = mapped_column(String(100))
    bank_kana: Mapped[str] = mapped_column(String(100))
    branch_kana: Mapped[str] = mapped_column(String(100))


class RecordPostcode(Table):
    """A place that a postal code stands for."""

    __tablename__ = "record_postcode"
    # The unique index begins with the code, so that it finds by the code as well.
    __table_args__ = (
        Index(
            "uq_record_postcode_place",
            "postal_code",
            "prefecture",
            "city",
            "town",
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    postal_code: Mapped[str] = mapped_column(String(7))
    prefecture: Mapped[str] = mapped_column(String(8))
    city: Mapped[str] = mapped_column(String(100))
    town: Mapped[str] = mapped_column(String(200))
