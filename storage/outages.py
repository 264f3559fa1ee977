"""What a database says that cannot work now, or cannot hold what it was given."""

import sqlite3

from sqlalchemy.engine import ExceptionContext

from kamizero.errors import StoreError, WrongCallError

# The writer's connections say so; a look that writes is a fault of the program.
WRITES = "kamizero_writes"

_SQLITE = {
    "SQLITE_FULL": "the disk is full. Free space or enlarge it, then try again.",
    "SQLITE_READONLY": "it cannot be written. Mount the data folder writable, or give "
    "it to the user that runs kamizero.",
    "SQLITE_CANTOPEN": "it cannot be opened. Give the data folder to the user that "
    "runs kamizero, or set KAMIZERO_DATA_DIR to another folder.",
    # A disk that is full from the start says so this way: no room for the index of
    # the write-ahead log.
    "SQLITE_IOERR": "the disk is full or reports an error. Free space; if that does "
    "not help, look at the machine's system log.",
    "SQLITE_BUSY": "another program holds it for too long. Wait, then try again.",
    "SQLITE_CORRUPT": "the file is damaged. Stop kamizero and restore the backup.",
    "SQLITE_NOTADB": "the file is no database. Stop kamizero and restore the backup.",
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html, by class.
_POSTGRESQL = {
    "53": "it has no room left (disk, memory or connections). Enlarge it, then try "
    "again.",
    "57": "it is shutting down. Start it again.",
    "58": "its disk reports an error. Look at its log.",
    "28": "it refuses this user. Check the user in KAMIZERO_DATABASE_URL.",
    "3D": "it has no such database. Create the one KAMIZERO_DATABASE_URL names.",
}
_NO_ANSWER = "it does not answer. Start it, or check KAMIZERO_DATABASE_URL."
_TOO_LARGE = "A number is too large to be the number of anything."
_NO_TEXT = "A text holds a character that nobody can write; type it anew."


def explain(context: ExceptionContext) -> StoreError | WrongCallError | None:
    """What to raise instead, where the fault is neither the program's nor a row's:
    the machine's, or that of whoever sent what no column holds.

    Listens to SQLAlchemy's `handle_error`.
    """
    unheld = _unheld(context.original_exception)
    if unheld:
        return WrongCallError(unheld)
    connection = context.connection
    looks = connection is not None and not connection.get_execution_options().get(
        WRITES, True
    )
    advice = _advice(context.original_exception, looks=looks)
    if not advice or context.engine is None:
        return None
    address = context.engine.url.render_as_string()
    return StoreError(f"The database {address} cannot be used: {advice}")


def _unheld(error: BaseException) -> str:
    """What of a caller's words no column holds, "" where that is not the fault."""
    if isinstance(error, OverflowError):
        return _TOO_LARGE
    # Half a surrogate pair fits neither database.
    if isinstance(error, UnicodeEncodeError):
        return _NO_TEXT
    return "" if isinstance(error, sqlite3.Error) else _unheld_by_postgresql(error)


def _unheld_by_postgresql(error: BaseException) -> str:
    # Its driver takes a fifth of a second to load: only where something was refused.
    import psycopg

    if isinstance(error, psycopg.errors.NumericValueOutOfRange):
        return _TOO_LARGE
    # The driver refuses NUL before the server could give it a code.
    is_nul = isinstance(error, psycopg.DataError) and error.sqlstate is None
    return _NO_TEXT if is_nul else ""


def _advice(error: BaseException, *, looks: bool) -> str:
    if isinstance(error, sqlite3.Error):
        # The extended names go on after the plain one: SQLITE_READONLY_DIRECTORY.
        name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
        return "" if looks and name == "SQLITE_READONLY" else _SQLITE.get(name, "")
    import psycopg

    if isinstance(error, psycopg.OperationalError):
        return _POSTGRESQL.get((error.sqlstate or "")[:2], _NO_ANSWER)
    return ""
