"""What is said of whole rows: as above, not used, taken back."""

from collections.abc import Callable, Mapping

import numpy as np

from bench.making.cast import Chance, drawn
from bench.making.kinds_corrections import strike
from bench.making.plan import Act, Plan, around, some
from bench.making.writing import Scribe
from forms.definition import Field, FieldType
from forms.places import choice_of
from kamizero.model import Box, FieldState

_SAME_ROW_MM = 2.6
_DITTO_ITEMS = (
    "acquired_on",
    "left_on",
    "lost_on",
    "remarks",
    "bonus_cash",
    "remuneration_cash",
    "paid_on",
    "address_kanji",
)


def ditto_marks(plan: Plan, rng: Chance) -> None:
    """〃: two short strokes."""
    for field in _like_above(plan, rng, 4):
        _say_ditto(plan, field, "ditto mark 〃", _two_strokes)


def ditto_words(plan: Plan, rng: Chance) -> None:
    """同上, in words."""
    for field in _like_above(plan, rng, 4):
        _say_ditto(plan, field, "ditto 同上", _in_words)


def ditto_arrows(plan: Plan, rng: Chance) -> None:
    """An arrow from the value above down into the field."""
    for field in _like_above(plan, rng, 4):
        _say_ditto(plan, field, "ditto arrow", _arrow)


def unused_diagonal(plan: Plan, _: Chance) -> None:
    """A slanting line through the rows that are not used."""
    fields = _emptied(plan)
    for field in fields:
        plan.mark(field, "unused, 斜線")
    if fields:
        plan.acts.append(_diagonal(around(fields), fields[0]))


def unused_word(plan: Plan, rng: Chance) -> None:
    """余白 in the first row that is not used."""
    fields = _emptied(plan)
    for field in fields:
        plan.mark(field, "unused, 余白")
    if fields:
        plan.acts.append(_blank_word(fields, drawn(rng, ("余白", "以下余白"))))


def row_struck(plan: Plan, rng: Chance) -> None:
    """A whole entry taken back by double lines through all that it says."""
    entries = list(plan.untouched_entries())
    if not entries:
        return
    fields = plan.entry(drawn(rng, entries))
    filled = [field for field in fields if plan.written.get(field.name)]
    for field in fields:
        plan.mark(field, "row struck out")
        if field in filled:
            plan.void(field, FieldState.STRUCK)
    plan.acts.append(_struck_rows(filled, plan.written))


def _like_above(plan: Plan, rng: Chance, count: int) -> list[Field]:
    """Fields of entries below another, whose value above is plainly written."""
    types = (FieldType.DATE, FieldType.TEXT, FieldType.AMOUNT, FieldType.ADDRESS)
    plain = {field.name for field in plan.fields(*types)}
    mistaken = {plan.form.field(name).entry for name in plan.filing.wrong}
    able = [
        field
        for field in [*plan.fields(*types), *plan.fields(*types, filled=False)]
        if field.name.endswith(_DITTO_ITEMS)
        and _above(field) in plain
        # What follows from a value that changes must not be a mistake already.
        and not {(field.entry or 0) - 1, field.entry} & mistaken
    ]
    chosen: list[Field] = []
    for field in some(rng, able, 3 * count):
        names = {one.name for one in chosen}
        if len(chosen) < count and not _neighbours(field, names):
            chosen.append(field)
    return chosen


def _neighbours(field: Field, names: set[str]) -> bool:
    return _above(field) in names or any(_above_of(n) == field.name for n in names)


def _say_ditto(
    plan: Plan,
    field: Field,
    kind: str,
    drawing: Callable[[Scribe, Field, str], None],
) -> None:
    above = plan.written[_above(field)]
    plan.written[field.name] = above
    _keep_sums(plan, field)
    plan.states[field.name] = FieldState.DITTO
    plan.mark(field, kind, drawing)


