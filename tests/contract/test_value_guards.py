"""What writing the first readings of a filing costs the database's own guards."""

from pathlib import Path

from sqlalchemy import text

from forms.library import Library
from kamizero.model import FilingKind
from storage.database import Database
from storage.vault import KeyRing, Vault
from tests.paper import a_field, a_reading, new_filing, new_page, read_fields

_READ_WHOLE = """
SELECT relname FROM pg_stat_xact_user_tables
WHERE relname IN ('field_version', 'card', 'entry') AND seq_scan > 0
"""


def test_no_guard_reads_a_table_for_each_reading(
    postgres_url: str, tmp_path: Path
) -> None:
    database, vault = Database(postgres_url), Vault(KeyRing.load(tmp_path / "keys"))
    definition = Library.shipped().get("2200@2020-12")
    readings = [
        (a_field(field, n), a_reading(field.name, "", accepted=True))
        for n, field in enumerate(definition.fields)
    ]

    with database.begin() as session:
        filing = new_filing(session, definition, FilingKind.NEW)
        read_fields(session, vault, new_page(session, filing), readings)
        found = session.scalars(text(_READ_WHOLE)).all()

    database.close()
    assert found == []
