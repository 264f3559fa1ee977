"""The sites (拠点) of an installation: papers are received at known ones alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.errors import ConflictError, WrongCallError
from storage import audit
from storage.insertion import insert_once
from storage.tables import Site

LONGEST_CODE = 16
LONGEST_NAME = 100


def add_site(
    session: Session, *, code: str, name: str, actor: str, now: datetime
) -> Site:
    """Make a site known.

    Raises:
        ConflictError: it is known already.
        WrongCallError: the code or the name cannot be.
    """
    demand_code(code)
    if not (1 <= len(name) <= LONGEST_NAME and name.isprintable()):
        raise WrongCallError(
            f"A site's name has 1 to {LONGEST_NAME} printable characters."
        )
    if not insert_once(session, Site, code=code, name=name):
        raise ConflictError(f"There already is a site {code}.")
    audit.record(
        session,
        actor=actor,
        act="site.added",
        subject_kind="site",
        subject_id=code,
        now=now,
    )
    return session.get_one(Site, code)


def know(session: Session, code: str) -> None:
    """Make the installation's own site known, which its settings name."""
    demand_code(code)
    insert_once(session, Site, code=code, name=code)


def all_sites(session: Session) -> Sequence[Site]:
    """The known sites, by code."""
    return session.scalars(select(Site).order_by(Site.code)).all()


def demand_site(session: Session, code: str) -> None:
    """Raise WrongCallError where no site has this code; it says which there are."""
    if session.get(Site, code) is None:
        known = ", ".join(site.code for site in all_sites(session)) or "none"
        raise WrongCallError(
            f"There is no site {code!r}; known are: {known}. Choose one of them, or "
            "let an administrator add it with `kamizero site add`."
        )


def demand_code(code: str) -> None:
    """Raise WrongCallError where no site can have this code."""
    if not (1 <= len(code) <= LONGEST_CODE and code.isprintable()) or " " in code:
        raise WrongCallError(
            f"A site's code has 1 to {LONGEST_CODE} printable characters and no space."
        )
