"""A PostgreSQL server that says nothing any more is given up in bounded time.

A server that is killed hangs up; one whose line is gone, or that is frozen, does not.
The system gives up a line that nothing comes back on; for a connection that lay unused
we ask the server ourselves.
"""

import select
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from kamizero.errors import SetupError

# What libpq is told where the address does not say otherwise: seconds to connect, and
# to hear of a silent line, which while something was sent is known in milliseconds.
PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
# A connection that was used just now need not be asked whether it is there.
FRESH_SECONDS = 1.0
_USED = "kamizero_used"


def patient(address: URL) -> URL:
    """The address with how long to wait; what it says of that itself stays."""
    wanted = {
        name: value for name, value in PATIENCE.items() if name not in address.query
    }
    return address.update_query_dict(wanted)


@dataclass(frozen=True, slots=True)
class Watch:
    """Listens to a pool, so that no connection is handed out that is silent.

    Attributes:
        seconds: how long an answer may take.
    """

    seconds: float

    @classmethod
    def over(cls, address: URL) -> "Watch":
        """As patient as whoever connects; that may be for ever, which is not waited."""
        said = patient(address).query["connect_timeout"]
        try:
            return cls(float(str(said)) or float(PATIENCE["connect_timeout"]))
        except ValueError as error:
            raise SetupError(
                f"connect_timeout={said} in KAMIZERO_DATABASE_URL is no number of "
                "seconds."
            ) from error

    def note_use(
        self, connection: DBAPIConnection | None, entry: ConnectionPoolEntry
    ) -> None:
        """At `checkin`."""
        del connection
        entry.info[_USED] = time.monotonic()

    def demand_answer(
        self, connection: DBAPIConnection, entry: ConnectionPoolEntry, proxy: object
    ) -> None:
        """At `checkout`: where none comes, the pool opens another connection."""
        del proxy
        used = entry.info.get(_USED)
        if used is None or time.monotonic() - used < FRESH_SECONDS:
            return
        if not _answers(connection, self.seconds):
            raise DisconnectionError("The database does not answer.")


def _answers(connection: Any, seconds: float) -> bool:
    """Whether an empty statement comes back; the driver itself waits for ever."""
    # The driver takes a fifth of a second to load, and is loaded by now.
    from psycopg import OperationalError

    try:
        line = connection.pgconn
        line.send_query(b"")
        # Unlike `select` it knows descriptors beyond the 1,024th.
        heard = select.poll()
        heard.register(line.socket, select.POLLIN)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not heard.poll(left * 1000):
                return False
            line.consume_input()
            while not line.is_busy():
                if line.get_result() is None:
                    return True
    except OperationalError:
        pass
    return False
