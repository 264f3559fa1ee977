"""Know an encrypted file again: what was about to be laid stays, whoever asks."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0054"
down_revision: str | None = "0052"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = "export_sealing rows stay"


def upgrade() -> None:
    op.create_table(
        "export_sealing",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("file_id", columns.Id, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["export_file.id"],
            name=op.f("fk_export_sealing_file_id_export_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_sealing")),
        sa.UniqueConstraint(
            "file_id", "sha256", name=op.f("uq_export_sealing_file_id_sha256")
        ),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for act in ("UPDATE", "DELETE"):
        name = f"export_sealing_{act.lower()}"
        statements = _postgresql(name, act) if is_postgresql else _sqlite(name, act)
        for statement in statements:
            op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "As what files lie with their receivers is not forgotten: restore the backup "
        "made before the upgrade."
    )


def _sqlite(name: str, act: str) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {name} BEFORE {act} ON export_sealing "
        f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    )


def _postgresql(name: str, act: str) -> Iterator[str]:
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'check_violation'; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} BEFORE {act} ON export_sealing FOR EACH ROW "
        f"EXECUTE FUNCTION {name}()"
    )
