"""Which sites' papers a person or a key sees: every site's, or those it is kept to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import audit
from storage.sites import demand_site
from storage.tables import ApiToken, Person, PersonSite, TokenSite


def keep_to_sites(
    session: Session,
    owner: Person | ApiToken,
    sites: Sequence[str],
    *,
    now: datetime,
    actor: str | None = None,
) -> None:
    """Show the owner the papers of these sites alone. Raises WrongCallError."""
    for code in sites:
        demand_site(session, code)
    _set(session, owner, frozenset(sites), actor=actor, now=now)


def see_every_site(
    session: Session,
    owner: Person | ApiToken,
    *,
    now: datetime,
    actor: str | None = None,
) -> None:
    """Show the owner the papers of all sites, those to come too."""
    _set(session, owner, None, actor=actor, now=now)


def sites_of(session: Session, owner: Person | ApiToken) -> frozenset[str] | None:
    """The sites whose papers the owner sees, None where it sees all."""
    if owner.every_site:
        return None
    return frozenset(row.code for row in _rows(session, owner))


def _rows(
    session: Session, owner: Person | ApiToken
) -> Sequence[PersonSite] | Sequence[TokenSite]:
    if isinstance(owner, Person):
        return session.scalars(
            select(PersonSite).where(PersonSite.person_id == owner.id)
        ).all()
    return session.scalars(
        select(TokenSite).where(TokenSite.token_id == owner.id)
    ).all()


def _row(owner: Person | ApiToken, code: str) -> PersonSite | TokenSite:
    if isinstance(owner, Person):
        return PersonSite(person_id=owner.id, code=code)
    return TokenSite(token_id=owner.id, code=code)


def _set(
    session: Session,
    owner: Person | ApiToken,
    sites: frozenset[str] | None,
    *,
    actor: str | None,
    now: datetime,
) -> None:
    session.flush()
    before = sites_of(session, owner)
    for row in _rows(session, owner):
        session.delete(row)
    session.flush()
    owner.every_site = sites is None
    session.add_all(_row(owner, code) for code in sorted(sites or ()))
    session.flush()
    audit.record(
        session,
        actor=actor or owner.name,
        act="sites.set",
        subject_kind="person" if isinstance(owner, Person) else "token",
        subject_id=owner.id,
        now=now,
        body={"was": _listed(before), "sites": _listed(sites)},
    )


def _listed(sites: frozenset[str] | None) -> list[str] | None:
    return None if sites is None else sorted(sites)
