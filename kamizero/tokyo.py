"""The office's own calendar: business dates are those of Tokyo."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def business_date(moment: datetime) -> date:
    """The date in the offices at this moment."""
    return moment.astimezone(TOKYO).date()


def begin_of(day: date) -> datetime:
    """The moment a day begins in the offices."""
    return datetime.combine(day, time.min, TOKYO)
