"""Processes at one door take up as many connections each."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from kamizero.cli.fair_server import FairServer


async def hello(scope: Any, receive: Any, send: Any) -> None:
    del scope, receive
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as made:
        made.bind(("127.0.0.1", 0))
        made.listen()
        yield made


def server() -> FairServer:
    return FairServer(uvicorn.Config(hello, lifespan="off", log_config=None))


def test_whoever_has_fewer_connections_takes_up_the_next(door: socket.socket) -> None:
    async def come(count: int) -> list[int]:
        servers = [server(), server()]
        serving = [
            asyncio.create_task(one.serve(sockets=[door.dup()])) for one in servers
        ]
        opened = [await _visit(door.getsockname()) for _ in range(count)]
        taken = [len(one.server_state.connections) for one in servers]
        for writer in opened:
            writer.close()
        for one in servers:
            one.should_exit = True
        await asyncio.gather(*serving)
        return taken

    assert asyncio.run(come(10)) == [5, 5]


def test_a_visitor_who_is_gone_already_keeps_nobody_waiting(
    door: socket.socket,
) -> None:
    async def come() -> bytes:
        one = server()
        serving = asyncio.create_task(one.serve(sockets=[door.dup()]))
        with socket.socket() as gone:
            gone.connect(door.getsockname())
        reader, writer = await asyncio.open_connection(*door.getsockname())
        said = await _ask(reader, writer)
        writer.close()
        one.should_exit = True
        await serving
        return said

    assert asyncio.run(come()).startswith(b"HTTP/1.1 204")


def test_a_door_that_breaks_ends_its_server(door: socket.socket) -> None:
    async def break_in() -> None:
        one = server()
        theirs = door.dup()
        theirs.close()
        await asyncio.wait_for(one.serve(sockets=[theirs]), timeout=20)

    asyncio.run(break_in())


async def _visit(address: tuple[str, int]) -> asyncio.StreamWriter:
    reader, writer = await asyncio.open_connection(*address)
    await _ask(reader, writer)
    return writer


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    await writer.drain()
    return await reader.readuntil(b"\r\n\r\n")
