"""What speaks for a value besides its reading: arithmetic, check digits, records."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from forms.grammar import my_number_is_valid
from kamizero.errors import RecordsUnavailableError
from kamizero.model import FieldState
from kamizero.records import InsuredRecord, OfficeRecord, Records
from validation.filing import FilingValues
from validation.line import Line
from validation.records import (
    RememberedRecords,
    known_value,
    named_office,
    named_person,
    office_agrees,
    person_agrees,
)
from validation.sums import agrees

RECORD = "record"
SUM = "sum"
CHECK_DIGIT = "check_digit"
NEXT_DAY = "next_day"
ROBOT = "robot"

_OFFICE_ITEMS = (
    "office.symbol",
    "office.number",
    "office.name",
    "office.owner_name",
    "office.address",
    "office.postal_code",
    "office.phone",
)
_OFFICE_IN_WORDS = (
    "office.name",
    "office.owner_name",
    "office.address",
    "office.phone",
)
_NUMBERS = ("my_number", "pension_number", "serial_number")
_NAMES = ("name_kana", "name_kanji")


def supported(
    filing: FilingValues, *, records: Records | None, today: date
) -> Mapping[str, tuple[str, ...]]:
    """Field -> the grounds that support its value, whatever way it was read.

    The grounds are `record`, `sum`, `check_digit` and `next_day` (insurance is lost on
    the day after leaving). A relation that a rule used to choose a value is no ground.
    """
    known = RememberedRecords(records) if records is not None else None
    head = Line(filing, None, today, known)
    grounds: dict[str, list[str]] = defaultdict(list)
    for ground, names in _relations(head):
        for name in names:
            grounds[name].append(ground)
    return {name: tuple(found) for name, found in grounds.items()}


def bears_out(
    found: str,
    *,
    reading: str,
    state: FieldState,
    chosen_by: str | None,
    is_blind: bool,
) -> bool:
    """Tell whether what a robot found elsewhere accepts a doubtful reading.

    It is the second ground beside the free reading, for numbers and dates too, and
    never one alone: it must spell the same, no rule may have chosen the reading, and
    whoever was shown the reading before only repeats it.
    """
    return (
        is_blind
        and state == FieldState.READ
        and chosen_by is None
        and bool(found)
        and found == reading
    )


def _relations(head: Line) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield RECORD, _answered(_office_on_record, head)
    for line in head.lines():
        yield RECORD, _answered(_person_on_record, line)
        for ground, names in _within(line):
            if not any(name in head.filing.chosen_by for name in names):
                yield ground, names


def _answered(
    on_record: Callable[[Line], tuple[str, ...]], line: Line
) -> tuple[str, ...]:
    """What the register bears out: nothing while it does not answer."""
    try:
        return on_record(line)
    except RecordsUnavailableError:
        return ()


def _within(line: Line) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The relations that the values of one entry bear out among themselves."""
    for one in line.filing.form.sums:
        if agrees(line, one):
            yield SUM, tuple(line.name(i) for i in one.items if line.value(i))
    for item in line.holding("my_number"):
        if my_number_is_valid(line.value(item)):
            yield CHECK_DIGIT, (line.name(item),)
    left, lost = line.date("left_on"), line.date("lost_on")
    if left and lost and lost - left == timedelta(days=1):
        yield NEXT_DAY, (line.name("left_on"), line.name("lost_on"))


def _office_on_record(head: Line) -> tuple[str, ...]:
    """The items of the head that the register bears out.

    A number may be misread into that of another office: it counts only where symbol
    and number name one office and a name, address or phone agrees too.
    """
    office = named_office(head)
    if office is None or not (
        head.value("office.symbol") and head.value("office.number")
    ):
        return ()
    if not any(office_agrees(head, office, item) for item in _OFFICE_IN_WORDS):
        return ()
    return tuple(item for item in _OFFICE_ITEMS if _office_says(office, head, item))


def _office_says(office: OfficeRecord, head: Line, item: str) -> bool:
    """Words count only as the register spells them, numbers without their zeros."""
    if item not in _OFFICE_IN_WORDS:
        return bool(office_agrees(head, office, item))
    known = str(getattr(office, item.removeprefix("office.")))
    return bool(known) and head.value(item) == known


def _person_on_record(line: Line) -> tuple[str, ...]:
    match = named_person(line)
    if match is None:
        return ()
    record = match.record
    names = [item for item in _NAMES if _is_on_record(line, record, item)]
    born = ["birth_date"] if person_agrees(line, record, "birth_date") else []
    # A number alone may be misread into another person's.
    if not names and not born:
        return ()
    numbers = [item for item in _NUMBERS if person_agrees(line, record, item)]
    return tuple(line.name(item) for item in (*numbers, *names, *born))


def _is_on_record(line: Line, record: InsuredRecord, item: str) -> bool:
    """Names count only as the register spells them: 高 does not support 髙."""
    return bool(line.value(item)) and line.value(item) == known_value(record, item)
