"""Ask the guards of values only where they could refuse, and by an index alone.

What they refuse stays the same. A filing has hundreds of readings, and each went
through guards that look into tables, of which one read all versions of a database that
was new. SQLite asks a guard's condition first anyway.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0060"
down_revision: str | None = "0059"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Guard: when it is asked, on which condition, and by which function.
_GUARDS = {
    "field_version_approved": (
        "BEFORE INSERT ON field_version",
        "NEW.author_kind <> 'engine'",
        "refuse_after_approval",
    ),
    "field_version_of_robot": (
        "BEFORE INSERT ON field_version",
        "NEW.author_kind = 'robot'",
        "field_version_of_robot",
    ),
    "field_cards": (
        "AFTER UPDATE OF as_written_id, as_decided_id ON field",
        "OLD.as_written_id IS NOT NULL OR OLD.as_decided_id IS NOT NULL",
        "drop_cards_out_of_force",
    ),
}
# Two questions by the key: with "or" between them it was one that read the table.
_ROBOT_IN_FORCE = """
CREATE OR REPLACE FUNCTION field_robot_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM field_version said
        WHERE said.id = NEW.as_decided_id AND said.author_kind = 'robot'
    ) OR EXISTS (
        SELECT 1 FROM field_version said WHERE said.id = NEW.as_written_id
        AND said.author_kind = 'robot' AND NOT said.accepted
    ) THEN
        RAISE EXCEPTION 'a suggestion is not in force'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(_ROBOT_IN_FORCE)
    for name, (asked, condition, function) in _GUARDS.items():
        _replace(name, f"{asked} FOR EACH ROW WHEN ({condition})", function)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, (asked, _, function) in _GUARDS.items():
        _replace(name, f"{asked} FOR EACH ROW", function)


def _replace(name: str, asked: str, function: str) -> None:
    op.execute(f"DROP TRIGGER {name} ON {asked.partition(' ON ')[2].split()[0]}")
    op.execute(f"CREATE TRIGGER {name} {asked} EXECUTE FUNCTION {function}()")
