"""How a person settles a field: what is written, what is decided, what is waived."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition
from kamizero.errors import MissingError
from kamizero.model import FieldState
from review.acts import Act
from review.doubt import all_fields, fields_of
from review.grounds import AttachmentPage, Ground, ground_body, ground_text
from review.hand import Hand
from review.item import latest_version
from review.refusals import ApprovedHeadError, FieldChangedError
from review.typed import Written, written
from storage.tables import (
    HEAD,
    Entry,
    EntryState,
    Field,
    FieldVersion,
    FindingRow,
    Page,
)
from storage.values import body_of, version_body, write_correction, write_decision
from storage.vault import Vault


def settle(
    session: Session,
    vault: Vault,
    *,
    hand: Hand,
    definition: FormDefinition,
    field_name: str,
    value: str = "",
    state: FieldState = FieldState.READ,
    expected_version: int,
) -> FieldVersion:
    """Say what is written in the field; the same value again confirms it.

    `expected_version` is the `latest_version` of the field as the page showed it.

    Raises:
        StaleFenceError: the lease is lost.
        FieldChangedError: somebody else changed the field meanwhile.
        ValueRefusedError: such a field cannot hold that.
    """
    field = field_in_hand(session, hand, Act.SETTLE, field_name, expected_version)
    answer = written(definition.field(field_name), value, state=state)
    return _write_as_read(session, vault, hand, field, answer, state)


def accept(
    session: Session,
    vault: Vault,
    *,
    hand: Hand,
    field_name: str,
    expected_version: int,
) -> FieldVersion:
    """Confirm that the field was looked at and says what was read."""
    field = field_in_hand(session, hand, Act.SETTLE, field_name, expected_version)
    if field.as_written is None:
        raise MissingError(f"{field_name} was not read yet; type what it says.")
    body = body_of(field.as_written, vault)
    answer = Written(body.value, body.text)
    state = FieldState(field.as_written.state)
    return _write_as_read(session, vault, hand, field, answer, state)


def decide(
    session: Session,
    vault: Vault,
    *,
    hand: Hand,
    definition: FormDefinition,
    field_name: str,
    value: str = "",
    state: FieldState = FieldState.READ,
    ground: Ground,
    expected_version: int,
) -> FieldVersion:
    """Say what is processed instead of what is written, and why (補正).

    Raises:
        MissingError: the ground is a page of another filing.
    """
    _check_ground(session, hand.entry, ground)
    field = field_in_hand(session, hand, Act.DECIDE, field_name, expected_version)
    answer = written(definition.field(field_name), value, state=state)
    version = write_decision(
        session,
        vault,
        field,
        value=answer.value,
        text=ground_text(ground),
        state=state,
        ground=ground_body(ground),
        author=hand.actor,
        now=hand.now,
    )
    trace(session, hand, Act.DECIDE, version)
    return version


def waive(session: Session, *, hand: Hand, finding: FindingRow, why: str) -> FindingRow:
    """Let the entry pass in spite of the finding; the approver sees the reason."""
    hand.reach(session, Act.WAIVE)
    if finding.filing_id != hand.entry.filing_id:
        raise MissingError(f"Finding {finding.id} is not about this filing.")
    about = {"finding": finding.id, "rule": finding.rule}
    hand.move(session, Act.WAIVE, reason=why, about=about)
    finding.waived_by = hand.actor
    finding.waived_why = why
    finding.waived_at = hand.now
    return finding


def field_in_hand(
    session: Session, hand: Hand, act: Act, name: str, expected_version: int
) -> Field:
    """The field to write, locked, and as the person saw it."""
    hand.reach(session, act)
    # All of them, as whoever writes one has the whole filing checked again.
    all_fields(session, hand.entry.filing, anew=True)
    field = next((f for f in fields_of(session, hand.entry) if f.name == name), None)
    if field is None:
        raise MissingError(f"Entry {hand.entry.n} has no field {name}.")
    _check_head(session, field)
    _check_unchanged(session, field, expected_version)
    return field


def trace(session: Session, hand: Hand, act: Act, version: FieldVersion) -> None:
    """Leave the act's traces; the event names the version, never the value."""
    session.flush()
    about = version_body(version)
    hand.move(session, act, about=about)


def _write_as_read(
    session: Session,
    vault: Vault,
    hand: Hand,
    field: Field,
    answer: Written,
    state: FieldState,
) -> FieldVersion:
    version = write_correction(
        session,
        vault,
        field,
        value=answer.value,
        text=answer.text,
        state=state,
        author=hand.actor,
        now=hand.now,
    )
    trace(session, hand, Act.SETTLE, version)
    return version


def _check_ground(session: Session, entry: Entry, ground: Ground) -> None:
    """A ground is kept for ever: it must lead to what was looked at."""
    if not isinstance(ground, AttachmentPage):
        return
    page = session.get(Page, ground.page_id)
    if page is None or page.filing_id != entry.filing_id:
        raise MissingError(f"Page {ground.page_id} is no page of this filing.")


def _check_unchanged(session: Session, field: Field, expected: int) -> None:
    latest_id = latest_version(session, field)
    if latest_id not in (0, expected):
        latest = session.get_one(FieldVersion, latest_id)
        raise FieldChangedError(
            f"{field.name} was changed by {latest.author} at {latest.at:%H:%M} UTC; "
            "load the entry again and look at it before you change it."
        )


def _check_head(session: Session, field: Field) -> None:
    """An approved entry was signed with this head: it must not change under it."""
    if field.entry_n != HEAD:
        return
    approved = session.scalar(
        select(Entry.n).where(
            Entry.filing_id == field.filing_id, Entry.state == EntryState.APPROVED
        )
    )
    if approved is not None:
        raise ApprovedHeadError(
            f"Entry {approved} of this filing is approved with {field.name} as it "
            "stands; return this entry to its submitter instead of changing the head."
        )
