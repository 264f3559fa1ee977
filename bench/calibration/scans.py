"""Pages full of names and addresses, and how the reader reads them before calibration.

Their hands are those of the development split, their seeds apart from all others.
"""

import io
from collections.abc import Iterator, Mapping

import numpy as np
from PIL import Image

from bench.calibration.persons import Person, Population
from bench.calibration.slips import slipped
from bench.making.cast import Chance, drawn, office
from bench.making.damages import scanned_badly, scanned_well
from bench.making.names import JOIN_REMARKS
from bench.making.paper import Paper
from bench.making.splits import SPLITS
from bench.making.writing import Scribe
from forms.definition import FormDefinition
from forms.grammar import canonical
from forms.library import Library
from kamizero.errors import SetupError, WrongCallError
from ocr.calibration import UNCALIBRATED, Evidence, evidence_of, kind_of
from ocr.engine import Recogniser
from ocr.page import look
from ocr.reader import read_fields
from ocr.strokes.ink import find_ink
from samples.making.paper_damage import Pixels

SEED = 20_260_401
_FORM = "2200@2020-12"
_DPI = 200
_SPLIT = SPLITS["development"]
_WITH_REMARKS = 0.4


def evidence(
    number: int, *, engine: Recogniser, population: Population
) -> Iterator[tuple[str, str, Evidence, bool]]:
    """Of each field of free writing: kind, quality, evidence, whether it was right."""
    rng = np.random.default_rng([SEED, number])
    library = Library.shipped()
    definition = library.get(_FORM)
    quality = "poor" if number % 2 else "clean"
    values = _values(rng, [population.person(rng) for _ in range(definition.entries)])
    values = {name: slipped(name, value, rng) for name, value in values.items()}
    written, page = _written(definition, values, rng)
    befallen = (
        scanned_well(page, rng, _DPI)
        if quality == "clean"
        else scanned_badly(page, _SPLIT.damages, number // 2, rng, _DPI)
    )
    image = np.asarray(Image.open(io.BytesIO(befallen.data)).convert("RGB"))
    found = look(image, library=library, expected=definition)
    if found.registration is None:
        return
    ink = find_ink(found.image, definition, found.page, found.registration)
    outcomes = read_fields(
        definition, {found.page: ink}, engine=engine, calibration=UNCALIBRATED
    )
    for name, value in written.items():
        field = definition.field(name)
        kind = kind_of(field)
        if kind is not None and outcomes[name].candidates:
            right = canonical(field.type, field.format, value)
            outcome = outcomes[name]
            yield kind, quality, evidence_of(outcome), outcome.best.value == right


def _written(
    definition: FormDefinition, values: Mapping[str, str], rng: Chance
) -> tuple[dict[str, str], Pixels]:
    """What could be written of the values, and the page; too long ones are left out."""
    writer = _SPLIT.writer(rng, "".join(values.values()))
    if writer is None:
        raise SetupError("No typeface can write all of a page for calibrating.")
    people = {field.name: writer for field in definition.fields}
    paper = Paper(definition, _DPI)
    scribe = Scribe(paper, people, seed=int(rng.integers(1 << 30)), real=None)
    written = {}
    for name, value in values.items():
        try:
            scribe.ordinary(definition.field(name), value)
        except WrongCallError:
            continue
        written[name] = value
    return written, np.asarray(paper.image)


def _values(rng: Chance, persons: list[Person]) -> dict[str, str]:
    register = office(rng)
    values = {
        "office.name": register.name,
        "office.owner_name": register.owner_name,
        "office.postal_code": register.postal_code,
        "office.address": register.address,
    }
    for n, one in enumerate(persons, 1):
        values |= {
            f"insured.{n}.name_kanji": one.kanji,
            f"insured.{n}.name_kana": one.kana,
            f"insured.{n}.postal_code": one.postal_code,
            f"insured.{n}.address_kanji": one.address,
            f"insured.{n}.address_kana": one.address_kana,
        }
        if rng.random() < _WITH_REMARKS:
            values[f"insured.{n}.remarks"] = drawn(rng, JOIN_REMARKS)
    return values
