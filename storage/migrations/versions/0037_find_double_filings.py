"""Find other filings of the same person and day by keyed tokens.

`kamizero index rebuild` writes those of what is there already.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "occasion_card",
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("filing_id", _ID, nullable=False),
        sa.Column("entry_n", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(length=16), nullable=False),
        sa.Column("index_key", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "n", name=op.f("pk_occasion_card")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["field_value.version_id"],
            name=op.f("fk_occasion_card_version_id_field_value"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"],
            ["filing.id"],
            name=op.f("fk_occasion_card_filing_id_filing"),
        ),
    )
    for column in ("filing_id", "token"):
        op.create_index(op.f(f"ix_occasion_card_{column}"), "occasion_card", [column])
    # Said in words: to copy the table would take long.
    op.execute(
        f"ALTER TABLE finding ADD COLUMN about_id {_ID.compile(op.get_bind().dialect)} "
        "CONSTRAINT fk_finding_about_id_filing REFERENCES filing (id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("finding") as finding:
        finding.drop_column("about_id")
    op.drop_table("occasion_card")
