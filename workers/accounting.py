"""What is written down once a day: the ledger, and what the time rests on."""

import structlog

from delivery.outbox import API
from storage.ledger.daily import run_daily
from storage.machine_clock import compare_daily
from workers.rooms import Rooms

log = structlog.get_logger()


def account_once(rooms: Rooms) -> None:
    """Write down what a day ends with, unless that was done; loud where it differs."""
    compare_daily(rooms.database, rooms.kernel, now=rooms.clock())
    ledger = run_daily(rooms.database, subscribers=(API,), now=rooms.clock())
    if ledger is None:
        return
    if ledger.balances:
        log.info("ledger_balances", bundles=ledger.bundles)
    else:
        log.error("ledger_differs", differences=len(ledger.differences))
