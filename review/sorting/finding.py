"""Finding a bundle by what somebody has in hand: its number, its id, its receipt."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.code import parse_receipt
from kamizero.errors import ConflictError, MissingError
from storage.contents import holds_something
from storage.tables import Bundle, Job

MOST = 50


class SeveralBundlesError(ConflictError):
    """More than one bundle has this number; the id says which."""

    code = "several_bundles"


def find_bundles(session: Session, words: str, *, site: str = "") -> Sequence[Bundle]:
    """The bundles meant by these words, the newest first.

    Args:
        words: a receipt's code, `#12` for an id, else the number on the separator,
            with or without the zeros before it.
        site: only what was received there; everywhere where it is empty.
    """
    words = words.strip()
    bundle_id = parse_receipt(words)
    if bundle_id is None and words.startswith("#") and words[1:].isdecimal():
        bundle_id = int(words[1:])
    if bundle_id is not None:
        found = session.get(Bundle, bundle_id)
        return [found] if found else []
    if not words:
        return []
    query = select(Bundle).where(
        Bundle.number.in_({words, words.lstrip("0") or "0"}), holds_something()
    )
    if site:
        query = query.join(Job, Job.id == Bundle.job_id).where(Job.site == site)
    return session.scalars(query.order_by(Bundle.id.desc()).limit(MOST)).all()


def the_bundle(session: Session, words: str, *, site: str) -> Bundle:
    """The one that is meant.

    Raises:
        MissingError: there is none.
        SeveralBundlesError: there are several.
    """
    found = find_bundles(session, words, site=site)
    if not found:
        raise MissingError(f"There is no bundle {words!r} at {site}.")
    if len(found) > 1:
        ids = ", ".join(f"#{bundle.id}" for bundle in found)
        raise SeveralBundlesError(f"Several bundles have this number: {ids}.")
    return found[0]