def _keep_sums(plan: Plan, field: Field) -> None:
    """What follows from a changed value changes with it."""
    prefix, _, item = field.name.rpartition(".")
    written = plan.written
    if item == "remuneration_cash":
        total = int(written[field.name]) + int(
            written[f"{prefix}.remuneration_in_kind"]
        )
        written[f"{prefix}.remuneration_total"] = str(total)
    elif item == "bonus_cash":
        total = int(written[field.name]) + int(written[f"{prefix}.bonus_in_kind"])
        written[f"{prefix}.bonus_total"] = str(total // 1000 * 1000)
    elif item in ("left_on", "lost_on"):
        _keep_days(plan, prefix, item)


def _keep_days(plan: Plan, prefix: str, item: str) -> None:
    """Insurance ends the day after leaving, in the line as in the one above."""
    other = "lost_on" if item == "left_on" else "left_on"
    above = _above_of(f"{prefix}.{other}")
    value = plan.written.get(above, "")
    if value:
        plan.written[f"{prefix}.{other}"] = value


def _above(field: Field) -> str:
    return _above_of(field.name)


def _above_of(name: str) -> str:
    parts = name.split(".")
    if len(parts) != 3:
        return ""
    return f"{parts[0]}.{int(parts[1]) - 1}.{parts[2]}"


def _emptied(plan: Plan) -> list[Field]:
    """Take the people out of the last entries, as far as nothing else is there."""
    free = set(plan.untouched_entries())
    last = plan.form.entries
    # A form for one person is not filed without that one.
    most = max(1, last // 3) if last > 1 else 0
    numbers: list[int] = []
    while last - len(numbers) in free and len(numbers) < most:
        numbers.append(last - len(numbers))
    fields = [field for number in sorted(numbers) for field in plan.entry(number)]
    for field in fields:
        plan.written.pop(field.name, None)
    return fields


def _two_strokes(scribe: Scribe, field: Field, _: str) -> None:
    rng, hand = scribe.chance(field), scribe.person(field).text
    box = field.box_mm
    x = box.x + box.w * rng.uniform(0.3, 0.6)
    y, high = box.centre[1], min(box.h * 0.5, 2.6) * rng.uniform(0.75, 1)
    for shift in (0.0, rng.uniform(0.8, 1.3)):
        lean = rng.normal(0.35, 0.15)
        start = (x + shift + lean, y - high / 2 + rng.normal(0, 0.1))
        end = (x + shift - lean / 2, y + high / 2 + rng.normal(0, 0.1))
        points = np.linspace(start, end, 8)
        scribe.paper.line(points, hand.ink, pen_mm=hand.pen_mm, pressure=hand.pressure)


def _in_words(scribe: Scribe, field: Field, _: str) -> None:
    rng, writer, box = scribe.chance(field), scribe.person(field), field.box_mm
    width = min(box.w, 16.0)
    x = box.x + (box.w - width) * rng.uniform(0, 0.5)
    scribe.line("同上", Box(x, box.y, width, box.h), writer, rng)


def _arrow(scribe: Scribe, field: Field, _: str) -> None:
    rng, hand = scribe.chance(field), scribe.person(field).text
    above = scribe.definition.field(_above(field)).box_mm
    x = field.box_mm.x + field.box_mm.w * rng.uniform(0.4, 0.6)
    top = (x + rng.normal(0, 0.6), above.bottom + 0.4)
    tip = (x, field.box_mm.y + field.box_mm.h * 0.8)
    scribe.paper.stroke(top, tip, hand, rng)
    for side in (-1, 1):
        barb = (tip[0] + side * rng.uniform(0.9, 1.4), tip[1] - rng.uniform(1.1, 1.6))
        scribe.paper.stroke(barb, tip, hand, rng)


def _diagonal(box: Box, field: Field) -> Act:
    def act(scribe: Scribe) -> None:
        rng, hand = scribe.chance(field), scribe.person(field).text
        start = (box.right - rng.uniform(1, 6), box.y + rng.uniform(0.5, 2))
        end = (box.x + rng.uniform(1, 6), box.bottom - rng.uniform(0.5, 2))
        scribe.paper.stroke(start, end, hand, rng)

    return act


def _blank_word(fields: list[Field], word: str) -> Act:
    name = next(field for field in fields if field.name.endswith("name_kanji"))

    def act(scribe: Scribe) -> None:
        rng, writer, box = scribe.chance(name), scribe.person(name), name.box_mm
        scribe.line(word, Box(box.x, box.y, min(box.w, 30), box.h), writer, rng)

    return act


def _struck_rows(filled: list[Field], written: Mapping[str, str]) -> Act:
    # What is circled is struck out there, not in the middle of its choices.
    areas = [
        choice_of(field, written[field.name]).box_mm
        if field.type is FieldType.CHOICE
        else field.box_mm
        for field in filled
    ]

    def act(scribe: Scribe) -> None:
        rng = scribe.chance(filled[0])
        writer = scribe.person(filled[0])
        rows: list[list[Box]] = []
        for box in sorted(areas, key=lambda one: one.centre[1]):
            near = rows and box.centre[1] - rows[-1][0].centre[1] < _SAME_ROW_MM
            rows[-1].append(box) if near else rows.append([box])
        for row in rows:
            middle = sum(box.centre[1] for box in row) / len(row)
            left, right = min(b.x for b in row), max(b.right for b in row)
            strike(scribe, Box(left, middle - 2.5, right - left, 5), writer, rng)

    return act
