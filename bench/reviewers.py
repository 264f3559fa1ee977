"""Lets scripted people review at once over HTTP, on PostgreSQL, with a full queue.

Prints how long requests took, and counts what must never happen: an entry handed out
twice, a correction lost. `python -m bench.reviewers --filings 100000`
"""

import argparse
import json
import os
import random
import re
import tempfile
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
import psycopg
from sqlalchemy import select

from bench.crowd.filling import fill
from bench.crowd.people import somebody
from bench.crowd.rows import Crowd
from bench.timed_server import HEADER, milliseconds
from forms.library import Library
from kamizero.cli.wiring import Installation as Opened
from kamizero.cli.wiring import open_installation
from kamizero.model import Role
from kamizero.settings import Settings
from storage import people
from storage.tables import AuditEvent, Entry, Field
from storage.values import body_of
from tests.installation import Installation, until
from tests.services import postgres_database, postgres_server

PASSWORD = "correct horse battery"  # noqa: S105 - of people that are made up
_TASK = re.compile(
    r'<script type="application/json" data-task>(.*?)</script>', re.DOTALL
)
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_WORDS = ("サトウ", "スズキ", "タカハシ", "タナカ", "イトウ", "ワタナベ", "ヤマモト")


@dataclass
class Log:
    """What all reviewers saw and did.

    `seconds` are by the clock of whoever asks, `served` by the server's own.
    """

    seconds: defaultdict[str, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    served: defaultdict[str, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    handed_out: Counter[int] = field(default_factory=Counter)
    said: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)
    finished: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, seconds: float, answer: httpx.Response) -> None:
        took = milliseconds(answer.headers[HEADER]) / 1000
        with self.lock:
            self.seconds[what].append(seconds)
            self.served[what].append(took)


@dataclass
class Reviewer:
    """One scripted person in a browser of their own."""

    name: str
    client: httpx.Client
    log: Log
    think: float
    chance: random.Random
    csrf: str = ""

    def log_in(self) -> None:
        shown = self.client.get("/login").text
        form = {"name": self.name, "password": PASSWORD, "csrf": _token(shown)}
        self.client.post("/login", data=form)
        self.csrf = _token(self.client.get("/queue").text)

    def work(self, until: float) -> None:
        # Nobody sits down at the same moment as all the others.
        time.sleep(self.chance.random() * self.think)
        while time.monotonic() < until and self._one():
            pass

    def next(self) -> dict[str, Any] | None:
        """Claim an item and get it, ready to be shown; None where none waits."""
        answer = self._post("/review/next", what="next item")
        if answer.status_code == 204:
            return None
        return dict(json.loads(_found(_TASK, answer.text)))

    def look(self, what: str, address: str) -> None:
        begun = time.perf_counter()
        answer = self.client.get(address)
        self.log.note(what, time.perf_counter() - begun, answer.raise_for_status())

    def give_back(self, task: dict[str, Any] | None) -> None:
        if task is not None:
            form = {"fence": task["fence"], "csrf": self.csrf}
            address = f"/review/{task['entry_id']}/release"
            begun = time.perf_counter()
            answer = self.client.post(address, data=form)
            self.log.note("give back", time.perf_counter() - begun, answer)

    def _one(self) -> bool:
        task = self.next()
        if task is None:
            return False
        with self.log.lock:
            self.log.handed_out[task["entry_id"]] += 1
        for one in task["fields"]:
            if not one["settled"]:
                self._think()
                self._settle(task, one)
        self._think()
        self._finish(task)
        return True

    def _settle(self, task: dict[str, Any], one: dict[str, Any]) -> None:
        value = self._value(one["name"])
        body = {
            "act": "settle",
            "value": value,
            "state": "read",
            "expected_version": one["version"],
            "fence": task["fence"],
        }
        address = f"/review/{task['entry_id']}/fields/{one['name']}"
        answer = self._post(address, body, what="save a field")
        with self.log.lock:
            if answer.status_code == 200:
                key = (task["entry_id"], one["name"])
                self.log.said[key] = (self.name, value)
            else:
                self.log.refused[f"field {answer.status_code}"] += 1

    def _finish(self, task: dict[str, Any]) -> None:
        address = f"/review/{task['entry_id']}/finish"
        answer = self._post(address, {"fence": task["fence"]}, what="finish")
        with self.log.lock:
            if answer.status_code == 204:
                self.log.finished += 1
            else:
                self.log.refused[f"finish {answer.status_code} {answer.text}"] += 1

    def _value(self, name: str) -> str:
        if name.endswith("birth_date"):
            return f"7 {self.chance.randint(1, 20):02d}0512"
        return f"{self.chance.choice(_WORDS)}　{self.chance.choice(_WORDS)}"

    def _post(
        self, address: str, body: dict[str, Any] | None = None, *, what: str
    ) -> httpx.Response:
        headers = {"X-CSRF-Token": self.csrf, "Accept": "application/json"}
        begun = time.perf_counter()
        answer = self.client.post(address, json=body or {}, headers=headers)
        self.log.note(what, time.perf_counter() - begun, answer)
        return answer

    def _think(self) -> None:
        time.sleep(self.chance.uniform(0.5, 1.5) * self.think)


