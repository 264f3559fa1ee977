"""Let files that nobody fetches end, and their entries go out again in a later one.

Refused here, whoever asks: an end of what does not lie there, to change or forget one,
and an entry in two files of which none was issued again by a person.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0056"
down_revision: str | None = "0055"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


class _Guard(NamedTuple):
    """A trigger that refuses."""

    name: str
    when: str
    refused: str
    words: str


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    _create_ends()
    if is_postgresql:
        op.drop_constraint("uq_export_item_delivery_id", "export_item")
    else:
        _rebuild_items()
    op.create_index(op.f("ix_export_item_delivery_id"), "export_item", ["delivery_id"])
    guards = [*_guards(), *(() if is_postgresql else _guards_of_items())]
    for guard in guards:
        for statement in _postgresql(guard) if is_postgresql else _sqlite(guard):
            op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What became of files is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _create_ends() -> None:
    op.create_table(
        "export_end",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("file_id", columns.Id, nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("begun_at", columns.Instant(), nullable=False),
        sa.Column("done_at", columns.Instant(), nullable=True),
        sa.Column("settled_how", sa.String(length=16), nullable=True),
        sa.Column("settled_at", columns.Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "how IN ('fetched', 'expired')", name=op.f("ck_export_end_how_is_known")
        ),
        sa.CheckConstraint(
            "settled_how IN ('reissue', 'registered')",
            name=op.f("ck_export_end_settled_how_is_known"),
        ),
        sa.CheckConstraint(
            "(settled_how IS NULL) = (settled_at IS NULL) "
            "AND (settled_how IS NULL) = (settled_by IS NULL) "
            "AND (settled_how IS NULL OR done_at IS NOT NULL)",
            name=op.f("ck_export_end_settled_by_somebody"),
        ),
        sa.CheckConstraint(
            "how = 'expired' OR done_at IS NOT NULL",
            name=op.f("ck_export_end_done_at_once"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["export_file.id"],
            name=op.f("fk_export_end_file_id_export_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_end")),
        sa.UniqueConstraint("file_id", name=op.f("uq_export_end_file_id")),
    )


def _rebuild_items() -> None:
    """SQLite takes a constraint off a table by another one in its place.

    Nothing names its rows, and its guards go with it: they are set up anew.
    """
    op.create_table(
        "export_item_new",
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
        sa.UniqueConstraint(
            "file_id", "line", name=op.f("uq_export_item_file_id_line")
        ),
    )
    names = "id, file_id, line, delivery_id, versions, substituted"
    op.execute(f"INSERT INTO export_item_new ({names}) SELECT {names} FROM export_item")
    op.drop_table("export_item")
    op.rename_table("export_item_new", "export_item")


def _guards() -> Iterator[_Guard]:
    yield _Guard(
        "export_item_goes_once",
        "INSERT ON export_item",
        "EXISTS (SELECT 1 FROM export_item other "
        "WHERE other.delivery_id = NEW.delivery_id AND NOT EXISTS ("
        "SELECT 1 FROM export_end one WHERE one.file_id = other.file_id "
        "AND one.settled_how = 'reissue'))",
        "it went out already",
    )
    yield _Guard(
        "export_end_is_of_what_lies_there",
        "INSERT ON export_end",
        "NOT EXISTS (SELECT 1 FROM export_file one "
        "WHERE one.id = NEW.file_id AND one.state = 'placed')",
        "it does not lie there",
    )
    yield _Guard(
        "export_end_is_fixed",
        "UPDATE ON export_end",
        "OLD.settled_how IS NOT NULL OR NEW.file_id <> OLD.file_id "
        "OR NEW.how <> OLD.how OR NEW.begun_at <> OLD.begun_at "
        "OR (OLD.done_at IS NOT NULL "
        "AND (NEW.done_at IS NULL OR NEW.done_at <> OLD.done_at))",
        "what became of a file stays",
    )
    yield _Guard(
        "export_end_delete", "DELETE ON export_end", "1 = 1", "export_end rows stay"
    )


def _guards_of_items() -> Iterator[_Guard]:
    """As they were before the table was laid anew."""
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
        "export_item_delete", "DELETE ON export_item", "1 = 1", "export_item rows stay"
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
