"""Let people sort and balance bundles before anything of them passes.

The database itself refuses an entry that would pass while its bundle is open.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SUBMITTERS = "('employer', 'labour_attorney', 'municipality', 'person', 'proxy')"
_ATTACHMENTS = (
    "('residence_record', 'power_of_attorney', 'identity', 'insurance_card', "
    "'card_not_returned', 'pension_book', 'income_proof', 'wage_ledger', 'other')"
)

# Written out, because SQLite adds a column's own constraint and no table's.
_COLUMNS = {
    "bundle": (
        "kind VARCHAR(16) DEFAULT 'bundle' NOT NULL CONSTRAINT "
        "ck_bundle_kind_is_known "
        "CHECK (kind IN ('bundle', 'reentry', 'late', 'plain'))",
        "batch_id {id} CONSTRAINT fk_bundle_batch_id_batch REFERENCES batch (id)",
        "reference VARCHAR(32)",
        "submitter VARCHAR(16) CONSTRAINT ck_bundle_submitter_is_known "
        f"CHECK (submitter IN {_SUBMITTERS})",
        "uncovered BOOLEAN DEFAULT FALSE NOT NULL",
        "sorting BOOLEAN DEFAULT FALSE NOT NULL",
        # Weighed the first time somebody asks for it.
        "balance VARCHAR(16) DEFAULT 'open' NOT NULL CONSTRAINT "
        "ck_bundle_balance_is_known "
        "CHECK (balance IN ('open', 'balanced', 'explained'))",
        "explained_why TEXT CONSTRAINT ck_bundle_explanation_says_why "
        "CHECK ((balance = 'explained') = (explained_why IS NOT NULL))",
        "explained_by VARCHAR(100)",
        "explained_for JSON",
    ),
    "filing": (
        "reentry_of_id {id} CONSTRAINT fk_filing_reentry_of_id_filing "
        "REFERENCES filing (id)",
        "dissolved_at {instant}",
    ),
    "page": (
        "position INTEGER",
        "front_id {id} CONSTRAINT fk_page_front_id_page REFERENCES page (id)",
        "standing VARCHAR(16) DEFAULT 'valid' NOT NULL CONSTRAINT "
        "ck_page_standing_is_known "
        "CHECK (standing IN ('valid', 'replaced', 'set_aside'))",
        "replaced_by_id {id} CONSTRAINT fk_page_replaced_by_id_page "
        "REFERENCES page (id) CONSTRAINT ck_page_replacement_is_there "
        "CHECK ((standing = 'replaced') = (replaced_by_id IS NOT NULL))",
        "typed_by VARCHAR(100)",
        "turned INTEGER",
        "attachment VARCHAR(24) CONSTRAINT ck_page_attachment_is_known "
        f"CHECK (attachment IN {_ATTACHMENTS})",
        "copy VARCHAR(16) CONSTRAINT ck_page_copy_is_known "
        "CHECK (copy IN ('original', 'copy'))",
        "disposal VARCHAR(16) CONSTRAINT ck_page_disposal_is_known "
        "CHECK (disposal IN ('keep', 'give_back', 'forward'))",
        "twin_id {id} CONSTRAINT fk_page_twin_id_page REFERENCES page (id)",
        "fingerprint VARCHAR(512)",
    ),
}
_OPEN = (
    "SELECT 1 FROM filing JOIN bundle ON bundle.id = filing.bundle_id "
    "WHERE filing.id = NEW.filing_id AND bundle.balance = 'open'"
)
_WORDS = "no entry of a bundle passes before the bundle balances"


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _create_batch()
    types = {
        "id": "INTEGER" if dialect == "sqlite" else "BIGINT",
        "instant": "DATETIME" if dialect == "sqlite" else "TIMESTAMP WITH TIME ZONE",
    }
    for table, additions in _COLUMNS.items():
        for column in additions:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column.format(**types)}")
    op.create_index("ix_bundle_site_number", "bundle", ["site", "number"])
    _create_sorting()
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What people sorted is not thrown away: restore the backup made before the "
        "upgrade."
    )


def _create_batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("job_id", columns.Id, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("declared_bundles", sa.Integer(), nullable=False),
        sa.Column("declared_sheets", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_batch_job_id_job")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(op.f("ix_batch_job_id"), "batch", ["job_id"], unique=False)


def _create_sorting() -> None:
    op.create_table(
        "sorting_act",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("bundle_id", columns.Id, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundle.id"], name=op.f("fk_sorting_act_bundle_id_bundle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sorting_act")),
    )
    op.create_index(
        op.f("ix_sorting_act_bundle_id"), "sorting_act", ["bundle_id"], unique=False
    )
    op.create_table(
        "custody",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("bundle_id", columns.Id, nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("box", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=True),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "act IN ('put', 'lent', 'back')", name=op.f("ck_custody_act_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundle.id"], name=op.f("fk_custody_bundle_id_bundle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody")),
    )
    op.create_index(
        op.f("ix_custody_bundle_id"), "custody", ["bundle_id"], unique=False
    )
    _create_register()


def _create_register() -> None:
    op.create_table(
        "received_paper",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("site", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("submitter", sa.String(length=16), nullable=True),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("registered_at", columns.Instant(), nullable=False),
        sa.Column("registered_by", sa.String(length=100), nullable=False),
        sa.Column("bundle_id", columns.Id, nullable=True),
        sa.CheckConstraint(
            "way IN ('window', 'post')", name=op.f("ck_received_paper_way_is_known")
        ),
        sa.CheckConstraint(
            f"submitter IN {_SUBMITTERS}",
            name=op.f("ck_received_paper_submitter_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id"],
            ["bundle.id"],
            name=op.f("fk_received_paper_bundle_id_bundle"),
        ),
        sa.ForeignKeyConstraint(
            ["site"], ["site.code"], name=op.f("fk_received_paper_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_paper")),
    )


def _sqlite() -> Iterator[str]:
    for name, when in (("insert", "INSERT"), ("update", "UPDATE OF state")):
        yield (
            f"CREATE TRIGGER entry_balanced_{name} BEFORE {when} ON entry "
            f"WHEN NEW.state IN ('ready', 'approved') AND EXISTS ({_OPEN}) "
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )


def _postgresql() -> Iterator[str]:
    yield f"""
        CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state IN ('ready', 'approved') AND EXISTS ({_OPEN}) THEN
                RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """
    yield (
        "CREATE TRIGGER entry_balanced BEFORE INSERT OR UPDATE OF state ON entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced()"
    )
