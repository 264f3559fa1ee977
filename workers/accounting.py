"""The day's ledger: asked for hourly, drawn up once, loud where it differs."""

import structlog

from delivery.outbox import API
from storage.ledger.daily import run_daily
from workers.rooms import Rooms

log = structlog.get_logger()


def account_once(rooms: Rooms) -> None:
    """Draw the ledger of the day up unless that was done."""
    ledger = run_daily(rooms.database, subscribers=(API,), now=rooms.clock())
    if ledger is None:
        return
    if ledger.balances:
        log.info("ledger_balances", bundles=ledger.bundles)
    else:
        log.error("ledger_differs", differences=len(ledger.differences))
