"""One way to the database, whichever it is: write transactions and looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from kamizero.errors import SetupError, StoreError
from storage.outages import WRITES, explain
from storage.scope import SITES
from storage.silence import Watch, patient
from storage.versions import newest_version, version_in

_AFTER_COMMIT = "kamizero_after_commit"
_LOCK_WAIT_S = 30
_FILE = "kamizero_file"


def embedded_url(data_dir: Path) -> str:
    """The database inside the data folder, which is made where it is missing."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"sqlite:///{data_dir.resolve() / 'kamizero.db'}"


class Database:
    """SQLite or PostgreSQL behind the same two doors: `begin` and `look`.

    Safe to share between threads. A process that forks must build its own.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(**{WRITES: True})
        self._reader = self.engine.execution_options(**_reading(self.dialect))
        self._sites: frozenset[str] | None = None

    def within(self, sites: frozenset[str] | None) -> "Database":
        """The same database, showing what belongs to these sites; None for all."""
        narrowed = copy(self)
        narrowed._sites = sites
        return narrowed

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @property
    def has_one_writer(self) -> bool:
        """Whether each write transaction waits for all others to end."""
        return self.dialect == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A write transaction: commits on leaving, rolls back on an error."""
        info = {SITES: self._sites}
        with Session(self._writer, expire_on_commit=False, info=info) as session:
            with session.begin():
                yield session
            calls: list[Callable[[], None]] = session.info.pop(_AFTER_COMMIT, [])
        # The connection is back in the pool here: a call may open its own.
        for call in calls:
            call()

    @contextmanager
    def look(self) -> Iterator[Session]:
        """A consistent view that cannot write."""
        with Session(
            self._reader,
            expire_on_commit=False,
            autoflush=False,
            info={SITES: self._sites},
        ) as session:
            yield session

    def upgrade(self) -> None:
        """Bring the tables to this program's version; harmless to repeat."""
        with self._reader.connect() as connection:
            if version_in(connection) == newest_version():
                # Whoever only looks must not wait for a writer.
                return
        # Alembic takes a third of a second to load, and is needed once a version.
        from storage.migrating import migrate

        with self._writer.begin() as connection:
            migrate(connection)

    def close(self) -> None:
        self.engine.dispose()


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Run the call once this session's transaction is committed, never otherwise."""
    session.info.setdefault(_AFTER_COMMIT, []).append(call)


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise SetupError(
            f"KAMIZERO_DATABASE_URL is not a database address: {error}. "
            "Give sqlite:////folder/kamizero.db or postgresql://user@host/name."
        ) from error
    if address.get_backend_name() == "sqlite":
        engine = create_engine(
            address, connect_args={"timeout": _LOCK_WAIT_S}, hide_parameters=True
        )
        event.listen(engine, "handle_error", explain, retval=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if address.get_backend_name() == "postgresql":
        engine = create_engine(
            patient(address).set(drivername="postgresql+psycopg"),
            # An error's text goes into logs; what was to be written must not.
            hide_parameters=True,
        )
        event.listen(engine, "handle_error", explain, retval=True)
        watch = Watch.over(address)
        event.listen(engine, "checkout", watch.demand_answer)
        event.listen(engine, "checkin", watch.note_use)
        return engine
    raise SetupError(
        f"{address.get_backend_name()} is not supported. "
        "Set KAMIZERO_DATABASE_URL to an SQLite or a PostgreSQL address."
    )


def _reading(dialect: str) -> dict[str, object]:
    if dialect == "sqlite":
        return {WRITES: False}
    # The same promise as SQLite's snapshot: all statements see one moment.
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _prepare_sqlite(connection: SqliteConnection, entry: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes too late for BEGIN IMMEDIATE: turn it off.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {_LOCK_WAIT_S * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    ((_, _, path),) = connection.execute("PRAGMA database_list").fetchall()
    entry.info[_FILE] = (path, _identity(path))


def _begin_sqlite(connection: Connection) -> None:
    path, identity = connection.info[_FILE]
    if path and _identity(path) != identity:
        # SQLite would go on in the file that has no name any more, and lose it all.
        raise StoreError(
            f"The database {path} was removed or replaced while it was in use. Stop "
            "kamizero, put the file back or restore the backup, and start it again."
        )
    writes = connection.get_execution_options().get(WRITES, True)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    # Taking the write lock first means never failing halfway on a stale snapshot.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
