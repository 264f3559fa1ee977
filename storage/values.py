"""What fields say: versions that stay, values that can be erased.

A version is append-only and carries a commitment; its value lies in one row beside
it, sealed where the field is sensitive. Erasing removes that row alone.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from forms.grammar.my_numbers import holds_my_number
from forms.headings import Heading
from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Candidate, FieldState, Reading
from storage.cards import cards_of
from storage.tables import AuthorKind, Card, Field, FieldValue, FieldVersion, Purpose
from storage.vault import Index, Sealed, Vault

# The event of a filing's first reading.
READ = "filing.read"

# The kind of ground of a version that only brings an older one back.
TAKEN_BACK = "taken_back"

_LATEST_SEQ = select(func.max(FieldVersion.seq)).where(
    FieldVersion.field_id == bindparam("field_id")
)


@dataclass(frozen=True, slots=True)
class Body:
    """The part of a version that is erased with it.

    Attributes:
        text: the writing; of a decision, the words of its ground that name people.
        candidates: how else it could be read, most probable first.
    """

    value: str
    text: str
    candidates: tuple[Candidate, ...] = ()


def write_reading(
    session: Session, vault: Vault, field: Field, reading: Reading, *, now: datetime
) -> FieldVersion:
    """Add what the machine read; it becomes what is written."""
    version = FieldVersion(**read_columns(reading, now=now))
    body = Body(reading.value, reading.text, reading.alternatives)
    field.as_written = _add(session, vault, field, version, body)
    return version


def read_columns(reading: Reading, *, now: datetime) -> dict[str, Any]:
    """What a version says of a reading."""
    return {
        "purpose": Purpose.AS_WRITTEN,
        "author_kind": AuthorKind.ENGINE,
        "author": reading.engine,
        "at": now,
        "state": reading.state,
        "confidence": reading.confidence,
        "accepted": reading.accepted,
        "chosen_by": reading.chosen_by,
        "grounds": list(reading.grounds),
    }


def write_correction(
    session: Session,
    vault: Vault,
    field: Field,
    *,
    value: str,
    state: FieldState,
    author: str,
    now: datetime,
    text: str | None = None,
    accepted: bool = True,
    ground: Mapping[str, Any] | None = None,
    author_kind: AuthorKind = AuthorKind.PERSON,
) -> FieldVersion:
    """Add what a person or robot says is written; it becomes what is written.

    Args:
        text: the writing, where it differs from the canonical value.
        accepted: nothing is left to doubt, since a person looked at it.
        ground: why, as ids and codes; kept for ever, so nothing that names people.
    """
    version = FieldVersion(
        purpose=Purpose.AS_WRITTEN,
        author_kind=author_kind,
        author=author,
        at=now,
        state=state,
        accepted=accepted,
        grounds=[],
        ground=dict(ground) if ground else None,
    )
    body = Body(value, value if text is None else text)
    field.as_written = _add(session, vault, field, version, body)
    return version


def write_decision(
    session: Session,
    vault: Vault,
    field: Field,
    *,
    value: str,
    state: FieldState,
    ground: Mapping[str, Any],
    author: str,
    now: datetime,
    text: str = "",
    author_kind: AuthorKind = AuthorKind.PERSON,
) -> FieldVersion:
    """Add what is processed instead of what is written, and why.

    Args:
        ground: its `kind`, ids and codes; kept for ever, so nothing that names
            people.
        text: the words of the ground (whom, what they answered); erased with the
            value.
    """
    if not ground.get("kind"):
        raise WrongCallError(
            f"{field.name}: a decision needs a ground. Say whom you asked, which "
            "page or which record shows it."
        )
    version = FieldVersion(
        purpose=Purpose.AS_DECIDED,
        author_kind=author_kind,
        author=author,
        at=now,
        state=state,
        accepted=True,
        grounds=[],
        ground=dict(ground),
    )
    field.as_decided = _add(session, vault, field, version, Body(value, text))
    return version


def write_proposal(
    session: Session,
    vault: Vault,
    field: Field,
    *,
    value: str,
    text: str,
    state: FieldState,
    purpose: Purpose,
    ground: Mapping[str, Any],
    author: str,
    now: datetime,
) -> FieldVersion:
    """Add what the field will say once somebody else approves it; it does not yet."""
    version = FieldVersion(
        purpose=purpose,
        author_kind=AuthorKind.PERSON,
        author=author,
        at=now,
        state=state,
        accepted=True,
        grounds=[],
        ground=dict(ground),
    )
    return _add(session, vault, field, version, Body(value, text), in_force=False)


def write_suggestion(
    session: Session,
    vault: Vault,
    field: Field,
    *,
    value: str,
    text: str,
    ground: Mapping[str, Any],
    author: str,
    now: datetime,
) -> FieldVersion:
    """Add what a robot found elsewhere; it stands beside what the field says."""
    version = FieldVersion(
        purpose=Purpose.AS_WRITTEN,
        author_kind=AuthorKind.ROBOT,
        author=author,
        at=now,
        state=FieldState.READ,
        accepted=False,
        grounds=[],
        ground=dict(ground),
    )
    body = Body(value, text)
    field.suggested = _add(session, vault, field, version, body, in_force=False)
    return version


def write_support(
    session: Session,
    vault: Vault,
    field: Field,
    *,
    author: str,
    grounds: Sequence[str],
    now: datetime,
    author_kind: AuthorKind = AuthorKind.ENGINE,
) -> FieldVersion:
    """Accept a doubtful reading because something independent of it agrees.

    The reading stays as it was; a version after it says the same, and why.
    """
    reading = field.as_written
    if reading is None:
        raise ValueError(f"{field.name} was never read")
    version = FieldVersion(
        purpose=Purpose.AS_WRITTEN,
        author_kind=author_kind,
        author=author,
        at=now,
        state=reading.state,
        confidence=reading.confidence,
        accepted=True,
        chosen_by=reading.chosen_by,
        grounds=[*reading.grounds, *grounds],
    )
    body = body_of(reading, vault)
    field.as_written = _add(session, vault, field, version, body)
    return version


def write_again(
    session: Session,
    vault: Vault,
    field: Field,
    *,
    before: FieldVersion,
    taken_back: FieldVersion,
    author: str,
    now: datetime,
) -> FieldVersion:
    """Add what `before` said once more, in place of the change taken back."""
    version = FieldVersion(
        purpose=taken_back.purpose,
        author_kind=AuthorKind.PERSON,
        author=author,
        at=now,
        state=before.state,
        confidence=before.confidence,
        # A doubtful reading is as doubtful as it was, and so is one that a robot's
        # suggestion stands beside.
        accepted=before.accepted and not _is_challenged(field, before),
        chosen_by=before.chosen_by,
        grounds=list(before.grounds),
        ground={"kind": TAKEN_BACK, "version": taken_back.id, "again": before.id},
    )
    added = _add(session, vault, field, version, body_of(before, vault))
    if version.purpose == Purpose.AS_DECIDED:
        field.as_decided = added
    else:
        field.as_written = added
    return added


def _is_challenged(field: Field, version: FieldVersion) -> bool:
    """Tell whether a robot found something else than what no person has said."""
    by_person = version.author_kind == AuthorKind.PERSON
    return field.suggested_id is not None and not by_person


def version_body(version: FieldVersion) -> dict[str, int | str]:
    """What the event of a change says of it: never the value."""
    return {
        "field": version.field_id,
        "field_version": version.id,
        "commitment": version.commitment,
    }


def reading_digest(versions: Iterable[tuple[int, str]]) -> str:
    """One hash over ids and commitments, for the event that tells of them all."""
    return hashlib.sha256(
        rfc8785.dumps([list(one) for one in sorted(versions)])
    ).hexdigest()


def body_of(version: FieldVersion, vault: Vault) -> Body:
    """The value of a version, opened where it is sealed.

    Raises:
        MissingError: it was erased.
    """
    row = version.value
    if row is None:
        raise MissingError(f"The value of field version {version.id} was erased.")
    if row.sealed is None or row.key_id is None:
        return _body(row.body or {})
    sealed = Sealed(key_id=row.key_id, data=row.sealed)
    plain = vault.open(sealed, bound_to=sealed_place(version.field_id, version.seq))
    return _body(json.loads(plain))


def decided_version(field: Field) -> FieldVersion:
    """The version that is processed. Raises MissingError before the first reading."""
    version = field.as_decided or field.as_written
    if version is None:
        raise MissingError(f"{field.name} was not read yet.")
    return version


def decided_versions(fields: Iterable[Field]) -> Mapping[str, int]:
    """By name the number of the version that counts, of every field that has one."""
    return {
        field.name: version.id
        for field in fields
        if (version := field.as_decided or field.as_written) is not None
    }


def erase(session: Session, field: Field) -> int:
    """Destroy every value the field ever had, salts and index cards with them.

    Versions and their commitments stay, so chain, manifests and signatures still
    verify.
    """
    session.flush()
    ids = select(FieldVersion.id).where(FieldVersion.field_id == field.id)
    gone = session.scalars(
        delete(FieldValue)
        .where(FieldValue.version_id.in_(ids))
        .returning(FieldValue.version_id)
        .execution_options(synchronize_session="fetch")
    ).all()
    for version in session.identity_map.values():
        if isinstance(version, FieldVersion) and version.field_id == field.id:
            session.expire(version, ["value"])
    return len(gone)


def come_into_force(vault: Vault, field: Field, version: FieldVersion) -> None:
    """Let the filing be found by what a version says from now on."""
    if version.value is not None:
        value = body_of(version, vault).value
        version.value.cards = index_cards(vault.index(), field, value)


def _add(
    session: Session,
    vault: Vault,
    field: Field,
    version: FieldVersion,
    body: Body,
    *,
    in_force: bool = True,
) -> FieldVersion:
    """Write a version down; nobody finds the filing by one that is not in force."""
    if field.id is None:
        session.add(field)
        session.flush()
    if holds_misplaced_number(field, body):
        # Written where it does not belong, it is sealed there from now on, and goes
        # with the others when their time is over.
        field.sensitive = field.misplaced_number = True
    version.field_id = field.id
    version.seq = _next_seq(session, field)
    commitment = vault.commitment(body.value)
    version.commitment = commitment.hex
    version.value = FieldValue(**value_columns(vault, field, version.seq, body))
    version.value.salt = commitment.salt
    if in_force:
        version.value.cards = index_cards(vault.index(), field, body.value)
    session.add(version)
    return version


def holds_misplaced_number(field: Field, body: Body) -> bool:
    """A My Number stands in a field that none belongs into."""
    if field.sensitive:
        return False
    others = (text for one in body.candidates for text in (one.value, one.text))
    return holds_my_number(body.value, body.text, *others)


def _next_seq(session: Session, field: Field) -> int:
    if field.as_written is None and field.as_decided is None:
        return 1
    return (session.scalar(_LATEST_SEQ, {"field_id": field.id}) or 0) + 1


def value_columns(vault: Vault, field: Field, seq: int, body: Body) -> dict[str, Any]:
    """How the value of a version is kept: open, or sealed."""
    if not field.sensitive:
        return {"body": _json(body), "sealed": None, "key_id": None}
    plain = json.dumps(_json(body), ensure_ascii=False).encode()
    sealed = vault.seal(plain, bound_to=sealed_place(field.id, seq))
    return {"body": None, "sealed": sealed.data, "key_id": sealed.key_id}


def index_cards(index: Index, field: Field, value: str) -> list[Card]:
    """What a value of the field is found by while it is in force."""
    if field.heading is None:
        return []
    return cards_of(
        index,
        Heading(field.heading),
        value,
        filing_id=field.filing_id,
        entry_n=field.entry_n,
    )


def sealed_place(field_id: int, seq: int) -> str:
    """What the seal of a version's value is bound to."""
    return f"field/{field_id}/version/{seq}"


def _json(body: Body) -> dict[str, Any]:
    return {
        "value": body.value,
        "text": body.text,
        "candidates": [
            [other.value, other.text, other.probability] for other in body.candidates
        ],
    }


def _body(kept: Mapping[str, Any]) -> Body:
    return Body(
        value=kept["value"],
        text=kept["text"],
        candidates=tuple(Candidate(*other) for other in kept["candidates"]),
    )