def main() -> None:
    wanted = _arguments()
    with (
        tempfile.TemporaryDirectory(prefix="kz-reviewers-") as folder,
        postgres_server() as server,
        postgres_database(server) as url,
    ):
        data = Path(folder) / "data"
        opened = open_installation(Settings(data_dir=data, database_url=url))
        _employ(opened, wanted.reviewers)
        settings = {
            "KAMIZERO_DATABASE_URL": url,
            "KAMIZERO_WORKERS": "0",
            "KAMIZERO_PAGE_PROCESSES": str(wanted.processes),
        }
        house = Installation(data, settings=settings, module="bench.timed_server")
        crowd = Crowd(Library.shipped().get("2200"), opened.rooms.vault, somebody)
        address = house.up()
        try:
            until(lambda: len(_servers(house)) == wanted.processes, seconds=60)
            _run(wanted, url, address, opened, crowd, _servers(house))
        finally:
            house.stop()
            opened.rooms.database.close()


def _run(
    wanted: argparse.Namespace,
    url: str,
    address: str,
    opened: Opened,
    crowd: Crowd,
    servers: list[int],
) -> None:
    done = 0
    for waiting in sorted({min(1000, wanted.filings), wanted.filings}):
        begun = time.monotonic()
        with psycopg.connect(url) as connection:
            fill(connection, crowd, done + 1, waiting)
        took = time.monotonic() - begun
        print(f"{waiting:,} filings, of four three wait (filled in {took:.0f} s)")
        done = waiting
        _print(_pages(address), "one person, the queue's pages")
    for n in range(wanted.runs):
        print(f"\nrun {n + 1} of {wanted.runs}")
        _at_once(wanted, address, opened, servers)


def _at_once(
    wanted: argparse.Namespace, address: str, opened: Opened, servers: list[int]
) -> None:
    """Everybody works for the wanted time; what they met is printed."""
    before, log = list(map(_processor_s, servers)), Log()
    own = time.process_time()
    _work(wanted, address, log)
    asked = sum(map(len, log.seconds.values()))
    each = [_processor_s(one) - was for one, was in zip(servers, before, strict=True)]
    spent = sum(each)
    print(f"{len(servers)} processes answer; {wanted.reviewers} people for ", end="")
    print(f"{wanted.seconds} s, {wanted.think} s of")
    print(f"thought before each act: {log.finished} entries, {len(log.said)} fields")
    _print(log, f"{wanted.reviewers} people at once")
    print(f"\n{asked} requests; processor time of the server {spent:.0f} s ", end="")
    print(f"({' + '.join(f'{one:.0f}' for one in each)}), that is")
    print(
        f"{spent / asked * 1000:.0f} ms each with all logins, of whoever asked ", end=""
    )
    print(f"{time.process_time() - own:.0f} s")
    twice = sum(count > 1 for count in log.handed_out.values())
    print(f"\nhanded out twice {twice}   {_kept(opened, log)}")
    print(f"refused {dict(log.refused) or 0}")


