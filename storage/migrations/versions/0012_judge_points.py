"""Let people judge the points of an application, page by page.

The database itself refuses an entry that would pass while a point is open.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPEN = (
    "SELECT 1 FROM judgement "
    "WHERE judgement.entry_id = NEW.id AND judgement.judged_by IS NULL"
)
_WORDS = "no entry passes while a point is to be judged"


def upgrade() -> None:
    op.create_table(
        "judgement",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("entry_id", columns.Id, nullable=False),
        sa.Column("point", sa.String(length=64), nullable=False),
        sa.Column("page_id", columns.Id, nullable=True),
        sa.Column("judged_by", sa.String(length=100), nullable=True),
        sa.Column("judged_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "(judged_by IS NULL) = (judged_at IS NULL) "
            "AND (judged_by IS NULL) = (page_id IS NULL)",
            name=op.f("ck_judgement_tick_names_its_page"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_judgement_entry_id_entry")
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_judgement_page_id_page")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
        sa.UniqueConstraint(
            "entry_id", "point", name=op.f("uq_judgement_entry_id_point")
        ),
    )
    dialect = op.get_bind().dialect.name
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What people judged is not thrown away: restore the backup made before the "
        "upgrade."
    )


def _sqlite() -> Iterator[str]:
    yield (
        "CREATE TRIGGER entry_judged BEFORE UPDATE OF state ON entry "
        f"WHEN NEW.state IN ('ready', 'approved') AND EXISTS ({_OPEN}) "
        f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    )


def _postgresql() -> Iterator[str]:
    yield f"""
        CREATE FUNCTION refuse_unjudged() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state IN ('ready', 'approved') AND EXISTS ({_OPEN}) THEN
                RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """
    yield (
        "CREATE TRIGGER entry_judged BEFORE UPDATE OF state ON entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unjudged()"
    )
