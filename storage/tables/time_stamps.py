"""What an outside authority stamped (RFC 3161), and where its reply is kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Id, Instant, Table, one_of


class Stamped(StrEnum):
    """What a stamp is over: the bytes of one object of the store."""

    MANIFEST = "manifest"
    HEAD = "head"
    # An earlier stamp, whose certificate ends.
    STAMP = "stamp"


class TimeStamp(Table):
    """One stamp over one kept object; append-only.

    `subject` is the id of the approval, the number of the head, or the id of the
    earlier stamp; `over_…` is the object whose bytes were stamped, `store_…` the
    reply as it came.
    """

    __tablename__ = "time_stamp"
    __table_args__ = (
        one_of("kind", Stamped),
        Index("ix_time_stamp_subject", "kind", "subject"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[int] = mapped_column(Id)
    over_sha256: Mapped[str] = mapped_column(String(64))
    over_key: Mapped[str] = mapped_column(String(200))
    over_version: Mapped[str] = mapped_column(String(200))
    authority: Mapped[str] = mapped_column(String(500))
    # False for the demo's, whose key lies on the same machine.
    is_proof: Mapped[bool]
    # By our clock, and by the authority's.
    kept_at: Mapped[datetime] = mapped_column(Instant)
    stamped_at: Mapped[datetime] = mapped_column(Instant)
    serial: Mapped[str] = mapped_column(String(64))
    policy: Mapped[str] = mapped_column(String(200))
    # When the certificate that signed it ends.
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    store_key: Mapped[str] = mapped_column(String(200))
    store_version: Mapped[str] = mapped_column(String(200))
