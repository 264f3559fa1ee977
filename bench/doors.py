"""Sends to every door as devices do, dies at it, kills it, and counts what became.

Prints a table, door by scenario. `waits` are beginnings kept for their senders; `lost`
is what was answered and is neither in a job nor waiting, `doubled` what arrived twice.
"""

import hashlib
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from minio import Minio

from bench.door_clients import (
    DEVICE,
    FAILURES,
    PASSWORD,
    Bucket,
    Client,
    Folder,
    Ftp,
    Mail,
    Sftp,
    Tus,
    Webdav,
)
from tests.ceph import S3_KEY, S3_SECRET
from tests.installation import Installation, until
from tests.scanner import saved, sheet
from tests.services import free_port, free_ports, s3_server

HOSTILE = (
    "../../etc/passwd",
    "/etc/cron.d/x",
    "-rf.png",
    "CON",
    "..\\..\\boot.ini",
    "n" * 230 + ".png",
    "給与\u202egnp.png",
    "a b'; DROP TABLE upload.png",
)
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
QUIET_SECONDS = 3


@dataclass
class Outcome:
    """What one scenario at one door came to."""

    door: str
    scenario: str
    sent: list[bytes] = field(default_factory=list)
    answered: list[bytes] = field(default_factory=list)
    # Beginnings that were sent and cut off, and those that wait for the rest.
    cut: int = 0
    waited: int = 0


def main() -> None:
    with tempfile.TemporaryDirectory() as place, ExitStack() as running:
        folder = Path(place)
        installation, clients = _opened(folder, running)
        running.callback(installation.stop)
        outcomes = [
            outcome
            for number, (door, client) in enumerate(clients.items())
            for outcome in _tried(installation, door, client, number)
        ]
        _settle(installation, outcomes)
        _print(installation, outcomes)


