"""Keep attorneys, payees, bank branches and postal codes to check filings against."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "record_attorney",
        sa.Column("id", _ID, nullable=False),
        sa.Column("number", sa.String(8), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("office_name", sa.String(200), nullable=False),
        sa.Column("postal_code", sa.String(7), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_attorney")),
        sa.UniqueConstraint("number", name=op.f("uq_record_attorney_number")),
    )
    op.create_table(
        "record_payee",
        sa.Column("id", _ID, nullable=False),
        sa.Column("certificate_index", sa.String(64), nullable=False),
        sa.Column("my_number_index", sa.String(64)),
        sa.Column("pension_number_index", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_payee")),
        sa.UniqueConstraint(
            "certificate_index", name=op.f("uq_record_payee_certificate_index")
        ),
    )
    for column in ("my_number_index", "pension_number_index"):
        op.create_index(op.f(f"ix_record_payee_{column}"), "record_payee", [column])
    op.create_table(
        "record_branch",
        sa.Column("id", _ID, nullable=False),
        sa.Column("bank_code", sa.String(4), nullable=False),
        sa.Column("branch_code", sa.String(3), nullable=False),
        *(
            sa.Column(name, sa.String(100), nullable=False)
            for name in ("bank_name", "branch_name", "bank_kana", "branch_kana")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_branch")),
        sa.UniqueConstraint(
            "bank_code",
            "branch_code",
            name=op.f("uq_record_branch_bank_code_branch_code"),
        ),
    )
    place = ("postal_code", "prefecture", "city", "town")
    lengths = (7, 8, 100, 200)
    op.create_table(
        "record_postcode",
        sa.Column("id", _ID, nullable=False),
        *(
            sa.Column(name, sa.String(length), nullable=False)
            for name, length in zip(place, lengths, strict=True)
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_postcode")),
    )
    op.create_index(
        "uq_record_postcode_place", "record_postcode", list(place), unique=True
    )


def downgrade() -> None:
    raise SetupError(
        "What was loaded is not given up: restore the backup made before the upgrade."
    )
