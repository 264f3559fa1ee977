"""Let a restore say that paper went, which its rows still take for kept.

Only while it restores: until then the rows say no version, and no program opens them.
Two people and a certificate are asked for all the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


class _Guard(NamedTuple):
    table: str
    refused: str
    words: str
    lock: str


_GUARDS = (
    _Guard(
        "paper_disposal",
        "(NEW.state <> 'proposed' OR NEW.approved_by IS NOT NULL)",
        "a destruction begins as a proposal",
        "PERFORM 1 FROM paper_box WHERE id = NEW.paper_box_id FOR UPDATE;",
    ),
    _Guard(
        "disposed_paper",
        "(SELECT state FROM paper_disposal WHERE id = NEW.disposal_id) <> 'proposed'",
        "only a proposal names what is to be destroyed",
        "",
    ),
)
_OPEN = " AND EXISTS (SELECT 1 FROM alembic_version)"


def upgrade() -> None:
    _guard(_OPEN)


def downgrade() -> None:
    _guard("")


def _guard(when: str) -> None:
    for guard in _GUARDS:
        name, refused = f"{guard.table}_insert", guard.refused + when
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
                f"AS $$ BEGIN {guard.lock} IF {refused} THEN RAISE EXCEPTION "
                f"'{guard.words}' USING ERRCODE = 'check_violation'; END IF; "
                "RETURN NEW; END $$"
            )
        else:
            op.execute(f"DROP TRIGGER {name}")
            op.execute(
                f"CREATE TRIGGER {name} BEFORE INSERT ON {guard.table} WHEN {refused} "
                f"BEGIN SELECT RAISE(ABORT, '{guard.words}'); END"
            )
