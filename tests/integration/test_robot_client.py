"""The example's client: what it does when it is told to wait, or that it may not."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from examples.robots.queue_client import QueueClient, RefusedError, work

ITEM = {"id": 1, "fence": 1, "attempt": 1, "receipt_number": "R1", "n": 1, "fields": {}}
LEASED = (200, {"items": [ITEM]})


class Kamizero(HTTPServer):
    """Answers what it was told to, one after the other, and remembers the keys."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.keys: list[str] = []

    @property
    def client(self) -> QueueClient:
        return QueueClient(f"http://127.0.0.1:{self.server_port}", "key", "host")


class _Answer(BaseHTTPRequestHandler):
    server: Kamizero

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.append(self.headers["Idempotency-Key"])
        status, said = self.server.answers.pop(0)
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def kamizero() -> Iterator[Kamizero]:
    made = Kamizero()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def problem(kind: str) -> dict[str, Any]:
    return {"type": f"urn:kamizero:problem:{kind}", "detail": "no"}


def commits(_: Any, commit: Any) -> Any:
    commit()
    raise AssertionError("it was refused")


def test_who_calls_too_often_sends_the_same_call_again_later(
    kamizero: Kamizero,
) -> None:
    kamizero.answers = [(429, problem("too_many_calls"))] * 2 + [LEASED]

    (item,) = kamizero.client.lease()

    assert item.id == 1
    assert len(set(kamizero.keys)) == 1


def test_a_lost_lease_is_left_to_whoever_has_it(kamizero: Kamizero) -> None:
    nothing: tuple[int, dict[str, Any]] = (200, {"items": []})
    kamizero.answers = [LEASED, (409, problem("stale_fence")), nothing]

    assert work(kamizero.client, commits, goes_on=lambda: True) == 0
    assert kamizero.answers == []


def test_a_key_that_may_not_ends_the_robot_instead_of_looking_lost(
    kamizero: Kamizero,
) -> None:
    kamizero.answers = [LEASED, (403, problem("scope"))]

    with pytest.raises(RefusedError, match="403 scope"):
        work(kamizero.client, commits, goes_on=lambda: True)
