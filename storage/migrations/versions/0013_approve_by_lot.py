"""Let filings be approved as a lot, by a sample of them.

The database itself refuses a lot that is signed before all of its sample is right and
every member is approved as it was drawn.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_UNFINISHED = """
    SELECT 1 FROM lot_member WHERE lot_member.lot_id = NEW.id AND (
        (lot_member.drawn AND COALESCE(lot_member.verdict, '') <> 'right')
        OR NOT EXISTS (
            SELECT 1 FROM approval
            WHERE approval.filing_id = lot_member.filing_id
            AND approval.manifest_sha256 = lot_member.manifest_sha256
            AND approval."by" = NEW.opened_by))
"""
_WORDS = "a lot is signed once its sample is right and all of it is approved"
_MEMBER = "lot_id, filing_id, manifest_sha256, drawn"


def upgrade() -> None:
    op.create_table(
        "approval_lot",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("opened_by", sa.String(length=100), nullable=False),
        sa.Column("opened_at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=True),
        sa.Column("store_key", sa.String(length=200), nullable=True),
        sa.Column("store_version", sa.String(length=200), nullable=True),
        sa.Column("key_id", sa.String(length=64), nullable=True),
        sa.Column("signature", sa.String(length=128), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'returned', 'dissolved')",
            name=op.f("ck_approval_lot_state_is_known"),
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (signature IS NOT NULL)",
            name=op.f("ck_approval_lot_approval_is_signed"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)",
            name=op.f("ck_approval_lot_end_has_a_time"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_lot")),
    )
    op.create_table(
        "lot_member",
        sa.Column("lot_id", columns.Id, nullable=False),
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('right', 'wrong')", name=op.f("ck_lot_member_verdict_is_known")
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR drawn", name=op.f("ck_lot_member_only_drawn_are_judged")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"],
            ["approval_lot.id"],
            name=op.f("fk_lot_member_lot_id_approval_lot"),
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_lot_member_filing_id_filing")
        ),
        sa.PrimaryKeyConstraint("lot_id", "filing_id", name=op.f("pk_lot_member")),
    )
    is_open = sa.text("is_open")
    op.create_index(
        "uq_lot_member_open",
        "lot_member",
        ["filing_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    dialect = op.get_bind().dialect.name
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "The guards are not taken away: restore the backup made before the upgrade."
    )


def _sqlite() -> Iterator[str]:
    yield (
        "CREATE TRIGGER approval_lot_signed BEFORE UPDATE ON approval_lot "
        f"WHEN NEW.state = 'approved' AND EXISTS ({_UNFINISHED}) "
        f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    )
    yield (
        "CREATE TRIGGER approval_lot_over BEFORE UPDATE ON approval_lot "
        "WHEN OLD.state <> 'open' "
        "BEGIN SELECT RAISE(ABORT, 'a lot that is over stays so'); END"
    )
    yield (
        f"CREATE TRIGGER lot_member_update BEFORE UPDATE OF {_MEMBER} ON lot_member "
        "BEGIN SELECT RAISE(ABORT, 'a lot stays as it was drawn'); END"
    )
    yield (
        "CREATE TRIGGER lot_member_delete BEFORE DELETE ON lot_member "
        "BEGIN SELECT RAISE(ABORT, 'a lot stays as it was drawn'); END"
    )


def _postgresql() -> Iterator[str]:
    yield f"""
        CREATE FUNCTION refuse_unfinished_lot() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state = 'approved' AND EXISTS ({_UNFINISHED}) THEN
                RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """
    yield (
        "CREATE TRIGGER approval_lot_signed BEFORE UPDATE ON approval_lot "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unfinished_lot()"
    )
    yield (
        "CREATE TRIGGER approval_lot_over BEFORE UPDATE ON approval_lot FOR EACH ROW "
        "WHEN (OLD.state <> 'open') "
        "EXECUTE FUNCTION refuse_change('a lot that is over stays so')"
    )
    yield (
        f"CREATE TRIGGER lot_member_update BEFORE UPDATE OF {_MEMBER} ON lot_member "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change('a lot stays as it was drawn')"
    )
    yield (
        "CREATE TRIGGER lot_member_delete BEFORE DELETE ON lot_member "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change('a lot stays as it was drawn')"
    )
