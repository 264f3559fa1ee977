"""Runs `kamizero` with a clock at its door: each answer says how long it took.

`python -m bench.timed_server up --port 8000`; the time is that of the server alone,
however busy whoever asks is.
"""

import time
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kamizero.cli import app, children, page_server

HEADER = "Server-Timing"
# What a server makes its pages with.
_MAKES_PAGES = "web_app"


@dataclass(frozen=True, slots=True)
class Timed:
    """Measures from the request's head to the answer's."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = (time.perf_counter() - begun) * 1000
                MutableHeaders(scope=message)[HEADER] = f"app;dur={took:.3f}"
            await send(message)

        await self.app(scope, receive, answer)


def milliseconds(header: str) -> float:
    """What the header of an answer says."""
    return float(header.partition("dur=")[2])


def main() -> None:
    plain = getattr(page_server, _MAKES_PAGES)
    setattr(page_server, _MAKES_PAGES, lambda installation: Timed(plain(installation)))
    # Those beside it are measured as well.
    children.PROGRAM = "bench.timed_server"
    app()


if __name__ == "__main__":
    main()
