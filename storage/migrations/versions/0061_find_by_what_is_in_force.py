"""Let no filing be found by a correction that was not approved.

Corrections came with index cards as soon as they were proposed. Those of dropped ones
stayed for good, and `verify` named both as changed by hand. An approved one brings its
cards as it comes into force.
"""

from collections.abc import Sequence

from alembic import op

from kamizero.errors import SetupError

revision: str = "0061"
down_revision: str | None = "0060"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        "DELETE FROM card WHERE version_id IN ("
        "SELECT change.version_id FROM recall_change change "
        "JOIN recall one ON one.id = change.recall_id WHERE one.state <> 'in_force')"
    )


def downgrade() -> None:
    raise SetupError(
        "An older version expects the cards of proposed corrections: restore the "
        "backup made before the upgrade."
    )
