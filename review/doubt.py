"""What is still open about an entry: the points that keep it with people."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from kamizero.model import FieldState, PageKind, Severity
from storage.tables import (
    BLIND,
    HEAD,
    AuthorKind,
    Entry,
    Field,
    FieldVersion,
    Filing,
    FindingRow,
    Judgement,
    Mode,
    Page,
)

# The code of a field that waits to be keyed, and the ground of what was keyed.
KEY = "key"
KEYED = "keyed"

# The codes of what can be settled, so that nothing of it is left.
POINTS = frozenset({KEY, "check", "head", "doubtful", "undecided", "finding", "page"})

BLOCKING = frozenset({Severity.ERROR.value})
WORTH_A_LOOK = BLOCKING | {Severity.WARNING.value}

# Fields come with what they say: one by one, each value would be a query of its own.
WITH_VALUES = (
    joinedload(Field.as_written).joinedload(FieldVersion.value),
    joinedload(Field.as_decided).joinedload(FieldVersion.value),
)

# Asked at every act of a person: to build a statement takes longer than to run it.
_FIELDS = (
    select(Field)
    .where(Field.filing_id == bindparam("filing_id"))
    .options(*WITH_VALUES)
    .order_by(Field.position)
)
_FINDINGS = (
    select(FindingRow)
    .where(FindingRow.filing_id == bindparam("filing_id"))
    .order_by(FindingRow.id)
    .execution_options(populate_existing=True)
)
_JUDGEMENTS = (
    select(Judgement.point)
    .where(Judgement.entry_id == bindparam("entry_id"), Judgement.judged_by.is_(None))
    .order_by(Judgement.id)
)
_FAILED_PAGES = (
    select(Page.number)
    .where(Page.filing_id == bindparam("filing_id"), Page.kind == PageKind.FAILED)
    .order_by(Page.number)
)


def fields_of(session: Session, entry: Entry) -> Sequence[Field]:
    """The fields a person sees with this entry: the head's and its own, in order."""
    if _are_loaded(entry.filing, "fields"):
        seen = (HEAD, entry.n)
        return [field for field in entry.filing.fields if field.entry_n in seen]
    return session.scalars(
        select(Field)
        .where(Field.filing_id == entry.filing_id, Field.entry_n.in_((HEAD, entry.n)))
        .options(*WITH_VALUES)
        .order_by(Field.position)
    ).all()


def all_fields(
    session: Session, filing: Filing, *, anew: bool = False
) -> Sequence[Field]:
    """Every field of the filing, in order; loaded once for all who ask after.

    Args:
        anew: what was loaded before the filing was locked does not count.
    """
    if anew or not _are_loaded(filing, "fields"):
        fields = session.scalars(
            _FIELDS,
            {"filing_id": filing.id},
            execution_options={"populate_existing": anew},
        ).all()
        set_committed_value(filing, "fields", list(fields))
    return filing.fields


def findings_on(session: Session, entry: Entry) -> Sequence[FindingRow]:
    """Every finding that touches the entry; one about the head touches all."""
    rows = all_findings(session, entry.filing)
    return [row for row in rows if _touches(row, entry.n)]


def all_findings(session: Session, filing: Filing) -> Sequence[FindingRow]:
    """What the rules say about the filing; loaded once for all who ask after."""
    if not _are_loaded(filing, "findings"):
        rows = session.scalars(_FINDINGS, {"filing_id": filing.id}).all()
        set_committed_value(filing, "findings", list(rows))
    return filing.findings


def findings_changed(filing: Filing, rows: Iterable[FindingRow]) -> None:
    """Whoever asks for the filing's findings after this gets these."""
    in_order = sorted(rows, key=lambda row: row.id)
    set_committed_value(filing, "findings", in_order)


def is_settled(field: Field) -> bool:
    """Tell whether what is written in the field needs no eye any more.

    Under any mode but OCR it is a person who must have said so, and so it is where a
    robot suggests something else.
    """
    version = field.as_written
    if version is None or not version.accepted:
        return False
    if version.author_kind == AuthorKind.PERSON:
        return True
    return field.mode == Mode.OCR and not is_suggestion_open(field)


def is_suggestion_open(field: Field) -> bool:
    """Tell whether a robot said something that no person has answered."""
    return (
        field.suggested_id is not None
        and field.as_decided_id is None
        and field.as_written is not None
        and field.as_written.author_kind != AuthorKind.PERSON
    )


def is_undecided(field: Field) -> bool:
    """Tell whether a person could not read it and nobody said what to process."""
    return (
        field.as_written is not None
        and field.as_written.accepted
        and field.as_written.state == FieldState.UNREADABLE
        and field.as_decided is None
    )


def doubtful(fields: Iterable[Field]) -> list[str]:
    """The names of the fields whose reading nobody and nothing vouches for."""
    return [field.name for field in fields if not is_settled(field)]


def open_points(
    session: Session, entry: Entry, *, severities: frozenset[str] = BLOCKING
) -> list[str]:
    """What must be dealt with before the entry can go on, as short codes."""
    fields = fields_of(session, entry)
    return [
        *(f"{_place(field)}:{field.name}" for field in fields if not is_settled(field)),
        *(f"undecided:{field.name}" for field in fields if is_undecided(field)),
        *open_findings(session, entry, severities=severities),
        *failed_pages(session, entry),
        *open_judgements(session, entry),
    ]


def open_findings(
    session: Session, entry: Entry, *, severities: frozenset[str]
) -> list[str]:
    """Codes of the findings of these severities that nobody waived."""
    rules = (
        row.rule
        for row in findings_on(session, entry)
        if row.severity in severities and row.waived_by is None
    )
    return [f"finding:{rule}" for rule in dict.fromkeys(rules)]


def open_judgements(session: Session, entry: Entry) -> list[str]:
    """The points of an application that nobody judged yet (審査項目)."""
    points = session.scalars(_JUDGEMENTS, {"entry_id": entry.id})
    return [f"judgement:{point}" for point in points]


def failed_pages(session: Session, entry: Entry) -> list[str]:
    """A page nobody can see may say anything: it keeps every entry open."""
    numbers = session.scalars(_FAILED_PAGES, {"filing_id": entry.filing_id})
    return [f"page:{number}" for number in numbers]


def _are_loaded(filing: Filing, rows: str) -> bool:
    return rows not in inspect(filing).unloaded


def _place(field: Field) -> str:
    """Why the field is open: it waits for a keyer, for a look, or for an answer."""
    version = field.as_written
    if field.mode in BLIND and (version is None or not _is_answer(version)):
        return KEY
    if field.mode == Mode.CHECK and version is not None and version.accepted:
        return "check"
    return "head" if field.entry_n == HEAD else "doubtful"


def _is_answer(version: FieldVersion) -> bool:
    """Tell whether a person said it who had seen what was said before."""
    by_person = version.author_kind == AuthorKind.PERSON
    return by_person and (version.ground or {}).get("kind") != KEYED


def _touches(finding: FindingRow, n: int) -> bool:
    return finding.entry_n in (HEAD, n) or any(
        entry_number(name) == n for name in finding.fields
    )


def entry_number(field_name: str) -> int:
    """The entry a field name belongs to, 0 for the head (`insured.2.name` → 2)."""
    parts = field_name.split(".")
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else HEAD
