"""What a visit asked is kept sealed for a day, so that no address or log says it.

The event of a search says who asked, why, and by what; never what was looked for.
"""

import secrets
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlalchemy.orm import Session

from kamizero.errors import MissingError
from storage import audit
from storage.look_ups import demand_note
from storage.searches.criteria import Criteria
from storage.tables import LookUpReason, Search
from storage.vault import Sealed, Vault

# Longer than anybody stays logged in.
KEPT_FOR = timedelta(hours=24)
_BODY = TypeAdapter(Criteria)


def begin(
    session: Session,
    vault: Vault,
    asked: Criteria,
    *,
    visit: str,
    who: str,
    reason: LookUpReason,
    note: str = "",
    now: datetime,
) -> str:
    """Keep what a visit looks for; return the name to ask for its hits by.

    Raises:
        WrongCallError: another reason is not said in words, or in too many.
    """
    note = demand_note(reason, note)
    session.execute(delete(Search).where(Search.at < now - KEPT_FOR))
    row = Search(
        name=secrets.token_hex(16), visit=visit, reason=reason, note=note, at=now
    )
    sealed = vault.seal(_BODY.dump_json(asked), bound_to=row.sealed_place)
    row.key_id, row.sealed = sealed.key_id, sealed.data
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=who,
        act="filings.searched",
        subject_kind="search",
        subject_id=row.name,
        now=now,
        body={"reason": reason.value, "by": list(asked.asked)},
    )
    return row.name


def search_of(session: Session, name: str, *, visit: str) -> Search:
    """A search of this visit. Raises MissingError."""
    found = session.get(Search, name)
    if found is None or found.visit != visit:
        raise MissingError("This search is over. Ask again.")
    return found


def criteria_of(search: Search, vault: Vault) -> Criteria:
    """What is looked for."""
    sealed = Sealed(key_id=search.key_id, data=search.sealed)
    return _BODY.validate_json(vault.open(sealed, bound_to=search.sealed_place))