def _servers(house: Installation) -> list[int]:
    return [house.servers[-1].pid, *house.page_processes()]


def _processor_s(process: int) -> float:
    """The processor time a process has had, its threads together."""
    words = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _pages(address: str) -> Log:
    """How long the pages of the queue take, for one person."""
    log = Log()
    with httpx.Client(base_url=address, timeout=60) as client:
        person = Reviewer("person00", client, log, 0, random.Random(0))
        person.log_in()
        asked = {
            "queue": "/queue",
            "queue, by doubt": "/queue?order=doubtful",
            "queue, one form": "/queue?form=2200&due=late",
            "queue, one rule": "/queue?rule=common.kana_kanji",
            "queue, no such rule": "/queue?rule=common.none",
        }
        for _ in range(10):
            for name, path in asked.items():
                person.look(name, path)
            person.give_back(person.next())
    return log


def _work(wanted: argparse.Namespace, address: str, log: Log) -> None:
    clients = [
        httpx.Client(base_url=address, timeout=60) for _ in range(wanted.reviewers)
    ]
    persons = [
        Reviewer(f"person{n:02d}", client, log, wanted.think, random.Random(n))
        for n, client in enumerate(clients)
    ]
    for person in persons:
        person.log_in()
    until = time.monotonic() + wanted.seconds
    with ThreadPoolExecutor(len(persons)) as pool:
        list(pool.map(lambda person: person.work(until), persons))
    for client in clients:
        client.close()


def _kept(opened: Opened, log: Log) -> str:
    """Hold what people said against what stands in the database."""
    lost = 0
    with opened.rooms.database.look() as session:
        for (entry, name), (person, value) in log.said.items():
            filing = session.get_one(Entry, entry).filing_id
            row = session.scalars(
                select(Field).where(Field.filing_id == filing, Field.name == name)
            ).one()
            version = row.as_written
            says = body_of(version, opened.rooms.vault) if version else None
            kept = says is not None and value in (says.value, says.text)
            lost += not (kept and version is not None and version.author == person)
        finishes = Counter(
            session.scalars(
                select(AuditEvent.subject_id).where(AuditEvent.act == "entry.finish")
            )
        )
    again = sum(count > 1 for count in finishes.values())
    return f"finished twice {again}   corrections lost {lost} of {len(log.said)}"


def _print(log: Log, title: str) -> None:
    """By the server's own clock, and by that of whoever asked."""
    print(f"\n{title:28}{'n':>6}{'by the server, ms':>24}{'by who asks, ms':>24}")
    print(f"{'':34}" + f"{'p50':>8}{'p95':>8}{'max':>8}" * 2)
    for name, took in log.seconds.items():
        cells = "".join(map(_cells, (log.served[name], took)))
        print(f"{name:28}{len(took):6}{cells}")


def _cells(took: list[float]) -> str:
    cuts = quantiles(took, n=20) if len(took) > 1 else took * 19
    return "".join(f"{x * 1000:8.0f}" for x in (cuts[9], cuts[18], max(took)))


def _employ(opened: Opened, count: int) -> None:
    with opened.rooms.database.begin() as session:
        for n in range(count):
            people.add_person(
                session,
                name=f"person{n:02d}",
                role=Role.REVIEWER,
                password=PASSWORD,
                now=_now(),
            )


def _token(html: str) -> str:
    return _found(_TOKEN, html)


def _found(pattern: re.Pattern[str], html: str) -> str:
    found = pattern.search(html)
    if found is None:
        raise SystemExit(f"The page is not as it should be: {html[:500]}")
    return found[1]


def _now() -> datetime:
    return datetime.now(UTC)


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--filings", type=int, default=100_000)
    asked.add_argument("--reviewers", type=int, default=20)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--think", type=float, default=2.0)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--runs", type=int, default=1)
    return asked.parse_args()


if __name__ == "__main__":
    main()
