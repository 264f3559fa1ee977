"""Let robots suggest values before approval, and hold each value to its queue.

Refused here, whoever asks: a robot's value where it does not hold the entry, where its
queue does not name the field, where the entry is not in review or a person has said
something; to put one in force that was not accepted, or to decide by one; and to change
what the robots of a queue may say.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from alembic import op

from kamizero.errors import SetupError

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_STEPS = "step IN ('register', 'suggest')"


class _Guard(NamedTuple):
    name: str
    when: str
    refused: str
    words: str


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(
        "ALTER TABLE robot_queue ADD COLUMN step VARCHAR(16) DEFAULT 'register' "
        f"NOT NULL CONSTRAINT ck_robot_queue_step_is_known CHECK ({_STEPS})"
    )
    op.execute(
        "ALTER TABLE robot_queue ADD COLUMN writes JSON CONSTRAINT "
        "ck_robot_queue_step_has_fields "
        "CHECK ((step = 'suggest') = (writes IS NOT NULL))"
    )
    kind = "BIGINT" if is_postgresql else "INTEGER"
    op.execute(
        f"ALTER TABLE field ADD COLUMN suggested_id {kind} "
        "CONSTRAINT fk_field_suggested_id_field_version REFERENCES field_version (id)"
    )
    for guard in _guards(is_postgresql=is_postgresql):
        for statement in _postgresql(guard) if is_postgresql else _sqlite(guard):
            op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "What robots suggested is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _guards(*, is_postgresql: bool) -> Iterator[_Guard]:
    yield _Guard(
        "robot_queue_step",
        "UPDATE OF step, writes ON robot_queue",
        "1 = 1",
        "a queue stays what it is",
    )
    place = "strpos" if is_postgresql else "instr"
    # The same name on every line, as queues say it.
    column = "replace(field.name, '.' || field.entry_n || '.', '.')"
    yield _Guard(
        "field_version_of_robot",
        "INSERT ON field_version",
        "NEW.author_kind = 'robot' AND (NEW.purpose <> 'as_written' OR EXISTS ("
        "SELECT 1 FROM field_version said WHERE said.field_id = NEW.field_id "
        "AND said.author_kind = 'person') OR NOT EXISTS ("
        "SELECT 1 FROM field JOIN entry ON entry.filing_id = field.filing_id "
        "AND (field.entry_n = 0 OR entry.n = field.entry_n) "
        "JOIN work ON work.subject = entry.id AND work.state = 'open' "
        "AND work.leased_by = NEW.author "
        "JOIN robot_queue ON work.kind = 'suggest.' || robot_queue.id "
        "WHERE field.id = NEW.field_id AND entry.state = 'in_review' "
        "AND NOT field.sensitive "
        f"AND {place}(CAST(robot_queue.writes AS TEXT), "
        f"'\"' || {column} || '\"') > 0))",
        "no robot may say that here",
    )
    yield _Guard(
        "field_suggested",
        "UPDATE OF suggested_id ON field",
        "NEW.suggested_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM field_version said "
        "WHERE said.id = NEW.suggested_id AND said.field_id = NEW.id "
        "AND said.author_kind = 'robot' AND NOT said.accepted)",
        "only what a robot found is a suggestion",
    )
    yield _Guard(
        "field_robot_in_force",
        "UPDATE OF as_written_id, as_decided_id ON field",
        "EXISTS (SELECT 1 FROM field_version said WHERE said.author_kind = 'robot' "
        "AND (said.id = NEW.as_decided_id "
        "OR said.id = NEW.as_written_id AND NOT said.accepted))",
        "a suggestion is not in force",
    )


def _sqlite(guard: _Guard) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.when} WHEN {guard.refused} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.words}'); END"
    )


def _postgresql(guard: _Guard) -> Iterator[str]:
    yield (
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {guard.refused} THEN RAISE EXCEPTION '{guard.words}' "
        "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
    yield (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.when} FOR EACH ROW "
        f"EXECUTE FUNCTION {guard.name}()"
    )
