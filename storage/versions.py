"""Which version the tables of a database have, and which the program wants.

Every command asks both, so nothing is loaded for it: the names of the migrations say
which is the newest.
"""

import re
from importlib.resources import files

from sqlalchemy import Connection, inspect, text

# Empty while a restore is not finished: until then no program takes the rows.
VERSION_TABLE = "alembic_version"
_MIGRATION = re.compile(r"(\d{4})_\w+\.py")


def newest_version() -> str:
    """The version the last migration leads to."""
    folder = files("storage") / "migrations" / "versions"
    names = map(_MIGRATION.fullmatch, (one.name for one in folder.iterdir()))
    return max(name[1] for name in names if name)


def version_in(connection: Connection) -> str | None:
    """The version of the tables there; None where there are none yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    asked = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608
    found: str | None = connection.scalar(asked)
    return found
