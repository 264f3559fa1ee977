"""Filings as offices file them: every form, all entries filled, drawn by chance."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from bench.making.cast import Chance, address, drawn, office, person
from bench.making.day import AGES_OVER_70, WORKING_AGES, Day
from bench.making.entry_by_field import drawn_entry
from bench.making.names import JOIN_REMARKS, LEAVE_REMARKS
from forms.definition import FormDefinition
from forms.library import Library
from samples.making.filing import Entry, Filing

FORMS = ("2200", "2201", "2265")
"""The forms of the usual scans; others are made where they are asked for."""

_FIRST_DAY = date(2020, 12, 7)
_DAYS = 1450


def draw_filing(form: str, rng: Chance) -> Filing:
    """A filing of that form without any mistake, each of its entries filled."""
    day = Day(_FIRST_DAY + timedelta(days=int(rng.integers(_DAYS))), rng)
    register = office(rng)
    written = {
        "submitted_on": day.submitted_on.isoformat(),
        "office.symbol": register.symbol,
        "office.number": register.number,
        "office.postal_code": register.postal_code,
        "office.address": register.address,
        "office.name": register.name,
        "office.owner_name": register.owner_name,
        "office.phone": register.phone,
    }
    paid_on = day.before(1, 5)
    definition = Library.shipped().get(form, on=day.submitted_on)
    if any(field.name == "paid_on" for field in definition.fields):
        written["paid_on"] = paid_on.isoformat()
    serial = int(rng.integers(1, 99_000 if day.happens(0.3) else 900))
    for n in range(1, definition.entries + 1):
        serial += int(rng.integers(1, 4))
        entry = _entry(definition, day, paid_on)
        written |= {
            f"insured.{n}.{item}": value
            for item, value in {"serial_number": str(serial), **entry}.items()
            if value
        }
    has = definition.by_name
    asked = {name: value for name, value in written.items() if name in has}
    return Filing(form=form, written=asked)


def _entry(form: FormDefinition, day: Day, paid_on: date) -> Entry:
    if form.form in _ENTRIES:
        return _ENTRIES[form.form](day, paid_on)
    return drawn_entry(form, day)


def _joins(day: Day, _: date) -> Entry:
    rng, old = day.rng, day.happens(0.08)
    acquired_on = day.before(1, 5)
    who = person(rng, on=acquired_on, ages=AGES_OVER_70 if old else WORKING_AGES)
    with_number = day.happens(0.7)
    cash, in_kind = day.pay(150_000, 650_000)
    return {
        "name_kana": who.kana,
        "name_kanji": who.kanji,
        "birth_date": who.born_on,
        "category": who.category,
        "acquisition_kind": "1",
        **(
            {"my_number": who.my_number}
            if with_number
            else {"pension_number": who.pension_number, **address(rng)}
        ),
        "acquired_on": acquired_on.isoformat(),
        "dependants": str(rng.integers(2)),
        "remuneration_cash": str(cash),
        "remuneration_in_kind": str(in_kind),
        "remuneration_total": str(cash + in_kind),
        "over70": "1" if old else "",
        "multiple_offices": "1" if day.happens(0.06) else "",
        "short_time": "1" if day.happens(0.15) else "",
        "rehired": "1" if day.happens(0.06) else "",
        "remarks": drawn(rng, JOIN_REMARKS) if day.happens(0.2) else "",
    }


def _leaves(day: Day, _: date) -> Entry:
    rng, old = day.rng, day.happens(0.08)
    left_on = day.before(2, 6)
    who = person(rng, on=left_on, ages=AGES_OVER_70 if old else WORKING_AGES)
    number = "my_number" if day.happens(0.75) else "pension_number"
    return {
        "name_kana": who.kana,
        "name_kanji": who.kanji,
        "birth_date": who.born_on,
        number: who.my_number if number == "my_number" else who.pension_number,
        "left_on": left_on.isoformat(),
        "lost_on": (left_on + timedelta(days=1)).isoformat(),
        "cause": "5" if day.happens(0.1) else "4",
        "multiple_offices": "1" if day.happens(0.08) else "",
        "rehired": "1" if day.happens(0.1) else "",
        "remarks": drawn(rng, LEAVE_REMARKS) if day.happens(0.3) else "",
        "cards_returned": str(rng.integers(1, 5)),
        "cards_not_returned": "1" if day.happens(0.2) else "",
        "over70_ended": "1" if old else "",
        "over70_ended_on": left_on.isoformat() if old else "",
    }


def _is_paid(day: Day, paid_on: date) -> Entry:
    old, apart = day.happens(0.08), day.happens(0.1)
    who = person(day.rng, on=paid_on, ages=AGES_OVER_70 if old else WORKING_AGES)
    cash, in_kind = day.pay(120_000, 950_000)
    by_pension = old and day.happens(0.4)
    return {
        "name_kanji": who.kanji,
        "birth_date": who.born_on,
        "paid_on": day.before(6, 10).isoformat() if apart else "",
        "bonus_cash": str(cash),
        "bonus_in_kind": str(in_kind),
        "bonus_total": str((cash + in_kind) // 1000 * 1000),
        "my_number": who.my_number if old and not by_pension else "",
        "pension_number": who.pension_number if by_pension else "",
        "over70": "1" if old else "",
        "multiple_offices": "1" if day.happens(0.06) else "",
        "first_paid_day": "1" if day.happens(0.05) and paid_on.day > 1 else "",
    }


_ENTRIES: Mapping[str, Callable[[Day, date], Entry]] = {
    "2200": _joins,
    "2201": _leaves,
    "2265": _is_paid,
}
