"""Every table of the database; the row is the truth, everything else a hint.

Tables that hold personal data (`field_value`, `finding`, the records) can be erased;
`audit_event` and `audit_seal` are append-only and carry ids and commitments alone.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kamizero.model import FieldState, FilingKind, PageKind, Severity
from storage.columns import Id, Instant, Table, one_of


class ArrivalState(StrEnum):
    TAKEN = "taken"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class FilingStep(StrEnum):
    """How far the machine is with a filing; what people do is the entry's state."""

    READING = "reading"
    CHECKING = "checking"
    DONE = "done"
    FAILED = "failed"


class EntryState(StrEnum):
    READ = "read"
    IN_REVIEW = "in_review"
    READY = "ready"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Purpose(StrEnum):
    AS_WRITTEN = "as_written"
    AS_DECIDED = "as_decided"


class AuthorKind(StrEnum):
    ENGINE = "engine"
    PERSON = "person"
    ROBOT = "robot"


class WorkState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DEAD = "dead"


class DeliveryState(StrEnum):
    PENDING = "pending"
    TAKEN = "taken"
    REGISTERED = "registered"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"


class Site(Table):
    """Where filings are received and worked (拠点)."""

    __tablename__ = "site"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Job(Table):
    """What one door delivered at once."""

    __tablename__ = "job"
    __table_args__ = (one_of("sides", ["1", "2"]),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    door: Mapped[str] = mapped_column(String(32))
    operator: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    received_on: Mapped[date]
    declared_sheets: Mapped[int | None]
    sides: Mapped[str] = mapped_column(String(1), default="1")

    arrivals: Mapped[list["Arrival"]] = relationship(
        back_populates="job", order_by="Arrival.seq"
    )


class Original(Table):
    """Immutable bytes as received; the legal original unless `legal_medium` differs."""

    __tablename__ = "original"
    __table_args__ = (one_of("legal_medium", ["paper", "image", "electronic"]),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(Id)
    media_type: Mapped[str] = mapped_column(String(100))
    store_key: Mapped[str] = mapped_column(String(200))
    store_version: Mapped[str] = mapped_column(String(200))
    stored_at: Mapped[datetime] = mapped_column(Instant)
    retain_until: Mapped[datetime] = mapped_column(Instant)
    legal_medium: Mapped[str] = mapped_column(String(16), default="paper")


class Arrival(Table):
    """One act of receiving one file; the same bytes may arrive twice (受付)."""

    __tablename__ = "arrival"
    __table_args__ = (
        UniqueConstraint("job_id", "seq"),
        one_of("state", ArrivalState),
        CheckConstraint(
            "(state = 'refused') = (error_code IS NOT NULL)", name="refusal_says_why"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    seq: Mapped[int]
    original_id: Mapped[int] = mapped_column(ForeignKey("original.id"), index=True)
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    first_arrival_id: Mapped[int | None] = mapped_column(ForeignKey("arrival.id"))

    job: Mapped[Job] = relationship(back_populates="arrivals")
    original: Mapped[Original] = relationship()
    pages: Mapped[list["Page"]] = relationship(
        back_populates="arrival", order_by="Page.number"
    )


class Bundle(Table):
    """Separator sheet to separator sheet: the unit that is balanced (束)."""

    __tablename__ = "bundle"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    number: Mapped[str] = mapped_column(String(32))
    site: Mapped[str] = mapped_column(String(16))
    scheme: Mapped[str] = mapped_column(String(32))
    form: Mapped[str] = mapped_column(String(16))
    declared_sheets: Mapped[int | None]
    declared_entries: Mapped[int | None]
    received_on: Mapped[date | None]


class Filing(Table):
    """Pages of one filed form and its attachments (届書)."""

    __tablename__ = "filing"
    __table_args__ = (
        one_of("kind", FilingKind),
        one_of("step", FilingStep),
        Index("ix_filing_site_id", "site", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    receipt_number: Mapped[str] = mapped_column(String(32), unique=True)
    arrival_id: Mapped[int] = mapped_column(ForeignKey("arrival.id"), index=True)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"), index=True)
    site: Mapped[str] = mapped_column(ForeignKey("site.code"))
    form: Mapped[str] = mapped_column(String(16))
    revision: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16), default=FilingKind.NEW)
    received_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(Instant)
    step: Mapped[str] = mapped_column(String(16), default=FilingStep.READING)
    # Counts up with every act of a person, so that a page can say what it saw.
    version: Mapped[int] = mapped_column(default=1)

    arrival: Mapped[Arrival] = relationship()
    bundle: Mapped[Bundle | None] = relationship()
    pages: Mapped[list["Page"]] = relationship(
        back_populates="filing", order_by="Page.number"
    )
    entries: Mapped[list["Entry"]] = relationship(
        back_populates="filing", order_by="Entry.n, Entry.version"
    )
    fields: Mapped[list["Field"]] = relationship(
        back_populates="filing", order_by="Field.position"
    )


class Page(Table):
    """One side of one sheet; a page that failed stays visible as failed."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("arrival_id", "number"),
        one_of("kind", PageKind),
        CheckConstraint(
            "(kind = 'failed') = (error_code IS NOT NULL)", name="failure_says_why"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    arrival_id: Mapped[int] = mapped_column(ForeignKey("arrival.id"))
    number: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    dpi: Mapped[float]
    depth: Mapped[int]
    # None until the page was looked at.
    kind: Mapped[str | None] = mapped_column(String(16))
    form: Mapped[str | None] = mapped_column(String(16))
    revision: Mapped[str | None] = mapped_column(String(16))
    form_page: Mapped[int | None]
    # What the separator sheet's code says, where the page is one.
    separator: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    quality: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"), index=True)
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"), index=True)

    arrival: Mapped[Arrival] = relationship(back_populates="pages")
    filing: Mapped[Filing | None] = relationship(back_populates="pages")


class Entry(Table):
    """One person on one filing, in one version (件)."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("filing_id", "n", "version"),
        one_of("state", EntryState),
        CheckConstraint(
            "state <> 'approved' OR approval_id IS NOT NULL", name="approval_is_signed"
        ),
        Index("ix_entry_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    n: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default=EntryState.READ)
    # True where no person had to look at it before it became ready.
    straight_through: Mapped[bool] = mapped_column(default=False)
    # Why people must look at it, as short codes.
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))

    filing: Mapped[Filing] = relationship(back_populates="entries")
    approval: Mapped["Approval | None"] = relationship()


class Field(Table):
    """One field of one filing; what it says stands in its versions."""

    __tablename__ = "field"
    __table_args__ = (UniqueConstraint("filing_id", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    # The entry number the field belongs to; 0 for the head of the form.
    entry_n: Mapped[int]
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    sensitive: Mapped[bool]
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"))
    box_px: Mapped[list[float]] = mapped_column(JSON)
    as_written_id: Mapped[int | None] = mapped_column(
        ForeignKey("field_version.id", use_alter=True)
    )
    # None where what is decided is what is written.
    as_decided_id: Mapped[int | None] = mapped_column(
        ForeignKey("field_version.id", use_alter=True)
    )

    filing: Mapped[Filing] = relationship(back_populates="fields")
    as_written: Mapped["FieldVersion | None"] = relationship(
        foreign_keys=[as_written_id], post_update=True
    )
    as_decided: Mapped["FieldVersion | None"] = relationship(
        foreign_keys=[as_decided_id], post_update=True
    )


class FieldVersion(Table):
    """One answer to what a field says; never changed, only followed by another."""

    __tablename__ = "field_version"
    __table_args__ = (
        UniqueConstraint("field_id", "seq"),
        one_of("purpose", Purpose),
        one_of("author_kind", AuthorKind),
        one_of("state", FieldState),
        CheckConstraint(
            "purpose <> 'as_decided' OR ground IS NOT NULL", name="decision_has_ground"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("field.id"))
    seq: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(16))
    author_kind: Mapped[str] = mapped_column(String(16))
    author: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float | None]
    accepted: Mapped[bool] = mapped_column(default=False)
    chosen_by: Mapped[str | None] = mapped_column(String(100))
    grounds: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Why what is processed differs from what is written (補正).
    ground: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # HMAC-SHA-256(value, salt); outlives the value, proves it, does not reveal it.
    commitment: Mapped[str] = mapped_column(String(64))

    field: Mapped[Field] = relationship(foreign_keys=[field_id])
    value: Mapped["FieldValue | None"] = relationship(back_populates="version")


class FieldValue(Table):
    """The value of one version: the row that erasing removes, salt and index with it.

    `body` is the JSON of value, text and candidates; sealed as AES-GCM bytes in
    `sealed` and absent from `body` where the field is sensitive.
    """

    __tablename__ = "field_value"
    __table_args__ = (
        CheckConstraint(
            "(body IS NULL) <> (sealed IS NULL)", name="value_is_open_or_sealed"
        ),
    )

    version_id: Mapped[int] = mapped_column(
        ForeignKey("field_version.id"), primary_key=True
    )
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sealed: Mapped[bytes | None]
    key_id: Mapped[str | None] = mapped_column(String(64))
    salt: Mapped[bytes]
    blind_index: Mapped[str | None] = mapped_column(String(64), index=True)

    version: Mapped[FieldVersion] = relationship(back_populates="value")


class FindingRow(Table):
    """What a rule said at the last check of the filing."""

    __tablename__ = "finding"
    __table_args__ = (
        one_of("severity", Severity),
        CheckConstraint(
            "(waived_by IS NULL) = (waived_why IS NULL)", name="waiver_says_why"
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    # 0 for a finding about the head of the form.
    entry_n: Mapped[int]
    rule: Mapped[str] = mapped_column(String(100))
    severity: Mapped[str] = mapped_column(String(16))
    fields: Mapped[list[str]] = mapped_column(JSON)
    message_ja: Mapped[str] = mapped_column(Text)
    message_en: Mapped[str] = mapped_column(Text)
    record: Mapped[str | None] = mapped_column(Text)
    waived_by: Mapped[str | None] = mapped_column(String(100))
    waived_why: Mapped[str | None] = mapped_column(Text)
    waived_at: Mapped[datetime | None] = mapped_column(Instant)


class ReturnSlip(Table):
    """An entry sent back to its submitter (返戻)."""

    __tablename__ = "return_slip"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text)


class Approval(Table):
    """One person's signature over the manifest they saw (決裁)."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    store_key: Mapped[str] = mapped_column(String(200))
    store_version: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Instant)
    key_id: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class Touch(Table):
    """Who changed, waived or decided something on a filing: they cannot approve it."""

    __tablename__ = "touch"

    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(100), primary_key=True)


class Work(Table):
    """Something to do; claimed under a lease, finished only under its fence."""

    __tablename__ = "work"
    __table_args__ = (
        one_of("state", WorkState),
        # One open row per thing to do, whoever asks for it and how often.
        Index(
            "uq_work_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_work_next",
            "kind",
            "priority",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        # The same for one site, so that a small site never walks a large one's rows.
        Index(
            "ix_work_next_at_site",
            "kind",
            "site",
            "priority",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[int] = mapped_column(Id)
    site: Mapped[str] = mapped_column(String(16))
    # Lower is earlier.
    priority: Mapped[int] = mapped_column(default=100)
    due_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16), default=WorkState.OPEN)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    leased_by: Mapped[str | None] = mapped_column(String(100))
    fence: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class Delivery(Table):
    """One record version on its way to one subscriber."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("entry_id", "subscriber"),
        one_of("state", DeliveryState),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    subscriber: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.PENDING)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class AuditEvent(Table):
    """Something that happened; append-only, no personal data."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(200))
    act: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (Index("ix_audit_event_subject", "subject_kind", "subject_id"),)


class AuditSeal(Table):
    """The chain over the events, linked in id order by one sealer."""

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Table):
    """A sealed head as it was written to the object store."""

    __tablename__ = "audit_head"

    seq: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    store_key: Mapped[str] = mapped_column(String(200))
    store_version: Mapped[str] = mapped_column(String(200))


class Person(Table):
    """Somebody who may log in."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(32))
    password_hash: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8), default="ja")
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    active: Mapped[bool] = mapped_column(default=True)


class LoginSession(Table):
    """A browser that is logged in; only the token's hash is kept."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship()


class ApiToken(Table):
    """A robot's or system's key to the API; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(32))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class IdempotentAnswer(Table):
    """The first answer to a POST, given again to the same key and body."""

    __tablename__ = "idempotent_answer"

    caller: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime] = mapped_column(Instant)


class RecordOffice(Table):
    """An office of the loaded register."""

    __tablename__ = "record_office"
    __table_args__ = (UniqueConstraint("symbol", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    symbol: Mapped[str] = mapped_column(String(16), index=True)
    number: Mapped[str] = mapped_column(String(8), index=True)
    name: Mapped[str] = mapped_column(String(200))
    owner_name: Mapped[str] = mapped_column(String(100))
    postal_code: Mapped[str] = mapped_column(String(7))
    address: Mapped[str] = mapped_column(String(300))
    phone: Mapped[str] = mapped_column(String(20))


class RecordInsured(Table):
    """An insured person of the loaded register; the body is sealed."""

    __tablename__ = "record_insured"
    __table_args__ = (UniqueConstraint("office_symbol", "serial_number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    office_symbol: Mapped[str] = mapped_column(String(16))
    serial_number: Mapped[str] = mapped_column(String(8))
    my_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    pension_number_index: Mapped[str | None] = mapped_column(String(64), index=True)
    key_id: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]
