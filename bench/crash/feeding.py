"""Bringing papers in while everything is struck, and moving what came in."""

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import Event

import httpx
from sqlalchemy import func, select

from bench.crash.house import House, until
from bench.crash.recording import note
from bench.crash.stacks import Stack, stacks
from kamizero.errors import StoreError
from storage import balance, work
from storage.database import Database
from storage.tables import Balance, Bundle, Job, Work, WorkState
from workers.failing import READING_WORK

# Bundles sorted again for each that comes in: a sort is over before it is struck.
SORTS = 3


@dataclass
class Feeder:
    """One sender with a key; and somebody who has bundles sorted again.

    Attributes:
        enough: no more is brought in than at least was asked for.
        sorts: whether somebody has bundles sorted again.
    """

    house: House
    chance: random.Random
    fed: dict[str, Stack] = field(default_factory=dict)
    enough: Event = field(default_factory=Event)
    sorts: bool = True

    def feed(self, least: int) -> None:
        """Bring bundles in, however often that has to be tried, until it is enough."""
        words = ("token", "create", "feeder", "--scope", "jobs:write", "--json")
        key = self.house.answer(*words)["token"]
        kinds = stacks()
        database = Database(self.house.database_url)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{self.house.port}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
        ) as client:
            for number in count(1):
                if number > least and self.enough.is_set():
                    break
                stack = kinds[number % len(kinds)]
                sha256, data = stack.file(number)
                note(self.house.recording, sha256, stack=stack.name, number=number)
                _bring(client, number, data)
                self.fed[sha256] = stack
                for _ in range(SORTS if self.sorts else 0):
                    self._sort_one(database)
                # Neither a flood that only queues, nor so few that nothing is at work.
                until(lambda: waiting(database) < 12, seconds=120)
        database.close()

    def _sort_one(self, database: Database) -> None:
        """Have one bundle sorted again, as when a person moved its pages."""
        now = datetime.now(UTC)
        try:
            with database.begin() as session:
                last = session.scalar(select(func.max(Bundle.id))) or 0
                number = self.chance.randint(1, max(last, 1))
                bundle = session.get(Bundle, number)
                if bundle is None:
                    return
                balance.hold(session, bundle)
                if bundle.balance != Balance.BALANCED or bundle.sorting:
                    return
                bundle.sorting = True
                site = session.get_one(Job, bundle.job_id).site
                work.put(session, kind="sort", subject=number, site=site, now=now)
        except StoreError:
            # It is struck just now; the next bundle has its turn.
            return


def waiting(database: Database) -> int:
    """How much of the machine's work is open; more than enough where nobody knows."""
    try:
        with database.look() as session:
            return session.scalars(
                select(func.count(Work.id)).where(
                    Work.state == WorkState.OPEN, Work.kind.in_(READING_WORK)
                )
            ).one()
    except StoreError:
        return 999


def _bring(client: httpx.Client, number: int, data: bytes) -> None:
    """Bring a file until somebody says that it is taken."""
    while True:
        try:
            answer = client.post(
                "/jobs",
                files={"files": (f"{number}.tif", data, "image/tiff")},
                headers={"Idempotency-Key": f"bundle-{number}"},
            )
        except httpx.HTTPError:
            time.sleep(0.5)
            continue
        if answer.status_code == httpx.codes.CREATED:
            return
        if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR and (
            answer.status_code != httpx.codes.CONFLICT
        ):
            raise RuntimeError(f"bundle {number} was refused: {answer.text}")
        time.sleep(0.5)
