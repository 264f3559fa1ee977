"""The web pages of one installation, with the real things behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import Session

from delivery import outbox
from delivery.events.address import Gate
from ingest.doors.senders import AskedBefore
from ingest.intake import Delivery, Incoming, demand_come
from kamizero.cli import slots
from kamizero.cli.alerts import alerts_now
from kamizero.cli.clock import today
from kamizero.cli.door_signs import doors_now
from kamizero.cli.job_lines import job_line
from kamizero.cli.receptions import live_of, reception, spool_of
from kamizero.cli.single_sign_on import provider_of
from kamizero.cli.wiring import Installation
from storage.tables import Entry
from web.app import create_app
from web.rooms import Rooms, WithJob
from web.throttle import Throttle


def web_app(installation: Installation) -> FastAPI:
    """The pages and the API."""
    settings, rooms = installation.settings, installation.rooms

    def deliver(session: Session, entry: Entry) -> None:
        outbox.put_out(session, entry, now=rooms.clock())

    return create_app(
        Rooms(
            database=rooms.database,
            store=rooms.store,
            vault=rooms.vault,
            library=rooms.library,
            pictures=installation.pictures,
            receive=Upload(installation),
            recheck=rooms.recheck,
            deliver=deliver,
            clock=rooms.clock,
            heartbeat=lambda: slots.last_beat(settings.data_dir),
            doors=partial(doors_now, settings),
            throttle=Throttle(settings.api_calls_per_minute),
            gate=Gate.read(settings.events_allow),
            alerts=partial(alerts_now, settings, rooms.database, rooms.store),
            site=settings.site,
            uploads=reception(
                installation,
                "http",
                spool=spool_of(settings),
                live=live_of(settings),
                accounts=AskedBefore(),
            ),
            provider=provider_of(settings),
            offices=installation.register,
            language=settings.language,
            contract_errors=settings.contract_errors,
            keying_seconds=settings.keying_seconds,
            secure_cookies=settings.secure_cookies,
            max_upload_bytes=settings.max_file_bytes,
        )
    )


@dataclass(frozen=True, slots=True)
class Upload:
    """The HTTP door: the same intake as every other."""

    installation: Installation

    def __call__(
        self,
        files: Sequence[tuple[str, bytes]],
        *,
        site: str,
        sheets: int | None,
        sides: int,
        received_on: date,
        operator: str,
        within: WithJob = lambda *_: None,
    ) -> Mapping[str, Any]:
        demand_come(received_on, today=today())
        told: dict[str, Any] = {}

        def record(session: Session, job_id: int) -> None:
            told.update(job_line(session, self.installation.rooms.store, job_id))
            within(session, told)

        self.installation.intake.receive(
            [Incoming(name, partial(bytes, data)) for name, data in files],
            Delivery(
                door="upload",
                operator=operator,
                site=site,
                received_on=received_on,
                sheets=sheets,
                sides=sides,
            ),
            within=record,
        )
        return told
