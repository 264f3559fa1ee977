"""Let only a scan that is good enough for its class become the legal original."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ASKED = (("image_dpi", "200"), ("image_depth", "24"))


class _Guard(NamedTuple):
    name: str
    when: str
    refused: str
    words: str


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, usual in _ASKED:
        op.add_column(
            "record_file",
            sa.Column(
                name, sa.Integer(), server_default=sa.text(usual), nullable=False
            ),
        )
    for guard in _guards(is_postgresql=is_postgresql):
        for statement in _postgresql(guard) if is_postgresql else _sqlite(guard):
            op.execute(statement)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for guard in _guards(is_postgresql=is_postgresql):
        table = guard.when.rpartition(" ")[2]
        if is_postgresql:
            op.execute(f"DROP TRIGGER {guard.name} ON {table}")
            op.execute(f"DROP FUNCTION {guard.name}()")
        else:
            op.execute(f"DROP TRIGGER {guard.name}")
    for name, _ in _ASKED:
        op.drop_column("record_file", name)


def _guards(*, is_postgresql: bool) -> Iterator[_Guard]:
    measured = (
        "(page.quality ->> 'dpi')::float"
        if is_postgresql
        else "json_extract(page.quality, '$.dpi')"
    )
    yield _Guard(
        "designation_image",
        "INSERT ON designation",
        "NEW.medium = 'image' AND EXISTS (SELECT 1 FROM page "
        "JOIN arrival ON arrival.id = page.arrival_id "
        "JOIN filed_original filed ON filed.original_id = arrival.original_id "
        "JOIN record_file file ON file.id = filed.record_file_id "
        "WHERE arrival.original_id = NEW.original_id AND page.standing = 'valid' "
        "AND COALESCE(page.kind, '') <> 'separator' "
        "AND (page.depth < file.image_depth "
        f"OR COALESCE({measured}, page.dpi) * 100 < file.image_dpi * 97))",
        "the scan is not good enough to be the legal original",
    )
    yield _Guard(
        "record_file_image",
        "UPDATE OF image_dpi, image_depth ON record_file",
        "1 = 1",
        "a file stays what it is",
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
