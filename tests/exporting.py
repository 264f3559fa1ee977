"""Destinations of files, and workers that plan and lay them, or are lost at it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from delivery.backlog import put_backlogs
from delivery.exports import destinations, terms
from delivery.exports.making import EXPORT
from delivery.exports.terms import Terms
from delivery.outbox import API
from forms.library import Library
from storage.alerts import alerts_of
from storage.ledger.account import draw_up
from storage.tables import Delivery, ExportFile
from tests.desk import LATER, Desk
from tests.workshop import Clock, rooms
from workers.exporting import plan_exports
from workers.loop import Loop

NAME, SUBSCRIBER = "host", "export:host"
COLUMNS = [
    {"heading": "番号", "field": "$key"},
    {"heading": "氏名", "field": "insured.name_kanji"},
    {"heading": "生年月日", "field": "insured.birth_date"},
]


class Killed(BaseException):
    """The worker is gone: no Exception that any of it catches."""


class House:
    """A worker beside the desk; time passes for it alone."""

    def __init__(self, desk: Desk) -> None:
        self.clock = Clock()
        self.clock.now = LATER
        self.rooms = rooms(desk, clock=self.clock)
        self.worker = Loop(self.rooms, worker="w")

    def plan(self) -> None:
        """When the next hour has come."""
        self.clock.now += timedelta(days=1)
        plan_exports(self.rooms)

    def lay(self) -> bool:
        """One piece of work, after whatever lease a lost worker had."""
        self.clock.now += timedelta(minutes=2)
        return self.worker.work_once((EXPORT,))

    def plan_and_lay(self) -> None:
        self.plan()
        assert self.lay()


def killed(*_: Any, **__: Any) -> Any:
    raise Killed


def alert_kinds(desk: Desk, house: House) -> set[str]:
    """The alerts of exports, an hour after they were due."""
    found = alerts_of(
        desk.database,
        desk.store,
        free_bytes=lambda: 1,
        least_free=0,
        now=house.clock.now + timedelta(hours=1),
    )
    return {one.kind for one in found if one.kind.startswith("exports")}


def said(folder: Path, /, **other: Any) -> Terms:
    return terms.read(
        {
            "title": "健保システム",
            "form": "2200",
            "folder": str(folder),
            "file_name": "shikaku-{number:04}.csv",
            "kind": "csv",
            "encoding": "cp932",
            "times": ["09:00", "15:00"],
            "columns": COLUMNS,
            **other,
        }
    )


def open_destination(
    desk: Desk, folder: Path, /, *, name: str = NAME, **other: Any
) -> int:
    folder.mkdir(exist_ok=True)
    with desk.database.begin() as session:
        made = destinations.add_destination(
            session,
            Library.shipped(),
            name,
            said(folder, **other),
            actor="ken",
            now=LATER,
            backlog=True,
        ).id
    put_backlogs(desk.database, now=LATER)
    return made


def approved(desk: Desk, **received: Any) -> int:
    filing = desk.receive(**received)
    desk.route(filing)
    desk.approve(filing)
    return filing


def states(desk: Desk) -> list[str]:
    with desk.database.look() as session:
        query = select(Delivery.state).where(Delivery.subscriber == SUBSCRIBER)
        return list(session.scalars(query.order_by(Delivery.id)))


def files(desk: Desk) -> list[tuple[int, int, str]]:
    """Number, rows and state of each file."""
    with desk.database.look() as session:
        rows = session.scalars(select(ExportFile).order_by(ExportFile.number))
        return [(row.number, row.rows, row.state) for row in rows]


def balances(desk: Desk) -> bool:
    """Whether every approved entry is somewhere, for everybody who gets it."""
    with desk.database.look() as session:
        drawn = draw_up(session, subscribers=(API,))
    (law,) = (one for one in drawn.laws if one.name == "deliveries")
    amiss = {one.kind for one in drawn.differences} & {"not_put_out", "put_out"}
    return law.holds and not amiss


def destination_in(session: Session) -> Any:
    return destinations.find_destination(session, NAME)
