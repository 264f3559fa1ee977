"""Take discs and e-filing folders in: what they declare, and what was counted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Table, constraint, and the last word it knows so far with the one that follows.
_NEW_WORDS = (
    ("bundle", "ck_bundle_kind_is_known", "'plain'", "'media'"),
    ("page", "ck_page_attachment_is_known", "'other'", "'media_summary'"),
)
# Written out, because SQLite adds a column's own constraint and no table's.
_COLUMNS = {
    "bundle": (
        "medium VARCHAR(16) CONSTRAINT ck_bundle_medium_is_known "
        "CHECK (medium IN ('disc', 'e_filing')) CONSTRAINT ck_bundle_media_say_which "
        "CHECK ((kind = 'media') = (medium IS NOT NULL))",
        "declared_offices INTEGER",
        "declared_records JSON",
    ),
    "arrival": (
        "medium_id {id} CONSTRAINT fk_arrival_medium_id_bundle REFERENCES bundle (id)",
    ),
}


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for words in _NEW_WORDS:
        (_teach_sqlite if sqlite else _teach_postgresql)(*words)
    types = {"id": "INTEGER" if sqlite else "BIGINT"}
    for table, additions in _COLUMNS.items():
        for column in additions:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column.format(**types)}")
    op.create_index("ix_arrival_medium_id", "arrival", ["medium_id"])
    _create_media_file()


def downgrade() -> None:
    raise SetupError(
        "What came on media is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _teach_sqlite(table: str, constraint: str, last: str, new: str) -> None:
    """Change the words of a constraint where they stand.

    SQLite cannot alter one. It allows this where no row is stored otherwise; making
    the table anew would lose its triggers and what refers to it.
    """
    bind = op.get_bind()
    where = "FROM sqlite_schema WHERE type = 'table' AND name = :table"
    before = bind.execute(sa.text(f"SELECT sql {where}"), {"table": table}).scalar_one()
    head, name, tail = before.partition(constraint)
    after = head + name + tail.replace(last, f"{last}, {new}", 1)
    bind.execute(sa.text("PRAGMA writable_schema = ON"))
    bind.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :table"
        ),
        {"sql": after, "table": table},
    )
    bind.execute(sa.text("PRAGMA writable_schema = RESET"))


def _teach_postgresql(table: str, constraint: str, last: str, new: str) -> None:
    bind = op.get_bind()
    condition = bind.execute(
        sa.text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"
        ),
        {"name": constraint},
    ).scalar_one()
    typed = f"{last}::character varying"
    changed = condition.replace(typed, f"{typed}, {new}::character varying", 1)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {changed}")


def _create_media_file() -> None:
    op.create_table(
        "media_file",
        sa.Column("arrival_id", columns.Id, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("serial", sa.String(length=3), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("offices_said", sa.Integer(), nullable=True),
        sa.Column("offices", sa.Integer(), nullable=True),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "role IN ('table', 'summary')", name=op.f("ck_media_file_role_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["arrival_id"],
            ["arrival.id"],
            name=op.f("fk_media_file_arrival_id_arrival"),
        ),
        sa.PrimaryKeyConstraint("arrival_id", name=op.f("pk_media_file")),
    )
