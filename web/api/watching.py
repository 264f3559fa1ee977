"""For whoever watches the house: alerts as data, and figures for Prometheus."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ingest.doors.signs import Way
from kamizero.model import Scope
from storage.alerts import WORDS
from storage.audit import unsealed
from storage.tables import Delivery, Entry, Work, WorkState
from web.api.callers import InRooms, Needs
from web.rooms import Rooms

router = APIRouter(tags=["watching"], dependencies=[Depends(Needs(Scope.METRICS_READ))])

Gauges = list[GaugeMetricFamily]


class AlertRecord(BaseModel):
    """One thing somebody must look at; `words` say what to do."""

    kind: str
    count: int
    since: datetime | None
    words: str


class AlertList(BaseModel):
    items: list[AlertRecord]


@router.get("/alerts")
def list_alerts(rooms: InRooms) -> AlertList:
    """What is wrong now; empty where nobody has to do anything."""
    items = [AlertRecord.model_validate(one.as_json()) for one in rooms.alerts()]
    return AlertList(items=items)


@router.get("/metrics", response_class=Response)
def metrics(rooms: InRooms) -> Response:
    """Figures in the text format of Prometheus; no name, number or value of a paper."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(rooms))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Figures:
    """What is asked anew each time, so that every web process says the same."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def collect(self) -> Gauges:
        rooms = self._rooms
        with rooms.database.look() as session:
            found = [*_work(session, rooms.clock()), *_papers(session)]
        return [*found, _alerts(rooms), _doors(rooms)]


def _work(session: Session, now: datetime) -> Gauges:
    state = case(
        (Work.state == WorkState.DEAD, "given_up"),
        (Work.lease_until > now, "leased"),
        (Work.due_at > now, "put_off"),
        else_="waiting",
    )
    rows = GaugeMetricFamily(
        "kamizero_work", "Pieces of work not done.", labels=["kind", "state"]
    )
    oldest = GaugeMetricFamily(
        "kamizero_work_oldest_seconds",
        "For how long the oldest piece of work of a kind has been due.",
        labels=["kind"],
    )
    ages: dict[str, float] = {}
    for kind, where, count, due in session.execute(
        select(Work.kind, state, func.count(), func.min(Work.due_at))
        .where(Work.state != WorkState.DONE)
        .group_by(Work.kind, state)
    ):
        rows.add_metric([kind, where], count)
        if where == "waiting":
            ages[kind] = (now - due).total_seconds()
    for kind, seconds in ages.items():
        oldest.add_metric([kind], seconds)
    return [rows, oldest]


def _papers(session: Session) -> Gauges:
    entries = GaugeMetricFamily(
        "kamizero_entries", "Entries by state.", labels=["state"]
    )
    for state, count in session.execute(
        select(Entry.state, func.count()).group_by(Entry.state)
    ):
        entries.add_metric([state], count)
    deliveries = GaugeMetricFamily(
        "kamizero_deliveries", "Deliveries by state.", labels=["subscriber", "state"]
    )
    for name, state, count in session.execute(
        select(Delivery.subscriber, Delivery.state, func.count()).group_by(
            Delivery.subscriber, Delivery.state
        )
    ):
        deliveries.add_metric([name, state], count)
    waiting = GaugeMetricFamily(
        "kamizero_events_unsealed", "Events not yet linked.", value=unsealed(session)
    )
    return [entries, deliveries, waiting]


def _alerts(rooms: Rooms) -> GaugeMetricFamily:
    """Every kind, so that a rule may ask for one that never was."""
    family = GaugeMetricFamily(
        "kamizero_alert", "How much somebody must look at now.", labels=["kind"]
    )
    counts: dict[str, Any] = {one.kind: one.count for one in rooms.alerts()}
    for kind in WORDS:
        family.add_metric([kind], counts.get(kind, 0))
    return family


def _doors(rooms: Rooms) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "kamizero_door_open", "1 where a door of the settings is open.", labels=["door"]
    )
    for name, sign in rooms.doors().items():
        family.add_metric([name], float(sign.way == Way.OPEN))
    return family
