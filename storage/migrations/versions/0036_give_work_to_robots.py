"""Give work to robots: queues, and each registration that was begun.

Refused here, whoever asks: to hand out again what may be registered already, to take a
delivery another way than deliveries go, to call it registered without a registration
that says so, or to change how one came out.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError
from storage import columns

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


class _Guard(NamedTuple):
    """A trigger that refuses."""

    name: str
    when: str
    refused: str
    words: str


_LIVE = "outcome IN ('under_way', 'in_doubt', 'registered')"
_WAYS = (
    ("pending", "taken"),
    ("pending", "registered"),
    ("pending", "rejected"),
    ("taken", "pending"),
    ("taken", "registered"),
    ("taken", "rejected"),
    ("taken", "in_doubt"),
    ("in_doubt", "pending"),
    ("in_doubt", "registered"),
    ("in_doubt", "rejected"),
)
_IS_WAY = " OR ".join(
    f"(OLD.state = '{one}' AND NEW.state = '{other}')" for one, other in _WAYS
)


def upgrade() -> None:
    _create_tables()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for guard in _guards():
        for statement in _postgresql(guard) if is_postgresql else _sqlite(guard):
            op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What robots registered is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _guards() -> Iterator[_Guard]:
    yield _Guard(
        "delivery_way",
        "UPDATE OF state ON delivery",
        f"OLD.state <> NEW.state AND NOT ({_IS_WAY})",
        "a delivery does not go that way",
    )
    yield _Guard(
        "delivery_registered",
        "UPDATE OF state ON delivery",
        "NEW.state = 'registered' AND NOT EXISTS (SELECT 1 FROM registration one "
        "WHERE one.delivery_id = NEW.id AND one.outcome = 'registered')",
        "nobody says that it is registered",
    )
    yield _Guard(
        "work_of_robots",
        "UPDATE OF leased_by ON work",
        "substr(OLD.kind, 1, 6) = 'robot.' AND NEW.leased_by IS NOT NULL "
        "AND NEW.fence > OLD.fence AND NOT EXISTS (SELECT 1 FROM delivery one "
        "WHERE one.id = OLD.subject AND one.state = 'pending')",
        "it may be registered already",
    )
    yield _Guard(
        "robot_queue_is_fixed",
        "UPDATE OF name, form, of_site, on_lost_lease, since, made_at, made_by "
        "ON robot_queue",
        "1 = 1",
        "a queue stays what it is",
    )
    yield _Guard(
        "registration_is_fixed",
        "UPDATE ON registration",
        "OLD.outcome IN ('registered', 'rejected', 'not_registered') "
        "OR NEW.delivery_id <> OLD.delivery_id OR NEW.fence <> OLD.fence "
        'OR NEW."by" <> OLD."by" OR NEW.begun_at <> OLD.begun_at',
        "how a registration came out stays",
    )
    for table in ("robot_queue", "registration"):
        yield _Guard(
            f"{table}_delete", f"DELETE ON {table}", "1 = 1", f"{table} rows stay"
        )


def _sqlite(guard: _Guard) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.when} WHEN {guard.refused} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.words}'); END"
    )


def _postgresql(guard: _Guard) -> Iterator[str]:
    back = "OLD" if guard.when.startswith("DELETE") else "NEW"
    yield (
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {guard.refused} THEN RAISE EXCEPTION '{guard.words}' "
        f"USING ERRCODE = 'check_violation'; END IF; RETURN {back}; END $$"
    )
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.when} FOR EACH ROW "
        f"EXECUTE FUNCTION {guard.name}()"
    )


def _create_tables() -> None:
    op.create_table(
        "robot_queue",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=True),
        sa.Column("of_site", sa.String(length=16), nullable=True),
        sa.Column("on_lost_lease", sa.String(length=16), nullable=False),
        sa.Column("lease_seconds", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=True),
        sa.Column("closes", sa.String(length=5), nullable=True),
        sa.Column("business_days", sa.Boolean(), nullable=False),
        sa.Column("must_show", sa.JSON(), nullable=False),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("closed_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "on_lost_lease IN ('retry', 'doubt')",
            name=op.f("ck_robot_queue_on_lost_lease_is_known"),
        ),
        sa.CheckConstraint(
            "(opens IS NULL) = (closes IS NULL) AND (opens IS NULL OR opens < closes)",
            name=op.f("ck_robot_queue_hours_are_a_span"),
        ),
        sa.CheckConstraint(
            "lease_seconds BETWEEN 5 AND 86400",
            name=op.f("ck_robot_queue_lease_is_a_day"),
        ),
        sa.CheckConstraint(
            "max_attempts BETWEEN 1 AND 100", name=op.f("ck_robot_queue_attempts_end")
        ),
        sa.ForeignKeyConstraint(
            ["of_site"], ["site.code"], name=op.f("fk_robot_queue_of_site_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot_queue")),
        sa.UniqueConstraint("name", name=op.f("uq_robot_queue_name")),
    )
    op.create_table(
        "registration",
        sa.Column("id", columns.Id, nullable=False),
        sa.Column("delivery_id", columns.Id, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("begun_at", columns.Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.Column("host_number", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("differs", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('under_way', 'in_doubt', 'registered', 'rejected', "
            "'not_registered')",
            name=op.f("ck_registration_outcome_is_known"),
        ),
        sa.CheckConstraint(
            "(outcome = 'under_way') = (ended_at IS NULL)",
            name=op.f("ck_registration_end_has_its_time"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_registration_delivery_id_delivery"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint(
            "delivery_id", "fence", name=op.f("uq_registration_delivery_id_fence")
        ),
    )
    op.create_index(
        "uq_registration_live",
        "registration",
        ["delivery_id"],
        unique=True,
        sqlite_where=sa.text(_LIVE),
        postgresql_where=sa.text(_LIVE),
    )
