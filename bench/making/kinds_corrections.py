"""Values that were written, struck out and written again; filings that correct others.

A correction is marked in red beside its title: the old value stands in red above
the new one in black, within one box.
"""

from dataclasses import replace

from bench.making.cast import Chance
from bench.making.paper import inner
from bench.making.pen import RED, Writer
from bench.making.plan import Plan, some
from bench.making.writing import Drawing, Scribe, hand_for
from forms.definition import Field, FieldType
from forms.lettering import in_cell, in_lines
from forms.places import cells_for
from kamizero.model import Box, FieldState

_FREE = (FieldType.TEXT, FieldType.KANA, FieldType.ADDRESS)
_BOXED = (FieldType.DIGITS, FieldType.AMOUNT)
_TITLE_MARK = Box(150, 15, 29, 7)
_CORRECTED = ("name_kanji", "name_kana", "address_kanji", "remarks")
_CORRECTED_CELLS = (
    "remuneration_cash",
    "remuneration_total",
    "bonus_cash",
    "bonus_total",
    "my_number",
    "pension_number",
    "serial_number",
    "postal_code",
)


def struck_beside(plan: Plan, rng: Chance) -> None:
    """Struck out by a double line, the right value beside it in the same box."""
    able = [
        field
        for field in _free(plan)
        if _halves_hold(field, plan.written[field.name], plan)
    ]
    for field in some(rng, able, 3):
        plan.mark(field, "struck, new beside", _beside(_other(plan, field)))


def struck_above(plan: Plan, rng: Chance) -> None:
    """Digits struck out in their boxes, the right ones above."""
    for field in some(rng, _boxed(plan), 3):
        plan.mark(field, "struck, new above", _above(_slip(plan, field, rng)))


def struck_only(plan: Plan, rng: Chance) -> None:
    """Struck out, and nothing stands instead."""
    endings = (".serial_number", ".remarks", ".cards_returned", ".pension_number")
    able = plan.fields(FieldType.DIGITS, FieldType.TEXT)
    for field in some(rng, [f for f in able if f.name.endswith(endings)], 2):
        plan.mark(field, "struck out", _struck)
        plan.void(field, FieldState.STRUCK)


def correction(plan: Plan, rng: Chance) -> None:
    """A whole filing that corrects an earlier one."""
    plan.kind = "correction"
    plan.acts.append(_titled("訂正届"))
    free = [f for f in _free(plan) if f.name.endswith(_CORRECTED)]
    boxed = [f for f in _boxed(plan) if f.name.endswith(_CORRECTED_CELLS)]
    for field in some(rng, free, 3):
        if _other(plan, field):
            plan.mark(field, "red over black", _red_over_black(_other(plan, field)))
    for field in some(rng, boxed, 3):
        plan.mark(field, "red over black", _red_over_black(_slip(plan, field, rng)))


def cancellation(plan: Plan, _: Chance) -> None:
    """A whole filing that takes an earlier one back; only its title says so."""
    plan.kind = "cancellation"
    plan.acts.append(_titled("取消届"))


def strike(scribe: Scribe, box: Box, writer: Writer, rng: Chance) -> None:
    """Draw a double line from end to end of what is written."""
    for height in (0.4, 0.62):
        y = box.y + (height + rng.normal(0, 0.03)) * box.h
        start = (box.x - rng.uniform(0, 0.8), y + rng.normal(0, 0.15))
        end = (box.right + rng.uniform(0, 0.8), y + rng.normal(0, 0.25))
        scribe.paper.stroke(start, end, writer.text, rng)


def ink_of(text: str, box: Box, writer: Writer) -> Box:
    """Where a line of text stands in its box."""
    glyphs = in_lines(text, box, writer.text) or []
    if not glyphs:
        return box
    first, last = glyphs[0], glyphs[-1]
    left, right = first.x - first.em / 2, last.x + last.em / 2
    rows = sorted({glyph.y for glyph in glyphs})
    top, bottom = rows[0] - first.em / 2, rows[-1] + first.em / 2
    return Box(left, top, max(right - left, first.em), bottom - top)


def _free(plan: Plan) -> list[Field]:
    return [f for f in plan.fields(*_FREE) if f.cells is None]


def _boxed(plan: Plan) -> list[Field]:
    """Fields of digits in boxes, long enough for a slip to show."""
    return [
        f
        for f in plan.fields(*_BOXED)
        if f.cells is not None and len(plan.written[f.name]) >= 3
    ]


