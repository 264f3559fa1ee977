"""Runs doors that live in an event loop, in a thread of their own."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol


class Door(Protocol):
    """A server of its own, whichever protocol it speaks."""

    @property
    def port(self) -> int: ...

    def serve(self) -> None:
        """Let senders in until `stop` is called, by another thread."""
        ...

    def stop(self) -> None: ...


class Listening(Protocol):
    """A server that accepts connections; asyncio's and asyncssh's both are."""

    def close(self) -> None: ...


class LoopDoor:
    """Serves one such door until it is stopped.

    Args:
        opened: opens the door in the loop it is awaited in.
        port_of: the port it listens on.
    """

    def __init__(
        self,
        opened: Callable[[], Coroutine[Any, Any, Listening]],
        *,
        port_of: Callable[[Any], int],
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(opened())
        self._port = port_of(self._server)

    @property
    def port(self) -> int:
        return self._port

    def serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._end()

    def stop(self) -> None:
        # A door that is being stopped twice is stopped.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _end(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
