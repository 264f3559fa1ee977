"""Recall what was delivered: a later version of an approved entry, and who gets it.

Refused here, whoever asks: a version after the first that goes another way than to be
approved or dropped, two versions in force at once, a value written for what is approved
but for a recall under way, and to change how a recall came out.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


class _Guard(NamedTuple):
    """A trigger that refuses."""

    name: str
    when: str
    refused: str
    words: str


_APPROVED = "what is approved is not changed any more"
# A reading that the register supports stays what it was: machines may say so later.
_CHANGES_APPROVED = """
    NEW.author_kind <> 'engine' AND EXISTS (
        SELECT 1 FROM field JOIN entry ON entry.filing_id = field.filing_id
        WHERE field.id = NEW.field_id AND entry.state = 'approved'
        AND (entry.n = field.entry_n OR field.entry_n = 0)
        AND NOT EXISTS (
            SELECT 1 FROM recall WHERE recall.entry_id = entry.id
            AND recall.state = 'proposed')
    )
"""


def upgrade() -> None:
    _create_tables()
    op.create_index(
        "uq_entry_in_force",
        "entry",
        ["filing_id", "n"],
        unique=True,
        sqlite_where=sa.text("state = 'approved'"),
        postgresql_where=sa.text("state = 'approved'"),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    kind = "BIGINT" if is_postgresql else "INTEGER"
    op.execute(
        f"ALTER TABLE delivery ADD COLUMN corrects_id {kind} "
        "CONSTRAINT fk_delivery_corrects_id_delivery REFERENCES delivery (id)"
    )
    op.create_index(op.f("ix_delivery_corrects_id"), "delivery", ["corrects_id"])
    _change_guard(is_postgresql)
    for guard in _guards():
        for statement in _postgresql(guard) if is_postgresql else _sqlite(guard):
            op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What was recalled is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _change_guard(is_postgresql: bool) -> None:
    if is_postgresql:
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_after_approval() RETURNS trigger "
            f"LANGUAGE plpgsql AS $$ BEGIN IF {_CHANGES_APPROVED} THEN "
            f"RAISE EXCEPTION '{_APPROVED}' USING ERRCODE = 'check_violation'; "
            "END IF; RETURN NEW; END $$"
        )
        return
    op.execute("DROP TRIGGER field_version_approved")
    op.execute(
        "CREATE TRIGGER field_version_approved BEFORE INSERT ON field_version "
        f"WHEN {_CHANGES_APPROVED} BEGIN SELECT RAISE(ABORT, '{_APPROVED}'); END"
    )


def _guards() -> Iterator[_Guard]:
    yield _Guard(
        "entry_correction_way",
        "UPDATE OF state ON entry",
        "NEW.version > 1 AND NEW.state NOT IN ('ready', 'approved', 'superseded')",
        "a correction is approved or dropped",
    )
    yield _Guard(
        "recall_is_fixed",
        "UPDATE ON recall",
        "OLD.state <> 'proposed' OR NEW.case_id <> OLD.case_id "
        "OR NEW.entry_id <> OLD.entry_id OR NEW.new_entry_id <> OLD.new_entry_id "
        "OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at",
        "how a recall came out stays",
    )
    yield _Guard(
        "recall_in_force",
        "UPDATE OF state ON recall",
        "NEW.state = 'in_force' AND NOT EXISTS (SELECT 1 FROM entry "
        "WHERE entry.id = NEW.new_entry_id AND entry.state = 'approved')",
        "a recall is in force once its version is approved",
    )
    yield _Guard(
        "recall_change_late",
        "INSERT ON recall_change",
        "NOT EXISTS (SELECT 1 FROM recall WHERE recall.id = NEW.recall_id "
        "AND recall.state = 'proposed')",
        "a recall that is over takes no value",
    )
    yield _Guard(
        "recall_change_fixed",
        "UPDATE ON recall_change",
        "1 = 1",
        "what was proposed stays",
    )
    yield _Guard(
        "delivery_corrects_fixed",
        "UPDATE OF corrects_id ON delivery",
        "COALESCE(NEW.corrects_id, 0) <> COALESCE(OLD.corrects_id, 0)",
        "what a delivery corrects stays",
    )
    for table in ("recall", "recall_change"):
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


def _create_tables() -> None:
    op.create_table(
        "recall",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("case_id", columns.Id, nullable=False),
        sa.Column("entry_id", columns.Id, nullable=False),
        sa.Column("new_entry_id", columns.Id, nullable=False),
        sa.Column("proposed_by", sa.String(length=100), nullable=False),
        sa.Column("proposed_at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.Column("receivers", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'in_force', 'dropped')",
            name=op.f("ck_recall_state_is_known"),
        ),
        sa.CheckConstraint(
            "new_entry_id <> entry_id", name=op.f("ck_recall_version_is_another")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (ended_at IS NULL)",
            name=op.f("ck_recall_end_has_its_time"),
        ),
        sa.CheckConstraint(
            "(state = 'in_force') = (receivers IS NOT NULL)",
            name=op.f("ck_recall_force_names_whom"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["error_case.id"], name=op.f("fk_recall_case_id_error_case")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_recall_entry_id_entry")
        ),
        sa.ForeignKeyConstraint(
            ["new_entry_id"], ["entry.id"], name=op.f("fk_recall_new_entry_id_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sa.UniqueConstraint("new_entry_id", name=op.f("uq_recall_new_entry_id")),
    )
    op.create_index(op.f("ix_recall_case_id"), "recall", ["case_id"])
    is_open = sa.text("state <> 'dropped'")
    op.create_index(
        "uq_recall_open",
        "recall",
        ["entry_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "recall_change",
        sa.Column("recall_id", columns.Id, nullable=False),
        sa.Column("field_id", columns.Id, nullable=False),
        sa.Column("version_id", columns.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_change_recall_id_recall")
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["field.id"], name=op.f("fk_recall_change_field_id_field")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["field_version.id"],
            name=op.f("fk_recall_change_version_id_field_version"),
        ),
        sa.PrimaryKeyConstraint("recall_id", "field_id", name=op.f("pk_recall_change")),
        sa.UniqueConstraint("version_id", name=op.f("uq_recall_change_version_id")),
    )
