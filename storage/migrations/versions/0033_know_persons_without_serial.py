"""Know an insured person without a serial number by another number of theirs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Everybody who is there has a serial number and goes on being known by it: the
    # seals, which are bound to it, still open.
    with op.batch_alter_table("record_insured") as insured:
        insured.drop_constraint(
            op.f("uq_record_insured_office_symbol_serial_number"), type_="unique"
        )
        insured.alter_column(
            "serial_number",
            new_column_name="known_by",
            existing_type=sa.String(length=8),
            type_=sa.String(length=64),
            existing_nullable=False,
        )
    # A second time: on SQLite the first one would not know the new name yet.
    with op.batch_alter_table("record_insured") as insured:
        insured.create_unique_constraint(
            op.f("uq_record_insured_office_symbol_known_by"),
            ["office_symbol", "known_by"],
        )


def downgrade() -> None:
    raise SetupError(
        "What was loaded is not given up: restore the backup made before the upgrade."
    )
