"""What an approver looks at: what people changed, what nobody saw, what was waived."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.doubt import fields_of, findings_on
from review.item import (
    ShownFinding,
    ShownValue,
    shown_finding,
    shown_or_none,
    shown_value,
)
from storage.tables import AuthorKind, Entry, Field, FieldVersion
from storage.values import body_of
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Change:
    """One version by a person beside the one it followed.

    `before` is None for the first version of its purpose. `same_value` marks a
    confirmation: somebody looked and agreed.
    """

    field_name: str
    purpose: str
    before: ShownValue | None
    after: ShownValue
    same_value: bool


def what_changed(session: Session, vault: Vault, entry: Entry) -> list[Change]:
    """Every version by a person, field by field, sensitive values masked."""
    return [
        change
        for field in fields_of(session, entry)
        for change in _changes(field, _versions(session, field), vault)
    ]


def what_nobody_saw(session: Session, entry: Entry) -> list[str]:
    """The fields that go out as the machine read them, a robot agreeing or not."""
    return [
        field.name
        for field in fields_of(session, entry)
        if field.as_decided is None
        and field.as_written is not None
        and field.as_written.author_kind != AuthorKind.PERSON
    ]


def what_was_waived(session: Session, entry: Entry) -> list[ShownFinding]:
    """The findings somebody let pass, with who and why."""
    return [
        shown_finding(row)
        for row in findings_on(session, entry)
        if row.waived_by is not None
    ]


def _versions(session: Session, field: Field) -> Sequence[FieldVersion]:
    return session.scalars(
        select(FieldVersion)
        .where(FieldVersion.field_id == field.id)
        .order_by(FieldVersion.seq)
    ).all()


def _changes(
    field: Field, versions: Sequence[FieldVersion], vault: Vault
) -> list[Change]:
    return [
        _change(field, before, after, vault)
        for before, after in pairwise((None, *versions))
        if after is not None and after.author_kind == AuthorKind.PERSON
    ]


def _change(
    field: Field, before: FieldVersion | None, after: FieldVersion, vault: Vault
) -> Change:
    masked = field.sensitive
    return Change(
        field_name=field.name,
        purpose=after.purpose,
        before=shown_or_none(before, vault, masked=masked),
        after=shown_value(after, vault, masked=masked),
        same_value=before is not None and _say_the_same(before, after, vault),
    )


def _say_the_same(one: FieldVersion, other: FieldVersion, vault: Vault) -> bool:
    return (
        one.state == other.state
        and body_of(one, vault).value == body_of(other, vault).value
    )
