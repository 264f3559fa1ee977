"""What people get wrong in writing, as they get it wrong: numbers, sums and dates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from bench.making.cast import Chance, drawn
from forms.grammar import my_number_is_valid, to_written
from samples.making.filing import Filing

SHARE = 0.05

_MISCOPIED = {"0": "6", "1": "7", "2": "7", "3": "8", "5": "6", "6": "0", "7": "1"}
_LONGEST_MONTHS = {2: 30, 4: 31, 6: 31, 9: 31, 11: 31}

Values = dict[str, str]
Mistake = Callable[[Values, str, Chance], str | None]
"""Gives what is written instead of a right value, None where it cannot go wrong so."""


def with_mistakes(filing: Filing, rng: Chance) -> Filing:
    """The filing with some of its numbers, sums and dates written wrong."""
    written = dict(filing.written)
    wrong = []
    for name in filing.written:
        item = name.rpartition(".")[2]
        kinds = _MISTAKES.get(item)
        if kinds is None or rng.random() >= SHARE:
            continue
        prefix = name.removesuffix(item)
        instead = drawn(rng, kinds)(written, prefix, rng)
        if instead is not None and instead != written[name]:
            written[name] = instead
            wrong.append(name)
    return replace(filing, written=written, wrong=tuple(wrong))


def possible(filing: Filing) -> Iterator[str]:
    """The fields of a filing that its writer can get wrong so that a rule sees it."""
    return (name for name in filing.written if name.rpartition(".")[2] in _MISTAKES)


def _miscopied(item: str) -> Mistake:
    def mistake(values: Values, prefix: str, rng: Chance) -> str | None:
        number = values[prefix + item]
        at = int(rng.integers(1, len(number)))
        digit = _MISCOPIED.get(number[at], "1")
        instead = number[:at] + digit + number[at + 1 :]
        return None if my_number_is_valid(instead) else instead

    return mistake


def _swapped(item: str) -> Mistake:
    def mistake(values: Values, prefix: str, rng: Chance) -> str | None:
        number = values[prefix + item]
        at = int(rng.integers(0, len(number) - 1))
        instead = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        return None if my_number_is_valid(instead) else instead

    return mistake


def _left_out(item: str) -> Mistake:
    def mistake(values: Values, prefix: str, rng: Chance) -> str | None:
        number = values[prefix + item]
        at = int(rng.integers(1, len(number)))
        return number[:at] + number[at + 1 :]

    return mistake


def _no_such_day(item: str) -> Mistake:
    """The 30th of February, the 31st of a short month, or a month 13."""

    def mistake(values: Values, prefix: str, rng: Chance) -> str | None:
        era, digits = to_written(date.fromisoformat(values[prefix + item]))
        month = int(drawn(rng, tuple(_LONGEST_MONTHS)))
        return f"{era} {digits[:2]}{month:02}{_LONGEST_MONTHS[month]}"

    return mistake


def _ended_era(item: str) -> Mistake:
    """Counted on in the era before: Heisei 35."""

    def mistake(values: Values, prefix: str, _: Chance) -> str | None:
        era, digits = to_written(date.fromisoformat(values[prefix + item]))
        if era != "9":
            return None
        return f"7 {int(digits[:2]) + 30:02}{digits[2:]}"

    return mistake


def _same_day(values: Values, prefix: str, _: Chance) -> str | None:
    """Insurance ends the day after leaving, not on the same day."""
    return values.get(f"{prefix}left_on") if _is_date(values, prefix) else None


def _next_month(values: Values, prefix: str, _: Chance) -> str | None:
    if not _is_date(values, prefix):
        return None
    left_on = date.fromisoformat(values[f"{prefix}left_on"])
    return (left_on + timedelta(days=32)).isoformat()


def _is_date(values: Values, prefix: str) -> bool:
    """Tell whether the day of leaving was written right."""
    return "-" in values.get(f"{prefix}left_on", "")


def _badly_added(item: str) -> Mistake:
    def mistake(values: Values, prefix: str, rng: Chance) -> str | None:
        carried = int(drawn(rng, (1000, 10_000, -1000, 100_000)))
        return str(max(1000, int(values[prefix + item]) + carried))

    return mistake


def _swapped_in_sum(item: str) -> Mistake:
    def mistake(values: Values, prefix: str, _: Chance) -> str | None:
        total = values[prefix + item]
        return total[0] + total[2] + total[1] + total[3:]

    return mistake


def _not_cut_off(values: Values, prefix: str, _: Chance) -> str | None:
    return str(
        int(values[f"{prefix}bonus_cash"]) + int(values[f"{prefix}bonus_in_kind"])
    )


_MISTAKES: Mapping[str, tuple[Mistake, ...]] = {
    "my_number": (
        _miscopied("my_number"),
        _miscopied("my_number"),
        _swapped("my_number"),
        _left_out("my_number"),
    ),
    "pension_number": (_left_out("pension_number"),),
    "submitted_on": (_no_such_day("submitted_on"),),
    "birth_date": (_no_such_day("birth_date"),),
    "acquired_on": (_no_such_day("acquired_on"), _ended_era("acquired_on")),
    "paid_on": (_no_such_day("paid_on"), _ended_era("paid_on")),
    "left_on": (_no_such_day("left_on"), _ended_era("left_on")),
    "lost_on": (_same_day, _next_month, _no_such_day("lost_on")),
    "remuneration_total": (
        _badly_added("remuneration_total"),
        _swapped_in_sum("remuneration_total"),
    ),
    "bonus_total": (
        _badly_added("bonus_total"),
        _swapped_in_sum("bonus_total"),
        _not_cut_off,
    ),
}
