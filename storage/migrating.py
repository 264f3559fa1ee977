"""Bringing the tables from one version of the program to the next, by Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from kamizero.errors import SetupError
from storage.tables import Site
from storage.versions import version_in

# Any number, as long as every process asks for the same one.
_UPGRADE_LOCK = 4_711_000_001


def migrate(connection: Connection) -> None:
    """Bring the tables to this program's version; harmless to repeat.

    Raises:
        SetupError: the database is one whose restore was cut off.
    """
    with migrations() as config:
        _wait_for_turn(connection)
        _demand_whole(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def migrations() -> Iterator[Config]:
    """Where the steps from each version of the tables to the next are."""
    with as_file(files("storage") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        yield config


def _demand_whole(connection: Connection) -> None:
    """Tables without a version are those of a restore that was cut off."""
    has_tables = inspect(connection).has_table(Site.__tablename__)
    if has_tables and version_in(connection) is None:
        raise SetupError(
            "This database was being restored, and that was not finished. Empty it, "
            "and run `kamizero restore` again."
        )


def _wait_for_turn(connection: Connection) -> None:
    # SQLite's BEGIN IMMEDIATE already lets one process through at a time.
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK}
        )
