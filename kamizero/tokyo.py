"""The office's own calendar: business dates are those of Tokyo."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def business_date(moment: datetime) -> date:
    """The date in the offices at this moment."""
    return moment.astimezone(TOKYO).date()
