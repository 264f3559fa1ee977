"""Know when people logged in last and from when to when they may, and keep one
administrator.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = "one administrator stays"
_WAS_ONE = "OLD.role = 'administrator' AND OLD.active"
_STAYS_ONE = "NEW.role = 'administrator' AND NEW.active"
_OTHERS = (
    "SELECT 1 FROM person other WHERE other.role = 'administrator' "
    "AND other.active AND other.id <> OLD.id"
)


def upgrade() -> None:
    op.add_column("person", sa.Column("last_login_at", columns.Instant()))
    op.add_column("person", sa.Column("valid_from", sa.Date()))
    op.add_column(
        "person",
        sa.Column(
            "valid_until",
            sa.Date(),
            sa.CheckConstraint(
                "valid_until >= valid_from",
                name=op.f("ck_person_ends_after_it_begins"),
            ),
            sa.CheckConstraint(
                "role <> 'administrator' "
                "OR (valid_from IS NULL AND valid_until IS NULL)",
                name=op.f("ck_person_administrator_has_no_last_day"),
            ),
        ),
    )
    dialect = op.get_bind().dialect.name
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "From when to when people may log in is not thrown away: restore the backup "
        "made before the upgrade."
    )


def _sqlite() -> Iterator[str]:
    yield (
        "CREATE TRIGGER person_keeps_an_administrator "
        "BEFORE UPDATE OF active, role ON person "
        f"WHEN {_WAS_ONE} AND NOT ({_STAYS_ONE}) AND NOT EXISTS ({_OTHERS}) "
        f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    )


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE FUNCTION person_keeps_an_administrator() RETURNS trigger "
        "LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {_WAS_ONE} AND NOT ({_STAYS_ONE}) AND NOT EXISTS ({_OTHERS}) "
        f"THEN RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'check_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    yield (
        "CREATE TRIGGER person_keeps_an_administrator "
        "BEFORE UPDATE OF active, role ON person FOR EACH ROW "
        "EXECUTE FUNCTION person_keeps_an_administrator()"
    )
