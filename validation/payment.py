"""Which day of payment counts for a line of a bonus filing."""

from datetime import date

from validation.line import Line


def payment_field(line: Line) -> str:
    """The field that holds the day: the line's own, or the common one."""
    return "paid_on" if line.is_blank("paid_on") else line.name("paid_on")


def paid_on(line: Line) -> date | None:
    """The day the line's bonus was paid."""
    return line.filing.date(payment_field(line))
