"""Who may come in, and what programs that came in were answered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import Id, Instant, Table


class Person(Table):
    """Somebody who may log in."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(32))
    password_hash: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8), default="ja")
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    active: Mapped[bool] = mapped_column(default=True)
    # False where the person sees the sites of `person_site` alone, or none.
    every_site: Mapped[bool] = mapped_column(default=True, server_default=text("TRUE"))
    last_login_at: Mapped[datetime | None] = mapped_column(Instant)
    # The first and the last day somebody is let in, as a contract says them.
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),
        # Or a day would come on which nobody can give out rights.
        CheckConstraint(
            "role <> 'administrator' OR (valid_from IS NULL AND valid_until IS NULL)",
            name="administrator_has_no_last_day",
        ),
    )


class PersonSite(Table):
    """A site whose papers a person sees, where they do not see every site's."""

    __tablename__ = "person_site"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("site.code"), primary_key=True)


class TokenSite(Table):
    """A site whose papers a key reaches, where it does not reach every site's."""

    __tablename__ = "token_site"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("site.code"), primary_key=True)


class LoginSession(Table):
    """A browser that is logged in; only the token's hash is kept."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship()


class ApiToken(Table):
    """A robot's or system's key to the API; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(32))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    every_site: Mapped[bool] = mapped_column(default=True, server_default=text("TRUE"))
    expires_at: Mapped[datetime] = mapped_column(Instant)


class ClientSecret(Table):
    """What a client shows to get a short-lived key; only its hash is kept.

    Two are good at once while one is exchanged for the other.
    """

    __tablename__ = "client_secret"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    # None while it is the one that is given out.
    ends_at: Mapped[datetime | None] = mapped_column(Instant)


class AccessToken(Table):
    """A short-lived key of a client; it reaches no further than the client."""

    __tablename__ = "access_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(Instant)

    client: Mapped[ApiToken] = relationship()


class IdempotentAnswer(Table):
    """The first answer to a POST, given again to the same key and body."""

    __tablename__ = "idempotent_answer"

    caller: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime] = mapped_column(Instant)
    # When whoever works on it said last that they live.
    alive_at: Mapped[datetime | None] = mapped_column(Instant)
