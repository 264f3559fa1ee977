"""A queue with approved entries, and robots that work on it over the API."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient

from delivery.backlog import put_backlogs
from delivery.robots import queues
from delivery.robots.queues import Terms
from storage.tables import Delivery, DeliveryState, Registration, Work
from tests.office import Office

QUEUE = "host"
SCOPES = ("queues:read", "queues:work", "queues:settle")


def open_queue(office: Office, **terms: Any) -> None:
    with office.desk.database.begin() as session:
        queues.add_queue(
            session,
            QUEUE,
            Terms(title="Host", **{"backlog": True, **terms}),
            actor="ken",
            now=office.now,
        )
    put_backlogs(office.desk.database, now=office.now)


def approved(office: Office, **received: Any) -> int:
    filing = office.desk.receive(**received)
    office.desk.route(filing)
    office.desk.approve(filing)
    return filing


@dataclass
class Robot:
    """One program; each call has a key of its own unless one is given."""

    client: TestClient
    queue: str = QUEUE
    keys: Any = field(default_factory=lambda: count(1))

    def ask(self, path: str, *, key: str = "", **body: Any) -> Any:
        return self.client.post(
            f"/api/v1/queues/{self.queue}/{path}",
            json=body,
            headers={"Idempotency-Key": key or f"k{next(self.keys)}"},
        )

    def lease(self, *, max: int = 1, key: str = "", of: str = "") -> list[Any]:
        answer = self.ask(f"{of}lease", key=key, max=max)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def act(self, word: str, item: Any, *, key: str = "", **body: Any) -> Any:
        return self.ask(
            f"items/{item['id']}/{word}", key=key, fence=item["fence"], **body
        )

    def register(self, item: Any, *, number: str = "H-1", **shown: str) -> Any:
        assert self.act("committing", item).status_code == 200
        return self.act("complete", item, host_number=number, shown=shown)


def robot_of(office: Office, *scopes: str) -> Robot:
    return Robot(office.robot(*(scopes or SCOPES)))


def states(office: Office) -> list[str]:
    with office.desk.database.look() as session:
        query = select(Delivery.state).where(Delivery.subscriber == QUEUE)
        return list(session.scalars(query.order_by(Delivery.id)))


def registrations(office: Office) -> list[str]:
    with office.desk.database.look() as session:
        return list(
            session.scalars(select(Registration.outcome).order_by(Registration.id))
        )


def open_work(office: Office) -> list[str]:
    with office.desk.database.look() as session:
        return list(
            session.scalars(
                select(Work.kind)
                .where(Work.state == "open", Work.kind.contains("."))
                .order_by(Work.id)
            )
        )


def later(office: Office, **span: float) -> None:
    office.now += timedelta(**span)


REGISTERED, DOUBT = DeliveryState.REGISTERED, DeliveryState.IN_DOUBT
