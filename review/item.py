"""What the review page shows of one entry, sensitive values masked unless claimed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from kamizero.model import Box, Candidate, FieldState, LocalText
from review.above import bodies_above, column
from review.doubt import fields_of, findings_on, is_settled, is_undecided
from review.queue import hold
from storage import audit
from storage.tables import Entry, Field, FieldVersion, FindingRow
from storage.values import Body, body_of
from storage.vault import Vault
from storage.words import MASK
from storage.work import Claim

# Asked at every act of a person: to build a statement takes longer than to run it.
_LATEST = select(func.max(FieldVersion.id)).where(
    FieldVersion.field_id == bindparam("field_id")
)
# By filing: a list of numbers is written into the statement anew each time.
_VERSION_COUNTS = (
    select(FieldVersion.field_id, func.max(FieldVersion.id), func.count())
    .join(Field, Field.id == FieldVersion.field_id)
    .where(Field.filing_id == bindparam("filing_id"))
    .group_by(FieldVersion.field_id)
)


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One answer of a field as the page shows it."""

    version_id: int
    state: str
    value: str
    text: str
    author: str
    author_kind: str
    at: datetime
    confidence: float | None
    accepted: bool
    chosen_by: str | None
    ground: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field: where it stands, what is written, what is decided.

    `latest_version` is what the page says it saw when it sends a change back.
    `as_decided` is None where what is decided is what is written. `above` is what a
    〃 in the field would repeat, `suggested` what a robot found elsewhere; None where
    there is nothing.
    """

    name: str
    entry_n: int
    sensitive: bool
    masked: bool
    page_id: int
    box_px: Box
    as_written: ShownValue | None
    as_decided: ShownValue | None
    suggested: ShownValue | None
    settled: bool
    undecided: bool
    candidates: tuple[Candidate, ...]
    above: Body | None
    latest_version: int
    versions: int


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding that touches the entry, with its waiver."""

    id: int
    rule: str
    severity: str
    fields: tuple[str, ...]
    message: LocalText
    record: str | None
    about: int | None
    waived_by: str | None
    waived_why: str | None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One entry with the head of its form, fields in reading order."""

    entry_id: int
    filing_id: int
    filing_version: int
    n: int
    version: int
    state: str
    reasons: tuple[str, ...]
    fields: tuple[ShownField, ...]
    findings: tuple[ShownFinding, ...]

    def field(self, name: str) -> ShownField:
        """The field of that name; KeyError where the entry has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


def item(
    session: Session, vault: Vault, entry: Entry, *, unmask: bool = False
) -> ReviewItem:
    """The entry as a page shows it.

    Unmasking leaves no trace here: pages call `unmasked_item`.
    """
    fields = fields_of(session, entry)
    counts = _version_counts(session, entry.filing_id, fields)
    above = bodies_above(session, vault, entry)
    return ReviewItem(
        entry_id=entry.id,
        filing_id=entry.filing_id,
        filing_version=entry.filing.version,
        n=entry.n,
        version=entry.version,
        state=entry.state,
        reasons=tuple(entry.reasons),
        fields=tuple(
            _shown(
                field,
                vault,
                masked=field.sensitive and not unmask,
                count=count,
                above=above.get(column(field.name)) if field.entry_n else None,
            )
            for field, count in zip(fields, counts, strict=True)
        ),
        findings=findings_shown(session, entry),
    )


def unmasked_item(
    session: Session, vault: Vault, entry: Entry, *, claim: Claim, now: datetime
) -> ReviewItem:
    """The entry in clear, for the holder of its lease; the view is recorded.

    Raises:
        StaleFenceError, WrongClaimError: the caller does not hold the entry.
    """
    hold(session, claim, entry, now=now)
    shown = item(session, vault, entry, unmask=True)
    seen = [field.latest_version for field in shown.fields if field.sensitive]
    audit.record(
        session,
        actor=claim.leased_by,
        act="entry.view",
        subject_kind="entry",
        subject_id=entry.id,
        now=now,
        body={"filing": entry.filing_id, "reason": "review", "versions": seen},
    )
    return shown


def latest_version(session: Session, field: Field) -> int:
    """The id of the field's last version, 0 where it has none."""
    return session.scalar(_LATEST, {"field_id": field.id}) or 0


def findings_shown(session: Session, entry: Entry) -> tuple[ShownFinding, ...]:
    """What the rules say about the entry, as a page shows it."""
    return tuple(shown_finding(row) for row in findings_on(session, entry))


def shown_finding(row: FindingRow) -> ShownFinding:
    return ShownFinding(
        id=row.id,
        rule=row.rule,
        severity=row.severity,
        fields=tuple(row.fields),
        message=LocalText(ja=row.message_ja, en=row.message_en),
        record=row.record,
        about=row.about_id,
        waived_by=row.waived_by,
        waived_why=row.waived_why,
    )


def _version_counts(
    session: Session, filing_id: int, fields: Sequence[Field]
) -> list[tuple[int, int]]:
    """Per field: the id of its last version and how many it has."""
    rows = session.execute(_VERSION_COUNTS, {"filing_id": filing_id})
    found = {field_id: (latest, count) for field_id, latest, count in rows}
    return [found.get(field.id, (0, 0)) for field in fields]


def _shown(
    field: Field,
    vault: Vault,
    *,
    masked: bool,
    count: tuple[int, int],
    above: Body | None,
) -> ShownField:
    latest, versions = count
    return ShownField(
        name=field.name,
        entry_n=field.entry_n,
        sensitive=field.sensitive,
        masked=masked,
        page_id=field.page_id,
        box_px=Box(*field.box_px),
        as_written=shown_or_none(field.as_written, vault, masked=masked),
        as_decided=shown_or_none(field.as_decided, vault, masked=masked),
        suggested=shown_or_none(_suggested(field), vault, masked=masked),
        settled=is_settled(field),
        undecided=is_undecided(field),
        candidates=() if masked else _candidates(field, vault),
        above=above,
        latest_version=latest,
        versions=versions,
    )


def _suggested(field: Field) -> FieldVersion | None:
    # Few fields have one: it is fetched only there.
    return None if field.suggested_id is None else field.suggested


def _candidates(field: Field, vault: Vault) -> tuple[Candidate, ...]:
    if field.as_written is None:
        return ()
    return body_of(field.as_written, vault).candidates


def shown_value(version: FieldVersion, vault: Vault, *, masked: bool) -> ShownValue:
    """The version as a page shows it; a masked one is not even opened."""
    body = _mask_of(version) if masked else body_of(version, vault)
    return ShownValue(
        version_id=version.id,
        state=version.state,
        value=body.value,
        text=body.text,
        author=version.author,
        author_kind=version.author_kind,
        at=version.at,
        confidence=version.confidence,
        accepted=version.accepted,
        chosen_by=version.chosen_by,
        ground=version.ground,
    )


def shown_or_none(
    version: FieldVersion | None, vault: Vault, *, masked: bool
) -> ShownValue | None:
    return None if version is None else shown_value(version, vault, masked=masked)


def _mask_of(version: FieldVersion) -> Body:
    mask = MASK if version.state in (FieldState.READ, FieldState.DITTO) else ""
    return Body(value=mask, text=mask, candidates=())
