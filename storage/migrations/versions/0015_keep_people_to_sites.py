"""Let people and keys see the papers of some sites alone; those there are see all."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name, owner in (("person", "person"), ("token", "api_token")):
        op.execute(
            f"ALTER TABLE {owner} ADD COLUMN every_site BOOLEAN DEFAULT TRUE NOT NULL"
        )
        op.create_table(
            f"{name}_site",
            sa.Column(f"{name}_id", columns.Id, nullable=False),
            sa.Column("code", sa.String(length=16), nullable=False),
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{owner}.id"]),
            sa.ForeignKeyConstraint(["code"], ["site.code"]),
            sa.PrimaryKeyConstraint(f"{name}_id", "code"),
        )


def downgrade() -> None:
    raise SetupError(
        "Who sees which site is not forgotten: restore the backup made before the "
        "upgrade."
    )
