"""A server that shares one door evenly with the processes beside it.

People keep their connection open, so whichever process takes it up answers them from
then on. Left to chance, one process gets most of them, and those wait for each other
while the next process idles.
"""

import asyncio
import socket
from contextlib import suppress

import structlog
import uvicorn

# Who has fewer connections waits less before taking up one more, and so gets it.
PATIENCE_SECONDS = 0.0005
LONGEST_SECONDS = 0.005
# With every file handle in use, a connection may end meanwhile.
RETRY_SECONDS = 0.1

log = structlog.get_logger()


class FairServer(uvicorn.Server):
    """Takes up a connection sooner, the fewer it has."""

    _welcomes: list[asyncio.Task[None]]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Whatever it is given to listen at itself, it takes all that come at once.
        await super().startup(sockets=[])
        self._welcomes = [
            asyncio.create_task(self._welcome(one)) for one in sockets or ()
        ]
        for task in self._welcomes:
            task.add_done_callback(self._stop_if_broken)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for task in self._welcomes:
            task.cancel()
        await asyncio.gather(*self._welcomes, return_exceptions=True)
        await super().shutdown(sockets)

    def _stop_if_broken(self, task: asyncio.Task[None]) -> None:
        """A server that takes nobody up any more must not look as if it ran."""
        if not task.cancelled():
            log.error("door.broken", error=repr(task.exception()))
            self.should_exit = True

    async def _welcome(self, door: socket.socket) -> None:
        door.setblocking(False)
        door.listen(self.config.backlog)
        loop = asyncio.get_running_loop()
        while True:
            await _somebody_at(door)
            await asyncio.sleep(_patience(len(self.server_state.connections)))
            try:
                connection, _ = door.accept()
            except (BlockingIOError, ConnectionAbortedError):
                # Another process was sooner, or nobody waits any more.
                continue
            except OSError as error:
                log.warning("connection.not_taken_up", error=str(error))
                await asyncio.sleep(RETRY_SECONDS)
                continue
            with suppress(OSError):
                # Gone again before it was taken up.
                await loop.connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        return made


def _patience(connections: int) -> float:
    return min(connections * PATIENCE_SECONDS, LONGEST_SECONDS)


async def _somebody_at(door: socket.socket) -> None:
    """Wait until somebody wants to come in."""
    loop, come = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(door, come.set)
    try:
        await come.wait()
    finally:
        loop.remove_reader(door)
