"""Guard in the database itself what must never change, whoever asks.

A program error, or a hand at the database's own prompt, is refused like any other.
"""

from collections.abc import Iterator, Sequence

from alembic import op

from kamizero.errors import SetupError

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_APPEND_ONLY = (
    "audit_event",
    "audit_seal",
    "audit_head",
    "field_version",
    "approval",
)
_ORIGINAL_COLUMNS = "sha256, size, store_key"
_FOUR_EYES = (
    "SELECT 1 FROM touch "
    'WHERE touch.filing_id = NEW.filing_id AND touch.person = NEW."by"'
)


def _sqlite() -> Iterator[str]:
    def refuse(name: str, when: str, words: str) -> str:
        return (
            f"CREATE TRIGGER {name} BEFORE {when} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )

    for table in _APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            yield refuse(
                f"{table}_{act.lower()}", f"{act} ON {table}", f"{table} is append-only"
            )
    yield refuse(
        "original_update",
        f"UPDATE OF {_ORIGINAL_COLUMNS} ON original",
        "an original never changes",
    )
    yield refuse(
        "original_delete", "DELETE ON original", "an original is never removed"
    )
    yield refuse(
        "approval_four_eyes",
        f"INSERT ON approval WHEN EXISTS ({_FOUR_EYES})",
        "four eyes: who changed a filing cannot approve it",
    )


def _postgresql() -> Iterator[str]:
    # One function says no; the trigger passes the words.
    yield """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
        END $$
    """
    yield f"""
        CREATE FUNCTION refuse_own_approval() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS ({_FOUR_EYES}) THEN
                RAISE EXCEPTION 'four eyes: who changed a filing cannot approve it'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """

    def refuse(name: str, when: str, words: str, each: str = "ROW") -> str:
        return (
            f"CREATE TRIGGER {name} BEFORE {when} "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change('{words}')"
        )

    for table in _APPEND_ONLY:
        words = f"{table} is append-only"
        for act in ("UPDATE", "DELETE"):
            yield refuse(f"{table}_{act.lower()}", f"{act} ON {table}", words)
    for table in (*_APPEND_ONLY, "original"):
        words = f"{table} is never emptied"
        yield refuse(
            f"{table}_truncate", f"TRUNCATE ON {table}", words, each="STATEMENT"
        )
    yield refuse(
        "original_update",
        f"UPDATE OF {_ORIGINAL_COLUMNS} ON original",
        "an original never changes",
    )
    yield refuse(
        "original_delete", "DELETE ON original", "an original is never removed"
    )
    yield (
        "CREATE TRIGGER approval_four_eyes BEFORE INSERT ON approval "
        "FOR EACH ROW EXECUTE FUNCTION refuse_own_approval()"
    )


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in _postgresql() if dialect == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    raise SetupError(
        "The guards are not taken away: restore the backup made before the upgrade."
    )
