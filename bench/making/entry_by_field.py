"""An entry of any form, each value drawn by what its field is for."""

import re
from collections.abc import Callable, Mapping

from bench.making.cast import address, drawn, person
from bench.making.day import AGES_OVER_70, WORKING_AGES, Day
from bench.making.names import JOIN_REMARKS
from forms.definition import Field, FieldType, FormDefinition
from samples.making.filing import Entry
from samples.making.people import Person
from validation.monthly import counted_months, sum_and_average

_WHO = re.compile(r"(spouse_|other\d+_|old_)?(.+)")
_OPTIONAL = 0.4
_TICKED = 0.06
_OLD = 0.08
_SPACED = 0.3
_ADDRESS = ("postal_code", "address_kanji", "address_kana")
_PLACES = (1, 2, 3)
# Whom the insured persons of a summary (総括表) are made up of.
_COUNTED = ("summed_persons", "joined_since_june", "changed_in_july")
# Of somebody who becomes a dependant, and what is told of others only.
_OF_DEPENDANTS = (
    *("name_kana", "name_kanji", "birth_date", "relation", "sex", "my_number"),
    *("postal_code", "address_kanji", "began_on", "began_why", "household"),
    *("income", "occupation"),
)
_NOT_OF_DEPENDANTS = ("ended_", "died_on", "abroad", "home_", "moved_in_on")

_BY_FORMAT: Mapping[str, Callable[[Day], str]] = {
    "month": lambda day: str(day.rng.integers(1, 13)),
    "year": lambda day: f"{day.rng.integers(1, day.submitted_on.year - 2017):02}",
    "days": lambda day: str(day.rng.integers(17, 32)),
    "day": lambda day: str(day.rng.integers(1, 29)),
    "count": lambda day: str(day.rng.integers(1, 5)),
    "persons": lambda day: str(day.rng.integers(1, 1200)),
    "thousands": lambda day: str(int(day.rng.integers(9, 66)) * 10),
    "pension_code": lambda day: drawn(day.rng, ("1150", "1350", "1450")),
    "bank_code": lambda day: f"{day.rng.integers(1, 600):04}",
    "branch_code": lambda day: f"{day.rng.integers(1, 999):03}",
    "account_number": lambda day: f"{day.rng.integers(1_000_000, 9_999_999)}",
    "yucho_symbol": lambda day: f"1{day.rng.integers(0, 999):03}0",
    "yucho_number": lambda day: f"{day.rng.integers(10_000, 9_999_999)}1",
    "phone": lambda day: f"090-{day.rng.integers(1000, 9999)}-1234",
}


def drawn_entry(form: FormDefinition, day: Day) -> Entry:
    """One entry without a mistake: totals are sums, and months follow each other."""
    entry = _Drawn(form, day)
    fields = [field for field in form.fields if field.entry == 1]
    values = {
        item: entry.value(field, item)
        for field in fields
        if (item := _item(field)) != "serial_number"
    }
    if "applied_era" in values:
        _set_months(values, day)
    if "change" in values:
        _let_begin(values)
    if "institution" in values:
        _set_account(values, form, day)
    for one in form.sums:
        if all(values[part] for part in one.parts):
            values[one.total] = str(one.of(int(values[part]) for part in one.parts))
    if "average" in values:
        _set_average(values)
    if "insured_total" in values:
        values["insured_total"] = str(sum(int(values[one] or 0) for one in _COUNTED))
    return values


