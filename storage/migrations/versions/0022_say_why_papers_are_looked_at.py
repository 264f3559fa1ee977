"""Keep why papers are looked at, and which pages were seen."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_REASONS = (
    "'task', 'approval', 'return', 'sorting', 'program', 'inquiry', 'correction', "
    "'disclosure', 'audit', 'fault', 'other'"
)


def upgrade() -> None:
    op.create_table(
        "look_up",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", columns.Id, nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            f"reason IN ({_REASONS})", name=op.f("ck_look_up_reason_is_known")
        ),
        sa.CheckConstraint(
            "subject_kind IN ('filing', 'bundle', 'page', 'original')",
            name=op.f("ck_look_up_subject_kind_is_known"),
        ),
        sa.CheckConstraint(
            "reason <> 'other' OR note <> ''", name=op.f("ck_look_up_other_is_said")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_up")),
        sa.UniqueConstraint(
            "visit",
            "subject_kind",
            "subject_id",
            name=op.f("uq_look_up_visit_subject_kind_subject_id"),
        ),
    )
    op.create_index(op.f("ix_look_up_at"), "look_up", ["at"])
    op.create_table(
        "page_look",
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("page_id", columns.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_page_look_page_id_page")
        ),
        sa.PrimaryKeyConstraint("visit", "page_id", name=op.f("pk_page_look")),
    )


def downgrade() -> None:
    raise SetupError(
        "Who looked at what is not forgotten: restore the backup made before the "
        "upgrade."
    )
