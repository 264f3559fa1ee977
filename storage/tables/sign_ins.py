"""Who comes in by the account they have at a provider, and sign-ins on their way."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table
from storage.tables.visitors import Person


class PersonIdentity(Table):
    """The account at a provider that opens a person's account here.

    The first sign-in ties it to the provider's own number of the person, which is
    never given again; from then on the name alone opens nothing.
    """

    __tablename__ = "person_identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        CheckConstraint(
            "(issuer IS NULL) = (subject IS NULL)", name="subject_has_an_issuer"
        ),
    )

    person_id: Mapped[int] = mapped_column(
        Id, ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    account: Mapped[str] = mapped_column(String(100), unique=True)
    issuer: Mapped[str | None] = mapped_column(String(300))
    subject: Mapped[str | None] = mapped_column(String(255))

    person: Mapped[Person] = relationship()


class SignInAttempt(Table):
    """A browser that was sent to the provider; gone with its first answer."""

    __tablename__ = "sign_in_attempt"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(64))
    back: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(Instant)
