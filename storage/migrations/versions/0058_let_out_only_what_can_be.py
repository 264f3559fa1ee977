"""Let people let out what can be written otherwise, and no entry out twice.

Refused here, whoever asks: to let out an entry that no receiver would take so, to begin
what became of a file with an answer or to give one for a file that was fetched, and an
entry in two files, also where two programs write at once. What was let out and cannot
be written all the same waits for a person again.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from kamizero.errors import SetupError

revision: str = "0058"
down_revision: str | None = "0057"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# A correction came since; whether that can be written is found out in its turn.
_CORRECTED = (
    "EXISTS (SELECT 1 FROM delivery one WHERE one.id = NEW.delivery_id "
    "AND one.changed_at > OLD.found_at)"
)
_WAITS_AGAIN = (
    "(OLD.how = 'substitute' AND NEW.how IS NULL "
    "AND EXISTS (SELECT 1 FROM delivery one WHERE one.id = NEW.delivery_id "
    "AND one.state = 'pending'))"
)
_BLOCK_REFUSED = (
    f"(OLD.how IS NOT NULL AND NOT {_WAITS_AGAIN}) "
    "OR NEW.delivery_id <> OLD.delivery_id "
    "OR (NEW.found_at <> OLD.found_at AND OLD.how IS NULL) "
    f"OR (NEW.how = 'substitute' AND NOT OLD.may_substitute AND NOT {_CORRECTED})"
)
_END_REFUSED = (
    "OLD.settled_how IS NOT NULL OR NEW.file_id <> OLD.file_id "
    "OR NEW.how <> OLD.how OR NEW.begun_at <> OLD.begun_at "
    "OR (OLD.done_at IS NOT NULL "
    "AND (NEW.done_at IS NULL OR NEW.done_at <> OLD.done_at)) "
    "OR (NEW.settled_how IS NOT NULL AND NEW.how <> 'expired')"
)
_BEGIN_REFUSED = (
    "NEW.settled_how IS NOT NULL OR NOT EXISTS (SELECT 1 FROM export_file one "
    "WHERE one.id = NEW.file_id AND one.state = 'placed')"
)
_ITEM_REFUSED = (
    "EXISTS (SELECT 1 FROM export_item other "
    "WHERE other.delivery_id = NEW.delivery_id AND NOT EXISTS ("
    "SELECT 1 FROM export_end one WHERE one.file_id = other.file_id "
    "AND one.settled_how = 'reissue'))"
)
# Guard: when, what is refused, and in what words.
_GUARDS = {
    "export_block_is_fixed": (
        "UPDATE ON export_block",
        _BLOCK_REFUSED,
        "what was settled stays",
    ),
    "export_end_is_fixed": (
        "UPDATE ON export_end",
        _END_REFUSED,
        "what became of a file stays",
    ),
    "export_end_is_of_what_lies_there": (
        "INSERT ON export_end",
        _BEGIN_REFUSED,
        "it does not lie there",
    ),
    "export_item_goes_once": (
        "INSERT ON export_item",
        _ITEM_REFUSED,
        "another file holds it",
    ),
}
# Whoever comes second waits for who came first, and then sees what that one wrote.
_TURN = {
    "export_item_goes_once": "PERFORM 1 FROM delivery one "
    "WHERE one.id = NEW.delivery_id FOR UPDATE; "
}


def upgrade() -> None:
    # What waits already is looked at again when it is let out.
    op.add_column(
        "export_block",
        sa.Column(
            "may_substitute", sa.Boolean(), server_default=sa.true(), nullable=False
        ),
    )
    for name in _GUARDS:
        _replace(name)


def downgrade() -> None:
    raise SetupError(
        "What people let out is not forgotten: restore the backup made before the "
        "upgrade."
    )


def _replace(name: str) -> None:
    when, refused, words = _GUARDS[name]
    if op.get_bind().dialect.name != "postgresql":
        op.execute(f"DROP TRIGGER {name}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} WHEN {refused} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {_TURN.get(name, '')}IF {refused} THEN RAISE EXCEPTION '{words}' "
        "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
