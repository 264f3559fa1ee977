"""What stands above a field: the same column, one entry higher on the paper."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from kamizero.model import FieldState
from review.doubt import WITH_VALUES
from storage.tables import HEAD, Entry, Field
from storage.values import Body, body_of, decided_version
from storage.vault import Vault

_SAYS_SOMETHING = (FieldState.READ, FieldState.DITTO)


def bodies_above(session: Session, vault: Vault, entry: Entry) -> Mapping[str, Body]:
    """By column (`acquired_on`): what 〃 in this entry would repeat.

    Never a sensitive value: that of another person is no business of this entry.
    """
    above = entry.n - 1
    if above == HEAD:
        return {}
    fields = session.scalars(
        select(Field)
        .where(
            Field.filing_id == entry.filing_id,
            Field.entry_n == above,
            Field.sensitive.is_(False),
            Field.as_written_id.is_not(None),
        )
        .options(*WITH_VALUES)
    )
    found = ((column(field.name), decided_version(field)) for field in fields)
    return {
        name: body_of(version, vault)
        for name, version in found
        if version.state in _SAYS_SOMETHING
    }


def column(field_name: str) -> str:
    """The name without its entry (`insured.2.name_kana` → `name_kana`)."""
    return field_name.rpartition(".")[2]
