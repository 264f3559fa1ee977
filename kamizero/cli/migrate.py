"""`kamizero migrate`: sets an empty installation up, or an old one up to date."""

import typer
from sqlalchemy import text

from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings


def migrate() -> None:
    """Bring the tables to this program's version; harmless to repeat.

    Every command does so by itself; many processes that start together wait for this.
    """
    database = open_storeroom(Settings.load()).database
    with database.engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    typer.echo(f"The tables are at version {version}.")