class _Drawn:
    """Who and what an entry is about, as far as it was asked for."""

    def __init__(self, form: FormDefinition, day: Day) -> None:
        self._form = form
        self._day = day
        self._old = "over70" in form.items and day.happens(_OLD)
        self._people: dict[str, Person] = {}
        self._homes: dict[str, Entry] = {}

    def value(self, field: Field, item: str) -> str:
        match = _WHO.fullmatch(item)
        who, plain = (match[1] or "", match[2]) if match else ("", item)
        if "over70" in self._form.items and plain in ("my_number", "over70"):
            return self._of_the_old(who, plain)
        is_told = field.required or (
            "change" in self._form.items and plain in _OF_DEPENDANTS
        )
        if not is_told and not self._day.happens(_OPTIONAL):
            return ""
        return self._personal(who, plain) or self._by_type(field)

    def _of_the_old(self, who: str, plain: str) -> str:
        if not self._old:
            return ""
        return "1" if plain == "over70" else self._person(who).my_number

    def _personal(self, who: str, plain: str) -> str:
        known = self._person(who)
        match plain:
            case "name_kana":
                return known.kana
            case "name_kanji":
                return known.kanji
            case "birth_date":
                return known.born_on
            case "my_number":
                return known.my_number
            case "pension_number" if "over70" not in self._form.items:
                return known.pension_number
            case _ if plain in _ADDRESS:
                return self._home(who)[plain]
        return ""

    def _by_type(self, field: Field) -> str:
        day = self._day
        if field.format is not None and field.format in _BY_FORMAT:
            return _BY_FORMAT[field.format](day)
        match field.type:
            case FieldType.AMOUNT:
                return str(day.pay(90_000, 650_000)[0])
            case FieldType.CHOICE:
                return drawn(day.rng, field.choices).code
            case FieldType.CHECK:
                return "1" if day.happens(_TICKED / _OPTIONAL) else ""
            case FieldType.DATE:
                return day.before(1, 30).isoformat()
            case FieldType.TEXT:
                return drawn(day.rng, JOIN_REMARKS)
        return ""

    def _person(self, who: str) -> Person:
        if who not in self._people:
            ages = AGES_OVER_70 if self._old else WORKING_AGES
            on = self._day.submitted_on
            self._people[who] = person(self._day.rng, on=on, ages=ages)
        return self._people[who]

    def _home(self, who: str) -> Entry:
        if who not in self._homes:
            home = address(self._day.rng)
            self._homes[who] = _spaced(home) if self._day.happens(_SPACED) else home
        return self._homes[who]


def _spaced(home: Entry) -> Entry:
    """The address with a space before the house number, as many write it."""
    return {
        **home,
        **{
            item: re.sub("(?=[0-9])", "\u3000", home[item], count=1)
            for item in ("address_kanji", "address_kana")
        },
    }


def _set_months(values: dict[str, str], day: Day) -> None:
    """Pay of the months before the form applies, and a change a year before."""
    year = day.submitted_on.year - 2018
    month = int(values["applied_month"]) if "month_1" in values else 9
    values |= {"applied_era": "9", "applied_year": f"{year:02}"}
    values |= {"applied_month": str(month), "retro_month": "", "retro_amount": ""}
    values |= {"previous_era": "9", "previous_year": f"{max(1, year - 1):02}"}
    values["previous_month"] = "9" if year > 1 else "5"
    if not values["raise_month"] or not values["raise_kind"]:
        values |= {"raise_month": "", "raise_kind": ""}
    for n in _PLACES:
        if "month_1" in values:
            values[f"month_{n}"] = str((month + 7 + n) % 12 + 1)
        cash, in_kind = day.pay(90_000, 650_000)
        values |= {f"cash_{n}": str(cash), f"in_kind_{n}": str(in_kind)}


def _let_begin(values: dict[str, str]) -> None:
    """Dependence begins with this notice: nothing of it has ended."""
    values["change"] = "1"
    for item in values:
        match = _WHO.fullmatch(item)
        if match and match[1] and match[2].startswith(_NOT_OF_DEPENDANTS):
            values[item] = ""
        if item.endswith(("_why", "_relation")) and values[item] in ("5", "10"):
            values[item] = "1" if item.endswith("_why") else "01"


def _set_account(values: dict[str, str], form: FormDefinition, day: Day) -> None:
    """One account of whom the pension is paid to, at a bank or the postal bank."""
    kinds = (
        ("1", ("bank_code", "branch_code", "account_number")),
        ("2", ("yucho_symbol", "yucho_number")),
    )
    code, chosen = drawn(day.rng, kinds)
    for _, items in kinds:
        for item in items:
            made = _BY_FORMAT[form.field(f"{form.entry_prefix}.1.{item}").format or ""]
            values[item] = made(day) if item in chosen else ""
    values |= {"institution": code, "public_account": ""}
    values["account_type"] = drawn(day.rng, ("1", "2")) if code == "1" else ""
    values["holder_name_kana"] = values["name_kana"]
    if not values["my_number"] and not values["pension_number"]:
        values["pension_number"] = f"{day.rng.integers(10**9, 10**10 - 1)}"


def _set_average(values: dict[str, str]) -> None:
    totals = [int(values[f"total_{n}"]) for n in _PLACES]
    days = [int(values[f"days_{n}"]) for n in _PLACES]
    counted = counted_months(
        days,
        short_time=values["short_time"] == "1",
        part_time=values.get("part_time") == "1",
    )
    total, average = sum_and_average([totals[n] for n in counted])
    values |= {"sum": str(total), "average": str(average), "corrected_average": ""}


def _item(field: Field) -> str:
    return field.name.rpartition(".")[2]
