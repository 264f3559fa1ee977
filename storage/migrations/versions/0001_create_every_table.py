"""Create every table."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("name", name=op.f("uq_api_token_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(
        "ix_audit_event_subject",
        "audit_event",
        ["subject_kind", "subject_id"],
        unique=False,
    )

    op.create_table(
        "audit_head",
        sa.Column("seq", columns.Id, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("store_key", sa.String(length=200), nullable=False),
        sa.Column("store_version", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("caller", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotent_answer")),
    )
    op.create_table(
        "original",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", columns.Id, nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("store_key", sa.String(length=200), nullable=False),
        sa.Column("store_version", sa.String(length=200), nullable=False),
        sa.Column("stored_at", columns.Instant(), nullable=False),
        sa.Column("retain_until", columns.Instant(), nullable=False),
        sa.Column("legal_medium", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "legal_medium IN ('paper', 'image', 'electronic')",
            name=op.f("ck_original_legal_medium_is_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original")),
        sa.UniqueConstraint("sha256", name=op.f("uq_original_sha256")),
    )
    op.create_table(
        "person",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", columns.Instant(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
    )
    op.create_table(
        "record_insured",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("office_symbol", sa.String(length=16), nullable=False),
        sa.Column("serial_number", sa.String(length=8), nullable=False),
        sa.Column("my_number_index", sa.String(length=64), nullable=True),
        sa.Column("pension_number_index", sa.String(length=64), nullable=True),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_insured")),
        sa.UniqueConstraint(
            "office_symbol",
            "serial_number",
            name=op.f("uq_record_insured_office_symbol_serial_number"),
        ),
    )
    op.create_index(
        op.f("ix_record_insured_my_number_index"),
        "record_insured",
        ["my_number_index"],
        unique=False,
    )
    op.create_index(
        op.f("ix_record_insured_pension_number_index"),
        "record_insured",
        ["pension_number_index"],
        unique=False,
    )

    op.create_table(
        "record_office",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("symbol", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("owner_name", sa.String(length=100), nullable=False),
        sa.Column("postal_code", sa.String(length=7), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_office")),
        sa.UniqueConstraint(
            "symbol", "number", name=op.f("uq_record_office_symbol_number")
        ),
    )
    op.create_index(
        op.f("ix_record_office_number"), "record_office", ["number"], unique=False
    )
    op.create_index(
        op.f("ix_record_office_symbol"), "record_office", ["symbol"], unique=False
    )

    op.create_table(
        "site",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_site")),
    )
    op.create_table(
        "work",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.Column("leased_by", sa.String(length=100), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("done_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'dead')", name=op.f("ck_work_state_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
    )
    op.create_index(
        "ix_work_next",
        "work",
        ["kind", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_work_next_at_site",
        "work",
        ["kind", "site", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_work_open",
        "work",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "audit_seal",
        sa.Column("seq", columns.Id, autoincrement=False, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["audit_event.id"],
            name=op.f("fk_audit_seal_event_id_audit_event"),
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seal_event_id")),
    )
    op.create_table(
        "job",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("door", sa.String(length=32), nullable=False),
        sa.Column("operator", sa.String(length=100), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("declared_sheets", sa.Integer(), nullable=True),
        sa.Column("sides", sa.String(length=1), nullable=False),
        sa.CheckConstraint("sides IN ('1', '2')", name=op.f("ck_job_sides_is_known")),
        sa.ForeignKeyConstraint(["site"], ["site.code"], name=op.f("fk_job_site_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_created_at"), "job", ["created_at"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", columns.Id, nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_login_session_person_id_person")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_table(
        "arrival",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("job_id", columns.Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("original_id", columns.Id, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("first_arrival_id", columns.Id, nullable=True),
        sa.CheckConstraint(
            "(state = 'refused') = (error_code IS NOT NULL)",
            name=op.f("ck_arrival_refusal_says_why"),
        ),
        sa.CheckConstraint(
            "state IN ('taken', 'duplicate', 'refused')",
            name=op.f("ck_arrival_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["first_arrival_id"],
            ["arrival.id"],
            name=op.f("fk_arrival_first_arrival_id_arrival"),
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_arrival_job_id_job")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["original.id"],
            name=op.f("fk_arrival_original_id_original"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("job_id", "seq", name=op.f("uq_arrival_job_id_seq")),
    )
    op.create_index(op.f("ix_arrival_job_id"), "arrival", ["job_id"], unique=False)
    op.create_index(
        op.f("ix_arrival_original_id"), "arrival", ["original_id"], unique=False
    )

    op.create_table(
        "bundle",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("job_id", columns.Id, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("scheme", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("declared_sheets", sa.Integer(), nullable=True),
        sa.Column("declared_entries", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_bundle_job_id_job")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
    )
    op.create_index(op.f("ix_bundle_job_id"), "bundle", ["job_id"], unique=False)

    op.create_table(
        "filing",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("receipt_number", sa.String(length=32), nullable=False),
        sa.Column("arrival_id", columns.Id, nullable=False),
        sa.Column("bundle_id", columns.Id, nullable=True),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('new', 'correction', 'cancellation')",
            name=op.f("ck_filing_kind_is_known"),
        ),
        sa.CheckConstraint(
            "step IN ('reading', 'checking', 'done', 'failed')",
            name=op.f("ck_filing_step_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["arrival_id"], ["arrival.id"], name=op.f("fk_filing_arrival_id_arrival")
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundle.id"], name=op.f("fk_filing_bundle_id_bundle")
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_filing_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_filing_receipt_number")),
    )
    op.create_index(
        op.f("ix_filing_arrival_id"), "filing", ["arrival_id"], unique=False
    )
    op.create_index(op.f("ix_filing_bundle_id"), "filing", ["bundle_id"], unique=False)
    op.create_index("ix_filing_site_id", "filing", ["site", "id"], unique=False)

    op.create_table(
        "approval",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("store_key", sa.String(length=200), nullable=False),
        sa.Column("store_version", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_approval_filing_id_filing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(
        op.f("ix_approval_filing_id"), "approval", ["filing_id"], unique=False
    )

    op.create_table(
        "finding",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("entry_n", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("message_ja", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("waived_by", sa.String(length=100), nullable=True),
        sa.Column("waived_why", sa.Text(), nullable=True),
        sa.Column("waived_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "severity IN ('error', 'warning', 'info')",
            name=op.f("ck_finding_severity_is_known"),
        ),
        sa.CheckConstraint(
            "(waived_by IS NULL) = (waived_why IS NULL)",
            name=op.f("ck_finding_waiver_says_why"),
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_finding_filing_id_filing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(
        op.f("ix_finding_filing_id"), "finding", ["filing_id"], unique=False
    )

    op.create_table(
        "page",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("arrival_id", columns.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("dpi", sa.Double(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("form", sa.String(length=16), nullable=True),
        sa.Column("revision", sa.String(length=16), nullable=True),
        sa.Column("form_page", sa.Integer(), nullable=True),
        sa.Column("separator", sa.JSON(), nullable=True),
        sa.Column("quality", sa.JSON(), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("bundle_id", columns.Id, nullable=True),
        sa.Column("filing_id", columns.Id, nullable=True),
        sa.CheckConstraint(
            "(kind = 'failed') = (error_code IS NOT NULL)",
            name=op.f("ck_page_failure_says_why"),
        ),
        sa.CheckConstraint(
            "kind IN ('form', 'attachment', 'separator', 'blank', 'unknown', 'failed')",
            name=op.f("ck_page_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["arrival_id"], ["arrival.id"], name=op.f("fk_page_arrival_id_arrival")
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundle.id"], name=op.f("fk_page_bundle_id_bundle")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_page_filing_id_filing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint(
            "arrival_id", "number", name=op.f("uq_page_arrival_id_number")
        ),
    )
    op.create_index(op.f("ix_page_bundle_id"), "page", ["bundle_id"], unique=False)
    op.create_index(op.f("ix_page_filing_id"), "page", ["filing_id"], unique=False)

    op.create_table(
        "touch",
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_touch_filing_id_filing")
        ),
        sa.PrimaryKeyConstraint("filing_id", "person", name=op.f("pk_touch")),
    )
    op.create_table(
        "entry",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("straight_through", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("approval_id", columns.Id, nullable=True),
        sa.CheckConstraint(
            "state <> 'approved' OR approval_id IS NOT NULL",
            name=op.f("ck_entry_approval_is_signed"),
        ),
        sa.CheckConstraint(
            "state IN ('read', 'in_review', 'ready', 'approved', 'returned', "
            "'withdrawn', 'superseded')",
            name=op.f("ck_entry_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_entry_approval_id_approval")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_entry_filing_id_filing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint(
            "filing_id", "n", "version", name=op.f("uq_entry_filing_id_n_version")
        ),
    )
    op.create_index("ix_entry_state_id", "entry", ["state", "id"], unique=False)

    op.create_table(
        "field",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("entry_n", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("page_id", columns.Id, nullable=False),
        sa.Column("box_px", sa.JSON(), nullable=False),
        sa.Column("as_written_id", columns.Id, nullable=True),
        sa.Column("as_decided_id", columns.Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["as_decided_id"],
            ["field_version.id"],
            name=op.f("fk_field_as_decided_id_field_version"),
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["as_written_id"],
            ["field_version.id"],
            name=op.f("fk_field_as_written_id_field_version"),
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_field_filing_id_filing")
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_field_page_id_page")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field")),
        sa.UniqueConstraint("filing_id", "name", name=op.f("uq_field_filing_id_name")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("entry_id", columns.Id, nullable=False),
        sa.Column("subscriber", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'taken', 'registered', 'rejected', 'in_doubt')",
            name=op.f("ck_delivery_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_delivery_entry_id_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "entry_id", "subscriber", name=op.f("uq_delivery_entry_id_subscriber")
        ),
    )
    op.create_table(
        "field_version",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("field_id", columns.Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("author_kind", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("chosen_by", sa.String(length=100), nullable=True),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("ground", sa.JSON(), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "author_kind IN ('engine', 'person', 'robot')",
            name=op.f("ck_field_version_author_kind_is_known"),
        ),
        sa.CheckConstraint(
            "purpose <> 'as_decided' OR ground IS NOT NULL",
            name=op.f("ck_field_version_decision_has_ground"),
        ),
        sa.CheckConstraint(
            "purpose IN ('as_written', 'as_decided')",
            name=op.f("ck_field_version_purpose_is_known"),
        ),
        sa.CheckConstraint(
            "state IN ('read', 'blank', 'unreadable', 'struck', 'several', 'ditto')",
            name=op.f("ck_field_version_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["field.id"], name=op.f("fk_field_version_field_id_field")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_version")),
        sa.UniqueConstraint(
            "field_id", "seq", name=op.f("uq_field_version_field_id_seq")
        ),
    )
    op.create_table(
        "return_slip",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("entry_id", columns.Id, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_return_slip_entry_id_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_slip")),
    )
    op.create_index(
        op.f("ix_return_slip_entry_id"), "return_slip", ["entry_id"], unique=False
    )

    op.create_table(
        "field_value",
        sa.Column("version_id", columns.Id, nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=64), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("blind_index", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(body IS NULL) <> (sealed IS NULL)",
            name=op.f("ck_field_value_value_is_open_or_sealed"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["field_version.id"],
            name=op.f("fk_field_value_version_id_field_version"),
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_field_value")),
    )
    op.create_index(
        op.f("ix_field_value_blind_index"), "field_value", ["blind_index"], unique=False
    )
    # Two tables that point at each other: SQLite takes the constraint in the
    # statement that creates the table, PostgreSQL only once both stand.
    if op.get_bind().dialect.name == "postgresql":
        for column in ("as_written_id", "as_decided_id"):
            op.create_foreign_key(
                op.f(f"fk_field_{column}_field_version"),
                "field",
                "field_version",
                [column],
                ["id"],
            )


def downgrade() -> None:
    raise SetupError(
        "The first tables cannot be taken back without losing every filing. "
        "Restore the backup made before the upgrade."
    )
