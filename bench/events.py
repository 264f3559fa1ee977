"""Tells a receiver of many events that fails often and restarts: what came how often.

The receiver answers some of what it gets with an error, after keeping it or before,
and its server is stopped and started again at the same port. Each signature is
verified by the public library. Waits between attempts are a second, so that days of
them pass in minutes.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from delivery.events import subscriptions
from delivery.events.address import Gate
from delivery.events.posting import Poster
from delivery.events.sending import Sender
from storage import audit
from storage.database import Database
from storage.directory import DirectoryStore
from storage.ledger.account import draw_up
from storage.vault import KeyRing, Vault
from tests.services import postgres_database, postgres_server

_WAITS = (timedelta(seconds=1),) * 60
_SUBJECTS = 500


class Unreliable:
    """A receiver that takes each id once, and says so only some of the time."""

    def __init__(self, fails: float) -> None:
        self.secret = ""
        self.taken: dict[str, dict[str, Any]] = {}
        self.attempts = self.repeated = self.unsigned = 0
        self.order: list[str] = []
        self._chance = random.Random(0)
        self._fails = fails
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    def start(self) -> None:
        this = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(this.take(dict(self.headers.items()), body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        self.attempts += 1
        if self._chance.random() < self._fails / 2:
            return 503
        try:
            event = Webhook(self.secret).verify(body, dict(headers))
        except WebhookVerificationError:
            self.unsigned += 1
            return 401
        name = headers["webhook-id"]
        self.repeated += name in self.taken
        if name not in self.taken:
            self.order.append(name)
        self.taken[name] = event
        # Kept, and the sender is told otherwise.
        return 500 if self._chance.random() < self._fails / 2 else 204


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--fails", type=float, default=0.3)
    parser.add_argument("--restarts", type=int, default=5)
    asked = parser.parse_args()
    with (
        postgres_server() as server,
        postgres_database(server) as url,
        tempfile.TemporaryDirectory(prefix="kz-events-") as name,
    ):
        return _run(url, Path(name), asked)


def _run(url: str, folder: Path, asked: argparse.Namespace) -> int:
    database, store = Database(url), DirectoryStore(folder)
    database.upgrade()
    vault = Vault(KeyRing.load(folder / "keys", create=True))
    receiver = Unreliable(asked.fails)
    receiver.start()
    with database.begin() as session:
        receiver.secret = subscriptions.subscribe(
            session,
            vault,
            Gate(),
            name="bench",
            url=f"http://127.0.0.1:{receiver.port}",
            actor="bench",
            now=datetime.now(UTC),
        )
    _happen(database, store, asked.events)
    began = time.monotonic()
    _tell(database, vault, receiver, asked)
    seconds = time.monotonic() - began
    with database.look() as session:
        law = next(
            x for x in draw_up(session, subscribers=()).laws if x.name == "events"
        )
    receiver.stop()
    database.close()
    disorder = _disorder(receiver)
    print(
        f"{asked.events} events, {receiver.attempts} attempts, {seconds:.0f} s: "
        f"{len(receiver.taken)} taken, {receiver.repeated} came again under their id, "
        f"{receiver.unsigned} unsigned, {disorder} out of order\n"
        f"ledger {law.left} = {law.right}: {dict(law.parts)}"
    )
    is_whole = len(receiver.taken) == asked.events == law.parts["acknowledged"]
    return int(not is_whole or not law.holds or receiver.unsigned + disorder > 0)


def _happen(database: Database, store: DirectoryStore, count: int) -> None:
    now = datetime.now(UTC)
    with database.begin() as session:
        for number in range(count):
            audit.record(
                session,
                actor="bench",
                act="entry.approve",
                subject_kind="entry",
                subject_id=number % _SUBJECTS,
                now=now,
                body={"n": number},
            )
    audit.seal(database, store, now=now)


def _tell(
    database: Database, vault: Vault, receiver: Unreliable, asked: argparse.Namespace
) -> None:
    poster = Poster(Gate(hosts=frozenset({"127.0.0.1"})))
    sender = Sender(database, vault, poster, lambda: datetime.now(UTC), waits=_WAITS)
    restarts = asked.restarts
    while len(receiver.taken) < asked.events or _waits(database):
        sender.send_all(rounds=asked.events // 20 // (asked.restarts + 1) + 1)
        if restarts:
            restarts -= 1
            receiver.stop()
            sender.send_all(rounds=1)
            receiver.start()
        time.sleep(0.2)
    poster.close()


def _waits(database: Database) -> bool:
    with database.look() as session:
        ledger = draw_up(session, subscribers=())
    return any(law.name == "events" and law.parts["waiting"] for law in ledger.laws)


def _disorder(receiver: Unreliable) -> int:
    """How many came before an earlier one of their subject."""
    last: Counter[str] = Counter()
    wrong = 0
    for name in receiver.order:
        event = receiver.taken[name]
        wrong += event["data"]["n"] < last[event["subject"]]
        last[event["subject"]] = event["data"]["n"]
    return wrong


if __name__ == "__main__":
    sys.exit(main())