def _other(plan: Plan, field: Field) -> str:
    """What may have been written first: the same item of somebody else."""
    item = field.name.rpartition(".")[2]
    others = [
        value
        for name, value in plan.written.items()
        if name.rpartition(".")[2] == item and value != plan.written[field.name]
    ]
    value = plan.written[field.name]
    return others[0] if others else value[:-1]


def _slip(plan: Plan, field: Field, rng: Chance) -> str:
    """The same number with one digit another."""
    value = plan.written[field.name]
    at = int(rng.integers(len(value)))
    digit = str((int(value[at]) + int(rng.integers(1, 9))) % 10)
    return value[:at] + digit + value[at + 1 :]


def _halves_hold(field: Field, value: str, plan: Plan) -> bool:
    # Widths differ little from hand to hand: an em a character is enough room.
    old = _other(plan, field)
    return bool(old) and max(len(value), len(old)) * 2.6 < field.box_mm.w * 0.45


def _beside(old: str) -> Drawing:
    def drawing(scribe: Scribe, field: Field, value: str) -> None:
        rng, writer = scribe.chance(field), scribe.person(field)
        box = field.box_mm
        left = inner(box, w=0.47)
        struck = ink_of(old, left, writer)
        if scribe.line(old, left, writer, rng):
            strike(scribe, struck, writer, rng)
        start = struck.right + rng.uniform(1, 4)
        room = Box(start, box.y, box.right - start, box.h)
        if not scribe.line(value, room, writer, rng):
            raise ValueError(f"{field.name} does not fit beside what is struck out.")

    return drawing


def _above(old: str) -> Drawing:
    def drawing(scribe: Scribe, field: Field, value: str) -> None:
        rng, writer = scribe.chance(field), scribe.person(field)
        cells = [cell for _, cell in cells_for(field, old)]
        scribe.glyphs(field, old, writer, rng)
        strike(scribe, _hull(cells), writer, rng)
        # Most people keep clear of what they struck; some run into it.
        lift = rng.uniform(0.36, 0.5)
        lifted = [
            Box(cell.x, cell.y - lift * cell.h, cell.w, 0.56 * cell.h)
            for _, cell in cells_for(field, value)
        ]
        _small(scribe, field, value, lifted, writer, rng)

    return drawing


def _struck(scribe: Scribe, field: Field, value: str) -> None:
    rng, writer = scribe.chance(field), scribe.person(field)
    scribe.ordinary(field, value)
    if field.cells is not None:
        area = _hull([cell for _, cell in cells_for(field, value)])
    else:
        area = ink_of(value, field.box_mm, writer)
    strike(scribe, area, writer, rng)


def _red_over_black(old: str) -> Drawing:
    def drawing(scribe: Scribe, field: Field, value: str) -> None:
        rng, writer = scribe.chance(field), scribe.person(field)
        red = writer.in_ink(RED)
        for text, person, top in ((old, red, 0.0), (value, writer, 0.5)):
            if field.cells is None:
                half = inner(field.box_mm, top=top, h=0.5)
                _one_line(scribe, text, half, person, rng)
            else:
                halves = [
                    inner(cell, top=top, h=0.5) for _, cell in cells_for(field, text)
                ]
                _small(scribe, field, text, halves, person, rng)

    return drawing


def _one_line(scribe: Scribe, text: str, box: Box, writer: Writer, rng: Chance) -> None:
    """Write a line as high as its half of the box, or as its width allows."""
    full = replace(writer, text=replace(writer.text, size=0.95))
    if not scribe.line(text, box, full, rng):
        taller = Box(box.x, box.y, box.w, 2.6)
        scribe.line(text, taller, full, rng)


def _small(
    scribe: Scribe,
    field: Field,
    text: str,
    cells: list[Box],
    writer: Writer,
    rng: Chance,
) -> None:
    """Write one character a cell, as high as these cells."""
    hand = replace(hand_for(field, writer), size=0.82)
    glyphs = [in_cell(char, cell, hand) for char, cell in zip(text, cells, strict=True)]
    scribe.paper.write(glyphs, hand, writer, rng)


def _titled(word: str) -> "TitleAct":
    return TitleAct(word)


class TitleAct:
    """Writes the red mark beside the title of the form."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __call__(self, scribe: Scribe) -> None:
        first = scribe.definition.fields[0]
        writer = scribe.person(first).in_ink(RED)
        scribe.line(self._word, _TITLE_MARK, writer, scribe.chance(first))


def _hull(cells: list[Box]) -> Box:
    first, last = cells[0], cells[-1]
    return Box(first.x, first.y, last.right - first.x, first.h)
