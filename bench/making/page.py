"""One page of the benchmark: a filing, the people who wrote it, what befell it."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.making import (
    kinds_corrections,
    kinds_marks,
    kinds_rows,
    kinds_strokes,
)
from bench.making.cast import Chance
from bench.making.damages import (
    Befallen,
    hidden_marks,
    scanned_badly,
    scanned_well,
)
from bench.making.digits import RealDigits
from bench.making.filings import FORMS, draw_filing
from bench.making.mistakes import with_mistakes
from bench.making.paper import Paper
from bench.making.pen import Writer
from bench.making.plan import Plan
from bench.making.splits import Split
from bench.making.writing import People, Scribe
from forms.definition import Field, FieldType
from forms.places import placed
from kamizero.errors import SetupError
from samples.making.filing import Filing
from samples.making.paper_damage import Pixels

DPI = 200

Kind = Callable[[Plan, Chance], None]

KINDS: tuple[Kind, ...] = (
    kinds_rows.unused_diagonal,
    kinds_marks.sloppy_circles,
    kinds_corrections.struck_beside,
    kinds_rows.ditto_marks,
    kinds_strokes.beyond_edge,
    kinds_rows.row_struck,
    kinds_marks.open_circles,
    kinds_corrections.struck_above,
    kinds_rows.ditto_words,
    kinds_strokes.dirt,
    kinds_rows.unused_word,
    kinds_marks.two_circled,
    kinds_corrections.struck_only,
    kinds_rows.ditto_arrows,
    kinds_marks.crosses,
    kinds_strokes.faint_pencil,
    kinds_marks.scribbled_boxes,
    kinds_marks.seals,
)
_KINDS_A_PAGE = 3
# Of so many pages, so many hold special kinds.
_PAGES, _SPECIAL = 5, 3
_CORRECTING_EVERY = 15
_LEAST_ROWS = 10
_DRAWN = frozenset({FieldType.CHOICE, FieldType.CHECK, FieldType.SEAL})
_SAID = "同上余白以下訂正届取消届"


@dataclass(frozen=True, slots=True)
class MadePage:
    """A scan and what is written on it.

    Attributes:
        path: below the folder of the scans; it begins with the quality.
        truth: the page as `truth.json` holds it.
    """

    path: str
    data: bytes
    truth: Mapping[str, object]


def make_page(
    number: int,
    *,
    split: Split,
    seed: int,
    real: RealDigits | None = None,
    forms: Sequence[str] = FORMS,
) -> MadePage:
    """Page `number` of a split; the same arguments give the same bytes."""
    rng = np.random.default_rng([seed, zlib.crc32(split.name.encode()), number])
    # Form, quality, page and marks take turns, so that few pages hold all kinds.
    form = forms[number % len(forms)]
    quality = "poor" if number // len(forms) % 2 else "clean"
    pages = Filing(form, {}).definition.pages
    turn, before = divmod(number // (2 * len(forms)), pages)
    sheet, marks_out = before + 1, bool(turn % 2)
    plan, people = _planned(form, number, sheet, split, rng)
    scribe = Scribe(
        Paper(plan.form, DPI, sheet),
        people,
        seed=int(rng.integers(1 << 30)),
        real=real,
    )
    page = _written(plan, scribe, rng)
    if marks_out:
        page = hidden_marks(page, plan.form, DPI)
    befallen = (
        scanned_well(page, rng, DPI)
        if quality == "clean"
        else scanned_badly(page, split.damages, _turn(number, len(forms)), rng, DPI)
    )
    path = f"{quality}/{number:04}-{form}{befallen.suffix}"
    about = {"quality": quality, "marks_out": marks_out}
    return MadePage(
        path, befallen.data, {**_truth(plan, scribe, people, befallen), **about}
    )


def _turn(number: int, forms: int) -> int:
    """How many pages of poor quality come before this one."""
    blocks, rest = divmod(number, 2 * forms)
    return blocks * forms + max(0, rest - forms)


def _planned(
    form: str, number: int, page: int, split: Split, rng: Chance
) -> tuple[Plan, People]:
    """A filing with its special kinds, and people whose typefaces have it all."""
    for _ in range(20):
        filing = with_mistakes(_on_page(draw_filing(form, rng), page), rng)
        people = _people(filing, split, rng)
        if people is not None:
            break
    else:
        raise SetupError(f"No typeface of {split.name} can write what is drawn.")
    plan = Plan.of(filing, page)
    # The title that says so stands on the first page.
    if page == 1 and number % _CORRECTING_EVERY == 4:
        kinds_corrections.correction(plan, rng)
    elif page == 1 and number % _CORRECTING_EVERY == 11:
        kinds_corrections.cancellation(plan, rng)
    elif number % _PAGES < _SPECIAL:
        for kind in _kinds_of(number):
            kind(plan, rng)
    return plan, people


def _on_page(filing: Filing, page: int) -> Filing:
    """The filing without what stands on other pages of its form."""
    fields = filing.definition.by_name
    written = {
        name: value
        for name, value in filing.written.items()
        if fields[name].page == page
    }
    return replace(filing, written=written)


def _kinds_of(number: int) -> list[Kind]:
    """The kinds take turns over the pages that hold some."""
    nth = number // _PAGES * _SPECIAL + number % _PAGES
    # A step that is coprime to their number pairs each with others in time.
    first = nth * 7
    return [KINDS[(first + 5 * n) % len(KINDS)] for n in range(_KINDS_A_PAGE)]


def _people(filing: Filing, split: Split, rng: Chance) -> People | None:
    """One or two people share a page: the office's clerk, and who fills entries."""
    text = "".join(filing.written.values()) + _SAID
    first = split.writer(rng, text)
    second = split.writer(rng, text) if rng.random() < 0.4 else first
    if first is None or second is None:
        return None
    turn = int(rng.integers(1, filing.definition.entries + 1))
    return {
        field.name: _who(field, first, second, turn)
        for field in filing.definition.fields
    }


