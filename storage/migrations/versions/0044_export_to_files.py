"""Let approved entries leave in files, each once, numbered without a gap.

Refused here, whoever asks: a number that is not the next one, to change what a file
was said to hold, to plan an entry that is under way already, and to forget any of it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = ("export_destination", "export_file", "export_item", "export_block")


class _Guard(NamedTuple):
    """A trigger that refuses."""

    name: str
    when: str
    refused: str
    words: str


def upgrade() -> None:
    _create_destinations()
    _create_files()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for guard in _guards():
        for statement in _postgresql(guard) if is_postgresql else _sqlite(guard):
            op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "Which entries left in which file is not forgotten: restore the backup made "
        "before the upgrade."
    )


def _guards() -> Iterator[_Guard]:
    yield _Guard(
        "export_destination_is_fixed",
        "UPDATE OF name, form, of_site, terms, since, made_at, made_by "
        "ON export_destination",
        "1 = 1",
        "a destination stays what it is",
    )
    yield _Guard(
        "export_file_number",
        "INSERT ON export_file",
        "NEW.number <> (SELECT coalesce(max(one.number), 0) + 1 FROM export_file one "
        "WHERE one.destination_id = NEW.destination_id)",
        "it is not the next number",
    )
    yield _Guard(
        "export_file_is_fixed",
        "UPDATE ON export_file",
        "OLD.state <> 'planned' OR NEW.destination_id <> OLD.destination_id "
        "OR NEW.number <> OLD.number OR NEW.name <> OLD.name OR NEW.rows <> OLD.rows "
        "OR NEW.size <> OLD.size OR NEW.sha256 <> OLD.sha256 "
        "OR NEW.made_on <> OLD.made_on OR NEW.planned_at <> OLD.planned_at",
        "what a file holds stays",
    )
    yield _Guard(
        "export_item_is_pending",
        "INSERT ON export_item",
        "NOT EXISTS (SELECT 1 FROM delivery one JOIN export_file file "
        "ON file.id = NEW.file_id WHERE one.id = NEW.delivery_id "
        "AND one.state = 'pending' AND file.state = 'planned')",
        "it went out already",
    )
    yield _Guard(
        "export_item_is_fixed",
        "UPDATE ON export_item",
        "1 = 1",
        "what a file holds stays",
    )
    yield _Guard(
        "export_block_is_fixed",
        "UPDATE ON export_block",
        "OLD.how IS NOT NULL OR NEW.delivery_id <> OLD.delivery_id "
        "OR NEW.found_at <> OLD.found_at",
        "what was settled stays",
    )
    for table in _TABLES:
        yield _Guard(
            f"{table}_delete", f"DELETE ON {table}", "1 = 1", f"{table} rows stay"
        )


def _sqlite(guard: _Guard) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.when} WHEN {guard.refused} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.words}'); END"
    )


def _postgresql(guard: _Guard) -> Iterator[str]:
    back = "OLD" if guard.when.startswith("DELETE") else "NEW"
    yield (
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {guard.refused} THEN RAISE EXCEPTION '{guard.words}' "
        f"USING ERRCODE = 'check_violation'; END IF; RETURN {back}; END $$"
    )
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.when} FOR EACH ROW "
        f"EXECUTE FUNCTION {guard.name}()"
    )


def _create_destinations() -> None:
    op.create_table(
        "export_destination",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("of_site", sa.String(length=16), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.Column("next_at", columns.Instant(), nullable=True),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("closed_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) OR (next_at IS NULL)",
            name=op.f("ck_export_destination_closed_has_no_next"),
        ),
        sa.ForeignKeyConstraint(
            ["of_site"], ["site.code"], name=op.f("fk_export_destination_of_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_destination")),
        sa.UniqueConstraint("name", name=op.f("uq_export_destination_name")),
    )


def _create_files() -> None:
    op.create_table(
        "export_file",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("destination_id", columns.Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("planned_at", columns.Instant(), nullable=False),
        sa.Column("placed_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'placed')", name=op.f("ck_export_file_state_is_known")
        ),
        sa.CheckConstraint(
            "number > 0 AND rows > 0 AND size > 0",
            name=op.f("ck_export_file_it_says_something"),
        ),
        sa.CheckConstraint(
            "(state = 'placed') = (placed_at IS NOT NULL)",
            name=op.f("ck_export_file_place_has_its_time"),
        ),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["export_destination.id"],
            name=op.f("fk_export_file_destination_id_export_destination"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_file")),
        sa.UniqueConstraint(
            "destination_id",
            "number",
            name=op.f("uq_export_file_destination_id_number"),
        ),
    )
    op.create_index(
        "uq_export_file_planned",
        "export_file",
        ["destination_id"],
        unique=True,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "export_item",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("file_id", columns.Id, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("delivery_id", columns.Id, nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("substituted", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["export_file.id"],
            name=op.f("fk_export_item_file_id_export_file"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_export_item_delivery_id_delivery"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_item")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_export_item_delivery_id")),
        sa.UniqueConstraint(
            "file_id", "line", name=op.f("uq_export_item_file_id_line")
        ),
    )
    op.create_table(
        "export_block",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("delivery_id", columns.Id, nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("found_at", columns.Instant(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=True),
        sa.Column("settled_at", columns.Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "how IN ('substitute', 'by_hand')",
            name=op.f("ck_export_block_how_is_known"),
        ),
        sa.CheckConstraint(
            "(how IS NULL) = (settled_at IS NULL) "
            "AND (how IS NULL) = (settled_by IS NULL)",
            name=op.f("ck_export_block_settled_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_export_block_delivery_id_delivery"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_block")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_export_block_delivery_id")),
    )
