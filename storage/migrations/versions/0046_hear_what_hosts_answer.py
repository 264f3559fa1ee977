"""Hear what hosts answer: lists read back, and entries that hosts refuse.

A recall mends either an error in the register or what a host refuses. Refused here,
whoever asks: to read a list twice or forget one, to change what was said of a line, and
to open again what was settled.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


class _Guard(NamedTuple):
    """A trigger that refuses."""

    name: str
    when: str
    refused: str
    words: str


_ONE_CAUSE = "(case_id IS NULL) <> (refusal_id IS NULL)"


def upgrade() -> None:
    _create_refusals()
    _create_lists()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    _widen_recalls(is_postgresql)
    for guard in _guards():
        for statement in _postgresql(guard) if is_postgresql else _sqlite(guard):
            op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What hosts answered is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _widen_recalls(is_postgresql: bool) -> None:
    """Let a recall be of a refusal instead of an error in the register."""
    kind = "BIGINT" if is_postgresql else "INTEGER"
    if is_postgresql:
        op.alter_column("recall", "case_id", nullable=True)
    else:
        _let_case_be_null()
    op.execute(
        f"ALTER TABLE recall ADD COLUMN refusal_id {kind} "
        "CONSTRAINT fk_recall_refusal_id_host_refusal REFERENCES host_refusal (id) "
        f"CONSTRAINT ck_recall_one_cause CHECK ({_ONE_CAUSE})"
    )
    op.create_index(op.f("ix_recall_refusal_id"), "recall", ["refusal_id"])


def _let_case_be_null() -> None:
    """SQLite takes NOT NULL off a column in the words of the schema alone.

    A new table in its place would have to drop the guards that watch over it first.
    """
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        "UPDATE sqlite_master SET sql = "
        "replace(sql, 'case_id INTEGER NOT NULL', 'case_id INTEGER') "
        "WHERE type = 'table' AND name = 'recall'"
    )
    op.execute("PRAGMA writable_schema = RESET")


def _guards() -> Iterator[_Guard]:
    yield _Guard(
        "recall_refusal_is_fixed",
        "UPDATE OF refusal_id ON recall",
        "COALESCE(NEW.refusal_id, 0) <> COALESCE(OLD.refusal_id, 0)",
        "what a recall mends stays",
    )
    yield _Guard(
        "host_refusal_is_of_a_rejection",
        "INSERT ON host_refusal",
        "NOT EXISTS (SELECT 1 FROM delivery one "
        "WHERE one.id = NEW.delivery_id AND one.state = 'rejected')",
        "the host did not refuse it",
    )
    yield _Guard(
        "host_refusal_is_fixed",
        "UPDATE ON host_refusal",
        "NEW.delivery_id <> OLD.delivery_id OR NEW.at <> OLD.at "
        'OR NEW."by" <> OLD."by" OR NEW.code <> OLD.code '
        "OR (OLD.how IS NOT NULL AND (NEW.how IS NULL OR NEW.how <> OLD.how))",
        "what a host refused stays",
    )
    yield _Guard(
        "answer_list_is_fixed",
        "UPDATE ON answer_list",
        "NEW.destination_id <> OLD.destination_id OR NEW.mark <> OLD.mark "
        "OR NEW.sha256 <> OLD.sha256 OR NEW.lines <> OLD.lines "
        "OR NEW.read_at <> OLD.read_at OR OLD.settled_at IS NOT NULL",
        "what a list says stays",
    )
    yield _Guard(
        "answer_line_is_fixed",
        "UPDATE OF state, list_id, line ON answer_line",
        "NEW.list_id <> OLD.list_id OR NEW.line <> OLD.line "
        "OR (OLD.state <> NEW.state AND NOT (OLD.state = 'waiting' "
        "OR (OLD.state = 'unmatched' AND NEW.state = 'settled')))",
        "what became of a line stays",
    )
    for table in ("host_refusal", "answer_list", "answer_line"):
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


def _create_refusals() -> None:
    op.create_table(
        "host_refusal",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("delivery_id", columns.Id, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=True),
        sa.Column("settled_at", columns.Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "how IN ('corrected', 'closed')", name=op.f("ck_host_refusal_how_is_known")
        ),
        sa.CheckConstraint(
            "(how IS NULL) = (settled_at IS NULL) "
            "AND (how IS NULL) = (settled_by IS NULL)",
            name=op.f("ck_host_refusal_settled_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_host_refusal_delivery_id_delivery"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_refusal")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_host_refusal_delivery_id")),
    )
    is_open = sa.text("how IS NULL")
    op.create_index(
        "ix_host_refusal_open",
        "host_refusal",
        ["id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _create_lists() -> None:
    op.create_table(
        "answer_list",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("destination_id", columns.Id, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("read_at", columns.Instant(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("broken", sa.String(length=16), nullable=True),
        sa.Column("broken_line", sa.Integer(), nullable=True),
        sa.Column("broken_column", sa.String(length=100), nullable=True),
        sa.Column("settled_at", columns.Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "(broken IS NULL) OR (lines = 0)",
            name=op.f("ck_answer_list_broken_has_no_lines"),
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL) "
            "AND (broken IS NOT NULL OR settled_at IS NULL)",
            name=op.f("ck_answer_list_settled_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["export_destination.id"],
            name=op.f("fk_answer_list_destination_id_export_destination"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_list")),
        sa.UniqueConstraint(
            "destination_id", "mark", name=op.f("uq_answer_list_destination_id_mark")
        ),
    )
    op.create_table(
        "answer_line",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("list_id", columns.Id, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("delivery_id", columns.Id, nullable=True),
        sa.Column("why", sa.String(length=16), nullable=True),
        sa.Column("settled_at", columns.Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'registered', 'rejected', 'repeated', 'unmatched', "
            "'settled')",
            name=op.f("ck_answer_line_state_is_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('registered', 'rejected', 'repeated') "
            "OR delivery_id IS NOT NULL",
            name=op.f("ck_answer_line_said_of_something"),
        ),
        sa.CheckConstraint(
            "(state IN ('unmatched', 'settled')) = (why IS NOT NULL)",
            name=op.f("ck_answer_line_unmatched_says_why"),
        ),
        sa.CheckConstraint(
            "(state = 'settled') = (settled_by IS NOT NULL)",
            name=op.f("ck_answer_line_settled_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["answer_list.id"],
            name=op.f("fk_answer_line_list_id_answer_list"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_answer_line_delivery_id_delivery"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_line")),
        sa.UniqueConstraint(
            "list_id", "line", name=op.f("uq_answer_line_list_id_line")
        ),
    )
    op.create_index(op.f("ix_answer_line_delivery_id"), "answer_line", ["delivery_id"])
    is_open = sa.text("state IN ('waiting', 'unmatched')")
    op.create_index(
        "ix_answer_line_open",
        "answer_line",
        ["state"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
