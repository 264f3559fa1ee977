"""Check contractors' work by lots.

The database itself refuses to approve a filing with a contractor's work that waits for
its check, and to pass a lot whose sample was not looked at or is worse than agreed.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_UNCHECKED = """
    SELECT 1 FROM contractor_work work
    LEFT JOIN inspection lot ON lot.id = work.inspection_id
    WHERE work.filing_id = NEW.filing_id
    AND (work.inspection_id IS NULL OR lot.state = 'open')
"""
_UNSEEN = """
    SELECT 1 FROM contractor_work work WHERE work.inspection_id = NEW.id
    AND work.drawn AND work.verdict IS NULL
"""
_NONE_DRAWN = """
    SELECT 1 FROM contractor_work work WHERE work.inspection_id = NEW.id AND work.drawn
"""
_WRONG = """
    (SELECT COUNT(*) FROM contractor_work work WHERE work.inspection_id = NEW.id
    AND work.verdict = 'wrong')
"""
_NOT_PASSED = (
    f"EXISTS ({_UNSEEN}) OR NOT EXISTS ({_NONE_DRAWN}) OR {_WRONG} > NEW.allowed"
)
_APPROVAL_WORDS = "work of a contractor is checked before it is approved"
_PASSED_WORDS = "a lot passes once its sample was looked at and is as agreed"
_OVER_WORDS = "a lot that is over stays so"
_DRAWN_WORDS = "a lot stays as it was drawn"


def upgrade() -> None:
    op.create_table(
        "inspection",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("contractor", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(length=100), nullable=False),
        sa.Column("opened_at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'passed', 'returned')",
            name=op.f("ck_inspection_state_is_known"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)",
            name=op.f("ck_inspection_end_has_a_time"),
        ),
        sa.CheckConstraint(
            "opened_by <> contractor", name=op.f("ck_inspection_nobody_checks_own_work")
        ),
        sa.CheckConstraint("allowed >= 0", name=op.f("ck_inspection_some_are_allowed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_table(
        "contractor_work",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("filing_id", columns.Id, nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("inspection_id", columns.Id, nullable=True),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("judged_by", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('right', 'wrong')",
            name=op.f("ck_contractor_work_verdict_is_known"),
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR drawn",
            name=op.f("ck_contractor_work_only_drawn_are_judged"),
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"],
            ["filing.id"],
            name=op.f("fk_contractor_work_filing_id_filing"),
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_contractor_work_inspection_id_inspection"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contractor_work")),
    )
    for column in ("filing_id", "inspection_id"):
        op.create_index(
            op.f(f"ix_contractor_work_{column}"), "contractor_work", [column]
        )
    unchecked = sa.text("inspection_id IS NULL")
    op.create_index(
        "uq_contractor_work_unchecked",
        "contractor_work",
        ["filing_id", "person"],
        unique=True,
        sqlite_where=unchecked,
        postgresql_where=unchecked,
    )
    dialect = op.get_bind().dialect.name
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What contractors did is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _sqlite() -> Iterator[str]:
    yield (
        "CREATE TRIGGER approval_of_checked_work BEFORE INSERT ON approval "
        f"WHEN EXISTS ({_UNCHECKED}) "
        f"BEGIN SELECT RAISE(ABORT, '{_APPROVAL_WORDS}'); END"
    )
    yield (
        "CREATE TRIGGER inspection_passed BEFORE UPDATE ON inspection "
        f"WHEN NEW.state = 'passed' AND ({_NOT_PASSED}) "
        f"BEGIN SELECT RAISE(ABORT, '{_PASSED_WORDS}'); END"
    )
    yield (
        "CREATE TRIGGER inspection_over BEFORE UPDATE ON inspection "
        "WHEN OLD.state <> 'open' "
        f"BEGIN SELECT RAISE(ABORT, '{_OVER_WORDS}'); END"
    )
    yield (
        "CREATE TRIGGER contractor_work_update BEFORE UPDATE ON contractor_work "
        "WHEN OLD.inspection_id IS NOT NULL AND "
        "(NEW.inspection_id IS NOT OLD.inspection_id OR NEW.drawn <> OLD.drawn "
        "OR NEW.filing_id <> OLD.filing_id OR NEW.person <> OLD.person) "
        f"BEGIN SELECT RAISE(ABORT, '{_DRAWN_WORDS}'); END"
    )
    yield (
        "CREATE TRIGGER contractor_work_delete BEFORE DELETE ON contractor_work "
        f"BEGIN SELECT RAISE(ABORT, '{_DRAWN_WORDS}'); END"
    )


def _postgresql() -> Iterator[str]:
    for name, condition, words in (
        ("refuse_unchecked_work", f"EXISTS ({_UNCHECKED})", _APPROVAL_WORDS),
        (
            "refuse_unpassed_inspection",
            f"NEW.state = 'passed' AND ({_NOT_PASSED})",
            _PASSED_WORDS,
        ),
    ):
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{words}' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        )
    yield (
        "CREATE TRIGGER approval_of_checked_work BEFORE INSERT ON approval "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unchecked_work()"
    )
    yield (
        "CREATE TRIGGER inspection_passed BEFORE UPDATE ON inspection "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unpassed_inspection()"
    )
    yield (
        "CREATE TRIGGER inspection_over BEFORE UPDATE ON inspection FOR EACH ROW "
        f"WHEN (OLD.state <> 'open') EXECUTE FUNCTION refuse_change('{_OVER_WORDS}')"
    )
    yield (
        "CREATE TRIGGER contractor_work_update BEFORE UPDATE ON contractor_work "
        "FOR EACH ROW WHEN (OLD.inspection_id IS NOT NULL AND "
        "(NEW.inspection_id IS DISTINCT FROM OLD.inspection_id "
        "OR NEW.drawn <> OLD.drawn OR NEW.filing_id <> OLD.filing_id "
        "OR NEW.person <> OLD.person)) "
        f"EXECUTE FUNCTION refuse_change('{_DRAWN_WORDS}')"
    )
    yield (
        "CREATE TRIGGER contractor_work_delete BEFORE DELETE ON contractor_work "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{_DRAWN_WORDS}')"
    )
