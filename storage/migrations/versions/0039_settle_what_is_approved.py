"""Let nobody change a value of what is approved.

What is found wrong later comes in as a paper of its own, and stands in the register of
errors; there is no silent way.
"""

from collections.abc import Sequence

from alembic import op

from kamizero.errors import SetupError

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = "what is approved is not changed any more"
# A reading that the register supports stays what it was: machines may say so later.
_REFUSED = """
    NEW.author_kind <> 'engine' AND EXISTS (
        SELECT 1 FROM field JOIN entry ON entry.filing_id = field.filing_id
        WHERE field.id = NEW.field_id AND entry.state = 'approved'
        AND (entry.n = field.entry_n OR field.entry_n = 0)
    )
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_after_approval() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN IF {_REFUSED} THEN RAISE EXCEPTION '{_WORDS}' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER field_version_approved BEFORE INSERT ON field_version "
            "FOR EACH ROW EXECUTE FUNCTION refuse_after_approval()"
        )
    else:
        op.execute(
            "CREATE TRIGGER field_version_approved BEFORE INSERT ON field_version "
            f"WHEN {_REFUSED} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )


def downgrade() -> None:
    raise SetupError(
        "An older version would let approved values be changed: restore the backup "
        "made before the upgrade."
    )
