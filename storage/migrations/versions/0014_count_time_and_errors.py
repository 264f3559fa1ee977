"""Count the time that entries take, and keep a register of errors."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _create_error_case()
    _create_effort()
    op.add_column(
        "clock",
        sa.Column("fields", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )


def downgrade() -> None:
    raise SetupError(
        "The register of errors is not thrown away: restore the backup made before "
        "the upgrade."
    )


def _create_effort() -> None:
    op.create_table(
        "effort",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("entry_id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("fields", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "seconds >= 0 AND fields >= 0", name=op.f("ck_effort_effort_is_no_debt")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_effort_entry_id_entry")
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_effort_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effort")),
    )
    op.create_index("ix_effort_day", "effort", ["day", "site"])


def _create_error_case() -> None:
    op.create_table(
        "error_case",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("effect", sa.String(length=16), nullable=False),
        sa.Column("amount_yen", columns.Id, nullable=True),
        sa.Column("found_by", sa.String(length=16), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("entry_id", columns.Id, nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('overlooked', 'misread', 'mistyped', 'unchecked', "
            "'misunderstood', 'handover', 'system', 'other')",
            name=op.f("ck_error_case_cause_is_known"),
        ),
        sa.CheckConstraint(
            "effect IN ('none', 'overpaid', 'underpaid', 'disclosed', 'late', 'other')",
            name=op.f("ck_error_case_effect_is_known"),
        ),
        sa.CheckConstraint(
            "found_by IN ('office', 'customer')",
            name=op.f("ck_error_case_found_by_is_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('decision', 'input', 'misdelivery', 'delay', "
            "'loss', 'explanation', 'other')",
            name=op.f("ck_error_case_kind_is_known"),
        ),
        sa.CheckConstraint(
            "origin IN ('office', 'centre', 'contractor', "
            "'municipality', 'system', 'other')",
            name=op.f("ck_error_case_origin_is_known"),
        ),
        sa.CheckConstraint(
            "amount_yen >= 0", name=op.f("ck_error_case_amount_is_no_debt")
        ),
        sa.CheckConstraint(
            "closed_on >= found_on",
            name=op.f("ck_error_case_closed_after_it_was_found"),
        ),
        sa.CheckConstraint(
            "found_on >= happened_on",
            name=op.f("ck_error_case_found_after_it_happened"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_error_case_entry_id_entry")
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_error_case_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_case")),
    )
    op.create_index(op.f("ix_error_case_entry_id"), "error_case", ["entry_id"])
    op.create_index("ix_error_case_found_on", "error_case", ["found_on", "site"])
