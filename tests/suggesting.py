"""A queue of robots that look fields up before approval, and what they are told."""

from typing import Any

from sqlalchemy import select

from delivery.robots import queues
from delivery.robots.queues import Terms
from review.suggesting.asking import ask_about_all
from storage.tables import Field, FieldVersion, QueueStep
from storage.values import body_of
from tests.office import Office
from tests.robots import Robot

QUEUE = "look"
NUMBER, KANA = "insured.pension_number", "insured.name_kana"
WRITES = (NUMBER, KANA)


def open_queue(office: Office, name: str = QUEUE, **terms: Any) -> None:
    backlog = terms.pop("backlog", False)
    given = {"form": "2200", "writes": WRITES, **terms}
    with office.desk.database.begin() as session:
        queue = queues.add_queue(
            session,
            name,
            Terms(title="Look", step=QueueStep.SUGGEST, **given),
            actor="ken",
            now=office.now,
            definition=office.desk.definition,
        )
        if backlog:
            ask_about_all(session, queue, now=office.now)


class Looker(Robot):
    """A robot that looks something up; what it holds is an entry."""

    def act(self, word: str, item: Any, *, key: str = "", **body: Any) -> Any:
        return self.ask(
            f"suggestions/{item['id']}/{word}", key=key, fence=item["fence"], **body
        )

    def asked(self, **more: Any) -> list[Any]:
        return self.lease(of="suggestions/", **more)

    def found(self, item: Any, **values: str) -> Any:
        return self.act("complete", item, fields=values)


def looker_of(office: Office, *scopes: str) -> Looker:
    return Looker(office.robot(*(scopes or ("queues:suggest",))), queue=QUEUE)


def said(office: Office, filing: int, name: str) -> list[tuple[str, str, bool]]:
    """The versions of a field: by whom, what, and whether accepted."""
    with office.desk.database.look() as session:
        rows = session.scalars(
            select(FieldVersion)
            .join(Field, Field.id == FieldVersion.field_id)
            .where(Field.filing_id == filing, Field.name == name)
            .order_by(FieldVersion.seq)
        )
        vault = office.desk.vault
        return [
            (row.author_kind, body_of(row, vault).value, row.accepted) for row in rows
        ]
