"""The only place the command line reads the clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The business date of this moment."""
    return datetime.now(TOKYO).date()