def _opened(folder: Path, running: ExitStack) -> tuple[Installation, dict[str, Client]]:
    passive, share = free_ports(40), folder / "share"
    share.mkdir()
    ports = {name: free_port() for name in ("FTP", "SFTP", "WEBDAV", "SMTP")}
    installation = Installation(
        folder / "data",
        settings={
            **{f"KAMIZERO_{name}_PORT": str(port) for name, port in ports.items()},
            "KAMIZERO_FTP_PASSIVE_PORTS": f"{passive[0]}-{passive[-1]}",
            "KAMIZERO_DOOR_PLAIN": "1",
            "KAMIZERO_DOOR_QUIET_SECONDS": str(QUIET_SECONDS),
            "KAMIZERO_WATCH_DIR": str(share),
            "KAMIZERO_WATCH_QUIET_SECONDS": str(QUIET_SECONDS),
            "KAMIZERO_WORKERS": "0",
            "KAMIZERO_LOG_FORMAT": "json",
        },
    )
    clients: dict[str, Client] = {
        "watched folder": Folder(share),
        "ftp": Ftp(ports["FTP"]),
        "sftp": Sftp(ports["SFTP"]),
        "webdav": Webdav(ports["WEBDAV"]),
        "mail": Mail(ports["SMTP"]),
    }
    clients["inbox bucket"] = _bucket(installation, running.enter_context(s3_server()))
    added = installation.run(
        "device", "add", DEVICE, "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    if added.returncode:
        sys.exit(added.stderr)
    token = installation.answer(
        "token", "create", "bench", "--scope", "jobs:write", "--json"
    )["token"]
    port = urlsplit(installation.up()).port
    clients["http (tus)"] = Tus(port or 0, token)
    return installation, clients


def _bucket(installation: Installation, address: str) -> Bucket:
    client = Minio(
        address.removeprefix("http://"),
        access_key=S3_KEY,
        secret_key=S3_SECRET,
        secure=False,
    )
    client.make_bucket("inbox")
    installation.settings |= {
        "KAMIZERO_INBOX_URL": address,
        "KAMIZERO_INBOX_ACCESS_KEY": S3_KEY,
        "KAMIZERO_INBOX_SECRET_KEY": S3_SECRET,
    }
    return Bucket(address, "inbox", S3_KEY, S3_SECRET)


def _tried(
    installation: Installation, door: str, client: Client, number: int
) -> Iterator[Outcome]:
    """Each scenario; every file has bytes of its own."""
    print(f"{door} ...", file=sys.stderr, flush=True)
    files = _files(number)
    whole = Outcome(door, "complete", [next(files)])
    _until_open(client, whole.sent[0])
    whole.answered.append(whole.sent[0])
    for n in range(9):
        _send(client, whole, f"whole-{n}.png", next(files))
    yield whole
    cut, again = Outcome(door, "cut at 10 points"), Outcome(door, "sent again after")
    for n in range(10):
        data = next(files)
        name = f"{number}-cut-{n}.png"
        with client.begun(name, data, _points(len(data))[n]) as die:
            die()
        cut.cut += 1
        time.sleep(0.3)
        cut.waited += _waits(installation, client, name)
        _send(client, again, name, data)
    yield from (cut, again)
    yield _restarted(installation, door, client, files)
    hostile = Outcome(door, "hostile name")
    for name in HOSTILE:
        _send(client, hostile, name, next(files))
    yield hostile


def _waits(installation: Installation, client: Client, name: str) -> bool:
    """Whether the beginning of a file that was cut off is kept for its sender."""
    if isinstance(client, Folder):
        return (client.folder / name).exists()
    with closing(sqlite3.connect(installation.folder / "kamizero.db")) as rows:
        query = "SELECT 1 FROM upload WHERE name = ? AND state IN ('open', 'whole')"
        return rows.execute(query, [name]).fetchone() is not None


def _restarted(
    installation: Installation, door: str, client: Client, files: Iterator[bytes]
) -> Outcome:
    """Kill -9 the program in the middle of a file, and send that file again."""
    outcome = Outcome(door, "killed in the middle")
    for n in range(3):
        _send(client, outcome, f"before-{n}.png", next(files))
        data = next(files)
        with client.begun(f"half-{n}.png", data, len(data) // 2) as die:
            outcome.cut += 1
            if isinstance(client, Tus):
                _restart(installation, client)
            else:
                installation.kill_doors()
            with suppress(*FAILURES):
                die()
        _until_open(client, data, f"half-{n}.png")
        outcome.sent.append(data)
        outcome.answered.append(data)
    return outcome


def _restart(installation: Installation, client: Tus) -> None:
    installation.kill()
    installation.up_at(client.port)


def _until_open(client: Client, data: bytes, name: str = "first.png") -> None:
    def is_open() -> bool:
        with suppress(*FAILURES):
            client.send(name, data)
            return True
        time.sleep(0.5)
        return False

    until(is_open, seconds=120)


def _send(client: Client, outcome: Outcome, name: str, data: bytes) -> None:
    outcome.sent.append(data)
    with suppress(*FAILURES):
        client.send(name, data)
        outcome.answered.append(data)


def _files(number: int) -> Iterator[bytes]:
    count = 0
    while True:
        count += 1
        yield saved(sheet(1000 * (number + 1) + count), "PNG")


def _points(size: int) -> list[int]:
    return [0, 1, 8, *(int(size * share) for share in SHARES), size - 1]


def _settle(installation: Installation, outcomes: Sequence[Outcome]) -> None:
    """Wait until what was answered is in a job, or nothing comes any more."""
    wanted = {_hash(data) for outcome in outcomes for data in outcome.answered}
    end = time.monotonic() + 120
    while time.monotonic() < end and not wanted <= set(_states(installation)):
        time.sleep(1)
    time.sleep(2 * QUIET_SECONDS)


def _states(installation: Installation) -> dict[str, list[str]]:
    """The states of the arrivals of each original, by SHA-256."""
    found: dict[str, list[str]] = {}
    for sha256, state in installation.rows(
        "SELECT sha256, state FROM arrival JOIN original ON original.id = original_id"
    ):
        found.setdefault(sha256, []).append(state)
    return found


def _print(installation: Installation, outcomes: Sequence[Outcome]) -> None:
    states, there = _states(installation), _there(installation)
    whole = {_hash(data) for outcome in outcomes for data in outcome.sent}
    head = ("door", "scenario", "cut off", "waits", "sent", "answered", "taken")
    row = "{:<15}{:<20}{:>8}{:>6}{:>6}{:>9}{:>6}{:>8}{:>8}{:>5}{:>8}"
    print(row.format(*head, "refused", "waiting", "lost", "doubled"))
    for one in outcomes:
        arrived = [states.get(_hash(data), []) for data in one.sent]
        missing = [data for data in one.answered if _hash(data) not in states]
        lost = [data for data in missing if _hash(data) not in there]
        print(
            row.format(
                *(one.door, one.scenario, one.cut or "", one.waited or ""),
                *(len(one.sent) or "", len(one.answered) or ""),
                sum("taken" in found for found in arrived),
                sum("refused" in found for found in arrived),
                *(len(missing) - len(lost), len(lost)),
                sum(len(found) > 1 for found in arrived),
            )
        )
    print()
    _print_cut(installation)
    half = [sha256 for sha256 in states if sha256 not in whole]
    taken = [sha256 for sha256 in half if states[sha256] != ["refused"]]
    print(f"arrivals that are no whole file: {len(half)}, of which taken: {len(taken)}")


def _there(installation: Installation) -> set[str]:
    """What still lies in the watched folder, or waits behind a door."""
    places = (
        Path(installation.settings["KAMIZERO_WATCH_DIR"]),
        installation.folder / "incoming",
    )
    files = (path for place in places for path in place.rglob("*") if path.is_file())
    return {_hash(path.read_bytes()) for path in files}


def _print_cut(installation: Installation) -> None:
    print("what became of transfers that are in no job, by door:")
    with closing(sqlite3.connect(installation.folder / "kamizero.db")) as rows:
        for door, state, reason, count in rows.execute(
            "SELECT door, state, coalesce(reason, ''), count(*) FROM upload "
            "WHERE state != 'taken' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        ):
            print(f"  {door:<15}{state:<10}{reason:<12}{count:>4}")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
