"""Transfer files to an archive before anything of them may be destroyed here.

A file whose measure is transfer is destroyed only once the archive has given a receipt
for the very originals that go; this is refused here, whoever asks.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


class _Guard(NamedTuple):
    """A trigger that refuses."""

    name: str
    when: str
    refused: str
    words: str


_KEPT = ("transfer", "transferred_original")
_GUARDS = (
    _Guard("transfer_delete", "DELETE ON transfer", "1 = 1", "transfer rows stay"),
    _Guard(
        "transferred_original_delete",
        "DELETE ON transferred_original",
        "1 = 1",
        "transferred_original rows stay",
    ),
    _Guard(
        "transferred_original_update",
        "UPDATE ON transferred_original",
        "1 = 1",
        "transferred_original is append-only",
    ),
    _Guard(
        "transferred_original_insert",
        "INSERT ON transferred_original",
        "(SELECT state FROM transfer WHERE id = NEW.transfer_id) <> 'proposed'",
        "only a proposal names what is transferred",
    ),
    _Guard(
        "transfer_insert",
        "INSERT ON transfer",
        "NEW.state <> 'proposed' OR NEW.approved_by IS NOT NULL "
        "OR (SELECT measure FROM record_file WHERE id = NEW.record_file_id) "
        "<> 'transfer'",
        "a transfer begins as a proposal of a file that is to be transferred",
    ),
    _Guard(
        "transfer_is_fixed",
        "UPDATE OF record_file_id, archive, reason, proposed_by, proposed_at "
        "ON transfer",
        "1 = 1",
        "a proposal stays what it is",
    ),
    _Guard(
        "transfer_one_way",
        "UPDATE ON transfer",
        "NOT ((OLD.state = 'proposed' AND NEW.state IN ('approved', 'withdrawn')) "
        "OR (OLD.state = 'approved' AND NEW.state IN ('packed', 'withdrawn') "
        "AND NEW.approved_by = OLD.approved_by) "
        "OR (OLD.state = 'packed' AND NEW.state IN ('received', 'withdrawn') "
        "AND NEW.approved_by = OLD.approved_by "
        "AND NEW.package_sha256 = OLD.package_sha256))",
        "a transfer goes one way",
    ),
    _Guard(
        "transfer_is_whole",
        "UPDATE ON transfer",
        "NEW.state IN ('approved', 'packed', 'received') AND EXISTS (SELECT 1 FROM "
        "filed_original filed WHERE filed.record_file_id = NEW.record_file_id "
        "AND NOT EXISTS (SELECT 1 FROM transferred_original one WHERE "
        "one.transfer_id = NEW.id AND one.original_id = filed.original_id))",
        "the file is not what was proposed",
    ),
    _Guard(
        "doomed_original_d_transferred",
        "UPDATE OF begun_at ON doomed_original",
        "NEW.begun_at IS NOT NULL AND OLD.begun_at IS NULL AND EXISTS (SELECT 1 FROM "
        "filed_original filed JOIN record_file file ON file.id = filed.record_file_id "
        "WHERE filed.original_id = NEW.original_id AND file.measure = 'transfer' "
        "AND NOT EXISTS (SELECT 1 FROM transferred_original one JOIN transfer "
        "ON transfer.id = one.transfer_id WHERE one.original_id = NEW.original_id "
        "AND transfer.state = 'received'))",
        "the archive has not received it",
    ),
)


def upgrade() -> None:
    _create_tables()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for guard in _GUARDS:
        for statement in _postgresql(guard) if is_postgresql else _sqlite(guard):
            op.execute(statement)
    if is_postgresql:
        for table in _KEPT:
            op.execute(
                f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH "
                f"STATEMENT EXECUTE FUNCTION refuse_change('{table} is never emptied')"
            )


def downgrade() -> None:
    raise SetupError(
        "What was transferred is not forgotten: restore the backup made before the "
        "upgrade."
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
        "transfer",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("record_file_id", columns.Id, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("archive", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=100), nullable=False),
        sa.Column("proposed_at", columns.Instant(), nullable=False),
        sa.Column("approved_by", sa.String(length=100), nullable=True),
        sa.Column("approved_at", columns.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_at", columns.Instant(), nullable=True),
        sa.Column("packed_by", sa.String(length=100), nullable=True),
        sa.Column("packed_at", columns.Instant(), nullable=True),
        sa.Column("package_sha256", sa.String(length=64), nullable=True),
        sa.Column("receipt", sa.String(length=200), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("receipt_by", sa.String(length=100), nullable=True),
        sa.Column("receipt_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'packed', 'received', 'withdrawn')",
            name=op.f("ck_transfer_state_is_known"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> proposed_by",
            name=op.f("ck_transfer_two_people"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'packed', 'received') "
            "OR approved_by IS NOT NULL",
            name=op.f("ck_transfer_approval_says_who"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('packed', 'received') OR package_sha256 IS NOT NULL",
            name=op.f("ck_transfer_package_has_a_hash"),
        ),
        sa.CheckConstraint(
            "(state = 'received') = (receipt IS NOT NULL)",
            name=op.f("ck_transfer_receipt_is_there"),
        ),
        sa.ForeignKeyConstraint(
            ["record_file_id"],
            ["record_file.id"],
            name=op.f("fk_transfer_record_file_id_record_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index(
        "uq_transfer_record_file_id",
        "transfer",
        ["record_file_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "transferred_original",
        sa.Column("transfer_id", columns.Id, nullable=False),
        sa.Column("original_id", columns.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["transfer.id"],
            name=op.f("fk_transferred_original_transfer_id_transfer"),
        ),
        sa.ForeignKeyConstraint(
            ["original_id"],
            ["original.id"],
            name=op.f("fk_transferred_original_original_id_original"),
        ),
        sa.PrimaryKeyConstraint(
            "transfer_id", "original_id", name=op.f("pk_transferred_original")
        ),
    )
