"""The rows of a backup: SQLite's own online copy, or what pg_dump writes."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from kamizero.errors import SetupError, StoreError
from storage.database import Database
from storage.migrating import migrations
from storage.versions import VERSION_TABLE

SQLITE_FILE = "database.sqlite"
POSTGRESQL_FILE = "database.dump"


def save_rows(database: Database, folder: Path) -> None:
    """Copy all rows as of one moment, while people work on."""
    if database.dialect == "sqlite":
        target = folder / SQLITE_FILE
        source = f"file:{database.engine.url.database}?mode=ro"
        with (
            closing(sqlite3.connect(source, uri=True)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            # One file that needs no other beside it.
            copy.execute("PRAGMA journal_mode = DELETE").close()
        return
    _run(
        "pg_dump",
        database.engine.url,
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--file={folder / POSTGRESQL_FILE}",
    )


def load_rows(folder: Path, database_url: URL, *, beside: Path) -> None:
    """Put the rows into an empty PostgreSQL database, without their version.

    Args:
        beside: a folder for the list of what is loaded.
    """
    dump = folder / POSTGRESQL_FILE
    listed = _run("pg_restore", None, "--list", str(dump))
    wanted = beside / "restoring.list"
    wanted.write_text(
        "\n".join(line for line in listed.splitlines() if not _is_version(line)),
        "utf-8",
    )
    _run(
        "pg_restore",
        database_url,
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        f"--use-list={wanted}",
        str(dump),
    )
    wanted.unlink()


def demand_known(revision: str) -> None:
    """Raise SetupError where the rows are of a version this program does not know."""
    with migrations() as config:
        try:
            ScriptDirectory.from_config(config).get_revision(revision)
        except CommandError as error:
            raise SetupError(
                f"The backup was made by a newer kamizero (tables {revision}). Restore "
                "it with that version or a later one."
            ) from error


def bring_up(database: Database, revision: str) -> str:
    """Bring loaded rows to this program's version, and return it.

    The rows still say no version: see `VERSION_TABLE`.
    """
    with migrations() as config, database.engine.begin() as connection:
        _say_version(connection, revision)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.execute(text(f"DELETE FROM {VERSION_TABLE}"))  # noqa: S608
        return str(ScriptDirectory.from_config(config).get_current_head())


def open_rows(database: Database, revision: str) -> None:
    """Say the rows' version, so that programs take them."""
    with database.engine.begin() as connection:
        _say_version(connection, revision)


def _say_version(connection: Connection, revision: str) -> None:
    connection.execute(text(f"DELETE FROM {VERSION_TABLE}"))  # noqa: S608
    connection.execute(
        text(f"INSERT INTO {VERSION_TABLE} VALUES (:revision)"),  # noqa: S608
        {"revision": revision},
    )


def demand_no_rows(database: Database) -> None:
    """Raise SetupError where the database has tables already."""
    with database.engine.connect() as connection:
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        if connection.scalar(text(query)):
            raise SetupError(
                "The database of KAMIZERO_DATABASE_URL holds tables already. Restore "
                "into an empty one; nothing is written over."
            )


def _is_version(line: str) -> bool:
    return "TABLE DATA" in line and VERSION_TABLE in line.split()


def _run(name: str, url: URL | None, *arguments: str) -> str:
    environment = dict(os.environ)
    target = []
    if url is not None:
        # Not among the arguments: every user of the machine can read those.
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
        plain = url.set(drivername="postgresql", password=None)
        target = [f"--dbname={plain.render_as_string()}"]
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, fixed arguments.
        [_program(name), *target, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # Its last line says what is wrong; those before may quote a row.
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise StoreError(f"{name} failed: {last[:200]}")
    return done.stdout


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    # Debian keeps one folder a major version, and none of them on the PATH.
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not versions:
        raise SetupError(f"{name} is not here. Install PostgreSQL's client programs.")
    return str(versions[-1])
