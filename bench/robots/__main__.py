"""Robots killed before, during and after they register: what came out twice or not.

Entries lie in a queue of a served product on PostgreSQL. Robots are processes that
lease, say `committing`, press the button of a host that takes everything twice, and
complete; at a chance each kills itself with SIGKILL between two of these, and another
takes its place. A robot that looks in the host settles what is in doubt.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from bench.robots.one import QUEUE, looker
from delivery.outbox import put_out
from delivery.robots import queues
from delivery.robots.queues import Terms
from examples.robots.legacy_screen import LegacyHost
from examples.robots.queue_client import QueueClient
from forms.library import Library
from kamizero.model import Role
from storage import api_tokens
from storage.database import Database
from storage.directory import DirectoryStore
from storage.ledger.account import draw_up
from storage.tables import Delivery, DeliveryState, Entry, Outcome, Registration, Site
from storage.vault import KeyRing, Vault
from tests.desk import Desk
from tests.installation import Installation
from tests.services import postgres_database, postgres_server


@dataclass(frozen=True, slots=True)
class Found:
    """What is there in the end."""

    entries: int
    twice: int
    missing: int
    doubted: int
    unsettled: int
    ledger: bool


def outcome_of(database: Database, host: LegacyHost) -> Found:
    """Hold the host against the database."""
    registered = host.counts()
    with database.look() as session:
        states = Counter(
            session.scalars(select(Delivery.state).where(Delivery.subscriber == QUEUE))
        )
        # Settled or not, each of these was nobody's knowledge once.
        doubted = session.scalar(
            select(func.count())
            .select_from(Registration)
            .where(
                (Registration.settled_by.is_not(None))
                | (Registration.outcome == Outcome.IN_DOUBT)
            )
        )
        ledger = draw_up(session, subscribers=())
    kinds = {one.kind for one in ledger.differences if one.subject_kind == "entry"}
    entries = sum(states.values())
    return Found(
        entries=entries,
        twice=sum(count > 1 for count in registered.values()),
        missing=entries - min(len(registered), states.get(DeliveryState.REGISTERED, 0)),
        doubted=doubted or 0,
        unsettled=states.get(DeliveryState.IN_DOUBT, 0),
        ledger="stranded" not in kinds and "not_put_out" not in kinds,
    )


def fill(database: Database, folder: Path, entries: int) -> None:
    """One filing that was really approved, and copies of it in the queue."""
    now = datetime.now(UTC)
    with database.begin() as session:
        session.merge(Site(code="main", name="main"))
    desk = Desk(
        database=database,
        vault=Vault(KeyRing.load(folder / "keys")),
        store=DirectoryStore(folder),
        definition=Library.shipped().get("2200@2020-12"),
    )
    filing = desk.receive()
    desk.route(filing)
    desk.approve(filing)
    with database.begin() as session:
        for copy in _COPIES:
            session.execute(text(copy), {"filing": filing, "count": entries - 1})
        terms = Terms(title="Host", lease=LEASE, max_attempts=100)
        queues.add_queue(session, QUEUE, terms, actor="bench", now=_LONG_AGO)
    with database.begin() as session:
        for entry in session.scalars(select(Entry).order_by(Entry.id)):
            put_out(session, entry, now=now, subscribers=())


# A crowd on few cores answers late: shorter, and it would only lose its leases.
LEASE = timedelta(seconds=20)
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_COPIES = (
    "INSERT INTO filing (receipt_number, arrival_id, site, form, revision, kind, "
    "received_on, created_at, step, version) SELECT 'B' || n, arrival_id, site, form, "
    "revision, kind, received_on, created_at, step, 1 "
    "FROM filing, generate_series(1, :count) n WHERE id = :filing",
    "INSERT INTO entry (filing_id, n, version, state, straight_through, reasons, "
    "approval_id) SELECT copy.id, 1, 1, one.state, one.straight_through, one.reasons, "
    "one.approval_id FROM filing copy, entry one "
    "WHERE copy.id <> :filing AND one.filing_id = :filing",
)


_OPEN = (DeliveryState.PENDING, DeliveryState.TAKEN, DeliveryState.IN_DOUBT)


def _crowd(
    address: str,
    token: str,
    host: LegacyHost,
    database: Database,
    *,
    robots: int,
    kill: float,
) -> tuple[int, int]:
    """Keep so many robots at work until nothing is left; started and killed."""
    client = QueueClient(address, token, QUEUE)
    running: list[subprocess.Popen[bytes]] = []
    started = killed = idle = 0
    while idle < 3:
        ended = [one for one in running if one.poll() is not None]
        running = [one for one in running if one.poll() is None]
        killed += sum(one.returncode == -signal.SIGKILL for one in ended)
        with suppress(OSError):
            # A crowd may keep it waiting for too long; it looks again at once.
            looker(client, host.address)
        if _left(database):
            idle = 0
            while len(running) < robots:
                running.append(_start(address, token, host.address, kill))
                started += 1
        elif not running:
            idle += 1
        time.sleep(0.5)
    return started, killed


def _start(address: str, token: str, host: str, kill: float) -> subprocess.Popen[bytes]:
    seed = secrets.randbelow(1_000_000)
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "bench.robots.one"),
            *(address, host, str(kill), str(seed)),
        ],
        env={**os.environ, "KAMIZERO_TOKEN": token},
    )


def _left(database: Database) -> int:
    """How many items are not at their end."""
    with database.look() as session:
        return session.scalars(
            select(func.count(Delivery.id)).where(
                Delivery.subscriber == QUEUE, Delivery.state.in_(_OPEN)
            )
        ).one()


@contextmanager
def _hosted() -> Iterator[LegacyHost]:
    host = LegacyHost()
    thread = threading.Thread(target=host.serve_forever, daemon=True)
    thread.start()
    yield host
    host.shutdown()
    host.server_close()


def _token(database: Database) -> str:
    now = datetime.now(UTC)
    with database.begin() as session:
        return api_tokens.add_token(
            session,
            name="crowd",
            role=Role.ROBOT,
            scopes=["queues:read", "queues:work", "queues:settle"],
            expires_at=now + timedelta(days=1),
            now=now,
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--robots", type=int, default=100)
    parser.add_argument("--entries", type=int, default=1_000)
    parser.add_argument("--kill", type=float, default=0.2, help="chance an entry")
    asked = parser.parse_args()
    with (
        postgres_server() as server,
        postgres_database(server) as url,
        tempfile.TemporaryDirectory(prefix="kz-robots-") as name,
        _hosted() as host,
    ):
        return _run(url, Path(name), host, asked)


def _run(url: str, folder: Path, host: LegacyHost, asked: argparse.Namespace) -> int:
    installation = Installation(
        folder / "data",
        # All robots share one key here, which nobody should do.
        {
            "KAMIZERO_DATABASE_URL": url,
            "KAMIZERO_API_CALLS_PER_MINUTE": "1000000",
        },
    )
    address = installation.up()
    database = Database(url)
    try:
        fill(database, folder / "data", asked.entries)
        token = _token(database)
        began = time.monotonic()
        started, killed = _crowd(
            address, token, host, database, robots=asked.robots, kill=asked.kill
        )
        seconds = time.monotonic() - began
        found = outcome_of(database, host)
        print(
            f"{asked.robots} robots, {found.entries} entries, {seconds:.0f} s: "
            f"{started} robots started, {killed} killed\n"
            f"registered twice {found.twice}, missing {found.missing}, once in doubt "
            f"{found.doubted}, left in doubt {found.unsettled}, ledger "
            f"{'balances' if found.ledger else 'DIFFERS'}"
        )
    finally:
        installation.stop()
        database.close()
    return int(found.twice + found.missing + found.unsettled > 0 or not found.ledger)


if __name__ == "__main__":
    sys.exit(main())
