"""Which version of the tables the program wants is read off the migrations' names."""

from pathlib import Path

from alembic.script import ScriptDirectory

from storage.database import Database, embedded_url
from storage.migrating import migrations
from storage.versions import newest_version, version_in


def test_the_name_of_the_last_migration_says_its_version() -> None:
    with migrations() as config:
        scripts = ScriptDirectory.from_config(config)

    assert newest_version() == scripts.get_current_head()
    assert all(
        Path(one.path).name.startswith(f"{one.revision}_")
        for one in scripts.walk_revisions()
    )


def test_a_database_without_tables_has_no_version(tmp_path: Path) -> None:
    database = Database(embedded_url(tmp_path))

    with database.engine.connect() as connection:
        assert version_in(connection) is None
    database.close()


def test_a_migrated_database_has_the_newest_version(migrated_folder: Path) -> None:
    database = Database(embedded_url(migrated_folder))

    with database.engine.connect() as connection:
        assert version_in(connection) == newest_version()
    database.close()
