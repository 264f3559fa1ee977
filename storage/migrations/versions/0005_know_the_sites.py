"""Let devices belong to known sites alone."""

from collections.abc import Sequence

from alembic import op

from kamizero.errors import SetupError

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # A site was known from its first paper on; a device may not have sent any.
    op.execute(
        "INSERT INTO site (code, name) SELECT DISTINCT site, site FROM device "
        "WHERE site NOT IN (SELECT code FROM site)"
    )
    with op.batch_alter_table("device") as device:
        device.create_foreign_key(
            op.f("fk_device_site_site"), "site", ["site"], ["code"]
        )


def downgrade() -> None:
    raise SetupError(
        "What devices brought is not forgotten: restore the backup made before the "
        "upgrade."
    )
