"""Who must look: straight through where nothing is doubtful, else into the queue."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from forms.definition import FormDefinition, Nature
from forms.standards import Standards
from kamizero.model import FilingKind, Role
from review.acts import Act
from review.doubt import POINTS, WORTH_A_LOOK, fields_of, open_points
from review.judgement import lay_out
from review.keying import pool
from review.keying.assigning import assign
from review.parking import is_asked_about
from review.queue import leave_unclaimed, put_in_queue
from review.suggesting.asking import ask
from review.transitions import move
from storage import balance, refiling
from storage.clocks import start_clock
from storage.tables import Entry, EntryState, Field, Filing
from storage.values import body_of, decided_version
from storage.vault import Vault

# The limits of straight-through work: a person looks at what reaches far back
# (遡及), at the over-70s, at people with two employers and at the rehired.
RETROACTIVE_AFTER = timedelta(days=60)
EVENT_DATES = ("acquired_on", "lost_on")
LIMIT_MARKS = ("over70", "over70_ended", "multiple_offices", "rehired")

# Reasons that follow from what the fields say.
ASKED_AGAIN = POINTS | {"limit", "judgement"}

MACHINE = "routing"


def route(
    session: Session,
    filing: Filing,
    *,
    definition: FormDefinition,
    vault: Vault,
    now: datetime,
    standards: Standards,
) -> bool:
    """Send each entry that is read on its way; run again, it changes nothing.

    Entries of a bundle that does not balance stay where they are: its pages may yet
    turn out to be somebody else's. Tells whether they went on.
    """
    bundle = filing.bundle
    if bundle is not None and not balance.settle(session, bundle).passes:
        return False
    if not filing.entries:
        _show_empty(session, filing, standards, now)
    assign(session, filing, vault, now=now)
    new = [entry for entry in filing.entries if entry.state == EntryState.READ]
    for entry in new:
        start_clock(session, entry, standards=standards)
    refiling.take_over(session, filing, actor=MACHINE, now=now)
    for entry in new:
        lay_out(session, entry, definition)
        _send(session, entry, _reasons(session, entry, definition, vault), now)
    return True


def _show_empty(
    session: Session, filing: Filing, standards: Standards, now: datetime
) -> None:
    """A sheet no line of which seems used still goes to a person, or it vanishes."""
    entry = Entry(n=1)
    filing.entries.append(entry)
    session.flush()
    start_clock(session, entry, standards=standards)
    _send(session, entry, ["empty"], now)


def _send(session: Session, entry: Entry, reasons: list[str], now: datetime) -> None:
    entry.reasons = reasons
    entry.straight_through = not reasons
    act = Act.QUEUE if reasons else Act.PASS
    move(session, entry, act, actor=MACHINE, role=Role.MACHINE, now=now)
    # Who sees the entry could not key it blind: reviewers come after the keyers.
    if reasons and not pool.is_in_it(session, entry):
        put_in_queue(session, entry, now=now)
    if reasons:
        ask(session, entry, now=now)


def go_on(
    session: Session,
    entry: Entry,
    *,
    definition: FormDefinition,
    vault: Vault,
    now: datetime,
) -> None:
    """Ask again who must look, now that people said what is written.

    What keeps it for another reason than its values, such as a return inside, stays.
    """
    entry.reasons = _asked_again(session, entry, definition, vault)
    if entry.reasons:
        put_in_queue(session, entry, now=now)
    else:
        move(session, entry, Act.FOLLOW, actor=MACHINE, role=Role.MACHINE, now=now)


def follow_robot(
    session: Session,
    entry: Entry,
    *,
    agreed: bool,
    definition: FormDefinition,
    vault: Vault,
    now: datetime,
) -> None:
    """Ask again who must look, now that a robot said what it found.

    Args:
        agreed: it found what was read; else nothing came nearer to its end.
    """
    entry.reasons = _asked_again(session, entry, definition, vault)
    if not agreed:
        return
    if not entry.reasons:
        _follow(session, entry, now=now)
    follow_head(session, entry.filing, now=now)


def _asked_again(
    session: Session, entry: Entry, definition: FormDefinition, vault: Vault
) -> list[str]:
    kept = [one for one in entry.reasons if one.partition(":")[0] not in ASKED_AGAIN]
    return [*kept, *_reasons(session, entry, definition, vault)]


def _reasons(
    session: Session, entry: Entry, definition: FormDefinition, vault: Vault
) -> list[str]:
    return [
        *open_points(session, entry, severities=WORTH_A_LOOK),
        *_limits_of_form(entry.filing, definition),
        *_limits_of_entry(session, entry, vault),
    ]


def _limits_of_form(filing: Filing, definition: FormDefinition) -> list[str]:
    limits = []
    if definition.nature is not Nature.NOTICE:
        limits.append("limit:nature")
    # It changes what is in force already, so somebody compares it with that.
    if filing.kind != FilingKind.NEW:
        limits.append(f"limit:{filing.kind}")
    return limits


def _limits_of_entry(session: Session, entry: Entry, vault: Vault) -> list[str]:
    values = {
        field.name.rpartition(".")[2]: _decided(field, vault)
        for field in fields_of(session, entry)
        if field.entry_n == entry.n
    }
    limits = [f"limit:{mark}" for mark in LIMIT_MARKS if values.get(mark) == "1"]
    dates = (values.get(name, "") for name in EVENT_DATES)
    if any(_reaches_back(value, entry.filing.received_on) for value in dates):
        limits.append("limit:retroactive")
    return limits


def _decided(field: Field, vault: Vault) -> str:
    # A sealed value decides no limit: it stays closed.
    if field.sensitive or field.as_written is None:
        return ""
    return body_of(decided_version(field), vault).value


def _reaches_back(value: str, received_on: date) -> bool:
    return bool(value) and received_on - date.fromisoformat(value) > RETROACTIVE_AFTER


def follow_head(session: Session, filing: Filing, *, now: datetime) -> None:
    """Let entries go that waited for the head of the form alone, once it is settled.

    One that somebody sent or took back stays with people.
    """
    for entry in filing.entries:
        if _waits_for_head_alone(session, entry):
            _follow(session, entry, now=now)


def _follow(session: Session, entry: Entry, *, now: datetime) -> None:
    """Let an entry go that needs no person; not one in hands or asked about."""
    if not is_asked_about(session, entry) and leave_unclaimed(session, entry, now=now):
        move(session, entry, Act.FOLLOW, actor=MACHINE, role=Role.MACHINE, now=now)


def _waits_for_head_alone(session: Session, entry: Entry) -> bool:
    return (
        entry.state == EntryState.IN_REVIEW
        and all(reason.startswith("head:") for reason in entry.reasons)
        and not open_points(session, entry, severities=WORTH_A_LOOK)
    )
