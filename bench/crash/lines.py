"""The lines between programs and servers, each of which can be cut.

Every program reaches every server through a line of its own, so that one program can
lose its servers, and one server all its programs.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

_Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Reach = Callable[[], Awaitable[_Ends]]
"""Opens a connection to the server."""


@dataclass(eq=False)
class Line:
    """One address that one program knows one server by.

    Attributes:
        is_cut: whoever comes is sent away.
        passing: what is said goes on; while it is not set, nobody hears anything.
    """

    program: str
    server: str
    reach: Reach
    is_cut: bool = False
    passing: asyncio.Event = field(default_factory=asyncio.Event)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def hang_up(self) -> None:
        for writer in self.writers:
            writer.transport.abort()

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        self.writers.add(writer)
        try:
            await self._pass(reader, writer)
        finally:
            writer.transport.abort()
            self.writers.discard(writer)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self.passing.wait()
        try:
            from_there, to_there = await self.reach()
        except OSError:
            return
        self.writers.add(to_there)
        try:
            await asyncio.gather(
                self._carry(reader, to_there), self._carry(from_there, writer)
            )
        finally:
            to_there.transport.abort()
            self.writers.discard(to_there)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while said := await reader.read(1 << 16):
                await self.passing.wait()
                writer.write(said)
                await writer.drain()
        # Whoever ended has nothing more to hear either.
        writer.close()


class Lines:
    """All lines of a house, carried by one thread of the driver."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._doors: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def lay(self, program: str, server: str, reach: Reach, *, port: int) -> None:
        """Serve the port as the program's way to the server."""

        async def listen() -> None:
            line = Line(program, server, reach)
            line.passing.set()
            self._lines.append(line)
            door = await asyncio.start_server(line.serve, "127.0.0.1", port)
            self._doors.append(door)

        self._do(listen())

    def cut(self, name: str) -> None:
        """Hang up on whatever of that name speaks, and send away who comes."""
        self._set(name, is_cut=True, is_silent=False)

    def silence(self, name: str) -> None:
        """Let nothing through any more, and tell nobody."""
        self._set(name, is_cut=False, is_silent=True)

    def mend(self, name: str) -> None:
        """Carry what comes now; what was said into the silence never arrives."""
        self._set(name, is_cut=False, is_silent=False)

    def _set(self, name: str, *, is_cut: bool, is_silent: bool) -> None:
        async def change() -> None:
            for line in self._lines:
                if name not in (line.program, line.server):
                    continue
                if not is_silent:
                    line.hang_up()
                line.is_cut = is_cut
                if is_silent:
                    line.passing.clear()
                else:
                    line.passing.set()

        self._do(change())

    async def _end(self) -> None:
        for door in self._doors:
            door.close()
        for line in self._lines:
            line.hang_up()
        speaking = asyncio.all_tasks() - {asyncio.current_task()}
        for task in speaking:
            task.cancel()
        await asyncio.gather(*speaking, return_exceptions=True)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


def by_port(port: int) -> Reach:
    return lambda: asyncio.open_connection("127.0.0.1", port)


def by_socket(path: str) -> Reach:
    return lambda: asyncio.open_unix_connection(path)
