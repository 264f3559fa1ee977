"""Keep what was read on the test chart, by scanner and day; no reading is changed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage import columns

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ACTS = ("UPDATE", "DELETE")


def upgrade() -> None:
    op.create_table(
        "chart_reading",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("scanner", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("original_id", columns.Id, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            "points BETWEEN 1 AND 72", name=op.f("ck_chart_reading_points_are_of_print")
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_chart_reading_site_site")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["original.id"],
            name=op.f("fk_chart_reading_original_id_original"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chart_reading")),
    )
    op.create_index(
        "ix_chart_reading_site_scanner_day",
        "chart_reading",
        ["site", "scanner", "day"],
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for act in _ACTS:
        name = f"chart_reading_{act.lower()}"
        if is_postgresql:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON chart_reading FOR EACH ROW "
                "EXECUTE FUNCTION refuse_change('chart_reading is append-only')"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON chart_reading BEGIN "
                "SELECT RAISE(ABORT, 'chart_reading is append-only'); END"
            )


def downgrade() -> None:
    op.drop_table("chart_reading")
