"""A system of record of a test: answers over HTTP from listed records."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kamizero.records import Records

TOKEN = "a token of the test"


@dataclass
class RecordSystem:
    """Serves on a port of this machine until it is stopped.

    Attributes:
        status: what it answers with; 200 where it answers at all.
        body: what it says instead of what it knows.
        answers: it answers as long as this is set, and hangs otherwise.
        asked: the path and body of each question.
    """

    records: Records
    status: int = 200
    body: bytes | None = None
    answers: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answers.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.address = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(
            target=self._server.serve_forever, args=[0.02], daemon=True
        ).start()

    def stop(self) -> None:
        self.answers.set()
        self._server.shutdown()
        self._server.server_close()

    def said(self, kind: str, wanted: Mapping[str, str]) -> bytes:
        if self.body is not None:
            return self.body
        found = self._found(kind, wanted)
        told = {"records": [asdict(one) for one in found]}
        return json.dumps(told, default=str).encode()

    def _found(self, kind: str, wanted: Mapping[str, str]) -> Sequence[Any]:
        ask = self.records
        match kind:
            case "offices":
                return ask.office(wanted.get("symbol", ""), wanted.get("number", ""))
            case "insured":
                return ask.insured(
                    my_number=wanted.get("my_number", ""),
                    pension_number=wanted.get("pension_number", ""),
                    serial=wanted.get("serial_number", ""),
                    office_symbol=wanted.get("office_symbol", ""),
                )
            case "payees":
                return ask.payee(**wanted)
            case "attorneys":
                return ask.attorney(**wanted)
            case "branches":
                return ask.branch(wanted["bank_code"], wanted.get("branch_code", ""))
            case _:
                return ask.postcode(**wanted)


def _handler_of(system: RecordSystem) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            wanted = json.loads(self.rfile.read(length))
            system.asked.append((self.path, wanted))
            system.answers.wait()
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            said = system.said(self.path.rpartition("/")[2], wanted)
            self.send_response(system.status if known else 401)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