def _who(field: Field, first: Writer, second: Writer, turn: int) -> Writer:
    return second if (field.entry or 0) >= turn else first


def _written(plan: Plan, scribe: Scribe, rng: Chance) -> Pixels:
    """Fill the page in, then let seals fall on it."""
    for field in plan.form.fields:
        value = plan.written.get(field.name)
        if not value:
            continue
        drawing = plan.drawings.get(field.name)
        if drawing:
            drawing(scribe, field, value)
        else:
            scribe.ordinary(field, value)
    for act in plan.acts:
        act(scribe)
    page = np.asarray(scribe.paper.image)
    for field in plan.pressed:
        stamp = kinds_marks.pressed(scribe, field, plan.written[field.name])
        page = stamp(page, scribe.paper.scale, rng)
    return page


def _truth(
    plan: Plan, scribe: Scribe, people: People, befallen: Befallen
) -> Mapping[str, object]:
    kinds = {}
    for field in plan.form.fields:
        if not befallen.holds(field.box_mm):
            kinds[field.name] = "cut off by the edge"
        elif field.name in plan.kinds or field.name in plan.written:
            kinds[field.name] = _kind(plan, scribe, field, befallen)
    return {
        "form": plan.filing.form,
        "revision": plan.form.revision,
        "fields": plan.truth(),
        "wrong": list(plan.filing.wrong),
        "kind": plan.kind,
        "damages": list(befallen.damages),
        "hands": sorted({writer.name() for writer in people.values()}),
        "kinds": kinds,
        "states": {name: state.value for name, state in plan.states.items()},
        "written": {name: plan.written[name] for name in plan.filing.wrong},
    }


def _kind(plan: Plan, scribe: Scribe, field: Field, befallen: Befallen) -> str:
    if _rows_of(plan, scribe, field) * befallen.dpi_down < _LEAST_ROWS:
        return "too small for its fax"
    if field.name in plan.kinds:
        return plan.kinds[field.name]
    return "digits" if scribe.is_real(field) else "plain"


def _rows_of(plan: Plan, scribe: Scribe, field: Field) -> float:
    """How high its characters are, in inches: rows of pixels at one dot an inch."""
    value = plan.written.get(field.name, "")
    if field.cells is not None or not value or field.type in _DRAWN:
        return 1.0
    glyphs = placed(field, value, scribe.person(field).text)
    return min(glyph.em for glyph in glyphs) / 25.4
