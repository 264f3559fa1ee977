"""When a person reaches an age, as the list of checks counts it."""

from datetime import date, timedelta


def reaches(born: date, years: int) -> date:
    """The day an age is reached: the day before the birthday.

    A day is taken off the birth date and the years are added; a 29 February that
    the later year lacks counts as the 28th.
    """
    return years_after(born - timedelta(days=1), years)


def years_after(day: date, years: int) -> date:
    """The same day of a later year, the 28th for a 29 February it lacks."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
