"""What the server's door is like, seen from the connections that come in by it."""

import asyncio
import os
import socket

from kamizero.cli.serve import _listening


async def _waits_of_nagle(door: socket.socket) -> bool:
    """Whether a connection holds small segments back until the last is answered."""
    arrived: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours = writer.get_extra_info("socket")
        no_wait = ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        arrived.set_result(not no_wait)
        writer.close()

    async with await asyncio.start_server(greet, sock=door):
        _, writer = await asyncio.open_connection(*door.getsockname())
        waits = await arrived
        writer.close()
        return waits


def test_no_page_waits_until_the_one_before_it_is_acknowledged() -> None:
    with _listening("127.0.0.1", 0) as door:
        assert not asyncio.run(_waits_of_nagle(door))


def test_nor_one_of_a_process_that_was_given_the_door() -> None:
    with _listening("127.0.0.1", 0) as door:
        given = socket.socket(fileno=os.dup(door.fileno()))
        assert not asyncio.run(_waits_of_nagle(given))
