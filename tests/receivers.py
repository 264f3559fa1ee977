"""Receivers of events: one in this process, and one behind a port of this machine."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from delivery.events.posting import Reply

Answer = Callable[[Mapping[str, str], bytes], tuple[int, Mapping[str, str]]]


@dataclass
class Receiver:
    """Answers as it is told to, and remembers what it acknowledged."""

    status: Callable[[str, int], int] = lambda _name, _attempt: 204
    retry_after: str = ""
    attempts: dict[str, int] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        del url
        name = headers["webhook-id"]
        attempt = self.attempts[name] = self.attempts.get(name, 0) + 1
        status = self.status(name, attempt)
        if 200 <= status < 300:
            self.taken.append(name)
            self.bodies[name] = body
            self.headers[name] = headers
        return Reply(status, self.retry_after)


@contextmanager
def listening(answer: Answer) -> Iterator[str]:
    """A real server; its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            status, headers = answer(dict(self.headers.items()), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def dripping() -> Iterator[str]:
    """A server that answers word by word and never comes to an end; its address."""
    over = threading.Event()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not over.wait(0.02):
                    self.wfile.write(b"x: 1\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()
            thread.join()
