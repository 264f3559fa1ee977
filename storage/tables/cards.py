"""The index that filings are looked for in, and what somebody looks for."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from forms.headings import Heading
from storage.columns import Id, Instant, Table, one_of
from storage.tables.look_ups import LookUpReason
from storage.words import Words

_ROW = ("filing_id", "entry_n")


def _by(column: str) -> Index:
    """Rows of one heading by what they say, and nothing else of the table read."""
    there = text(f"{column} IS NOT NULL")
    return Index(
        f"ix_card_{column}",
        "heading",
        column,
        *_ROW,
        sqlite_where=there,
        postgresql_where=there,
    )


class Card(Table):
    """One word, day or amount that the value of a version is found by.

    It goes with the value, and with the version's being in force: the database drops
    it where the value is erased or the field points to another version.
    Words are there as keyed tokens alone.
    """

    __tablename__ = "card"
    __table_args__ = (
        one_of("heading", Heading),
        CheckConstraint(
            "(token IS NOT NULL AND day IS NULL AND amount IS NULL AND "
            "heading IN ('name', 'office', 'number')) OR "
            "(day IS NOT NULL AND token IS NULL AND amount IS NULL AND "
            "heading IN ('birth', 'day')) OR "
            "(amount IS NOT NULL AND token IS NULL AND day IS NULL AND "
            "heading = 'amount')",
            name="says_what_its_heading_is",
        ),
        CheckConstraint(
            "index_key IS NULL OR token IS NOT NULL", name="a_key_is_of_a_token"
        ),
        _by("token"),
        _by("day"),
        _by("amount"),
        Index("ix_card_filing_id", *_ROW, "heading"),
    )

    version_id: Mapped[int] = mapped_column(
        ForeignKey("field_value.version_id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    entry_n: Mapped[int]
    heading: Mapped[str] = mapped_column(String(8))
    token: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    # The key the token was made with; none where that was not written down yet.
    index_key: Mapped[str | None] = mapped_column(String(32))
    day: Mapped[date | None]
    amount: Mapped[int | None] = mapped_column(Id)


class Search(Table):
    """What one visit looks for; what was asked is sealed, and goes within a day."""

    __tablename__ = "search"
    __table_args__ = (one_of("reason", LookUpReason),)

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Words(300), default="")
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    key_id: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]

    @property
    def sealed_place(self) -> str:
        """What the seal is bound to."""
        return f"search/{self.name}"
