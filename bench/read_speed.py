"""Measures where the time of reading goes: `python bench/read_speed.py [--pages N]`.

Fills each shipped form with all its entries, reads it, and prints the seconds for
finding the form, for the recogniser and for everything else.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms.definition import Field, FieldType, FormDefinition
from forms.fill import fill
from forms.hand import Hand
from forms.library import Library
from ocr.engine import GreyImage, Posteriors
from ocr.form import read_form
from ocr.onnx_engine import OnnxRecogniser
from ocr.page import look


class TimedRecogniser:
    """A recogniser that counts its own seconds."""

    def __init__(self, inner: OnnxRecogniser) -> None:
        self._inner = inner
        self.name = inner.name
        self.alphabet = inner.alphabet
        self.seconds = 0.0

    def posteriors(self, lines: Sequence[GreyImage]) -> list[Posteriors]:
        started = time.perf_counter()
        answers = self._inner.posteriors(lines)
        self.seconds += time.perf_counter() - started
        return answers


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for one page, and how many of its fields are written."""

    finding: float
    recogniser: float
    rest: float
    written: int


def main() -> None:
    """Print one line a form."""
    options = _options()
    engine = TimedRecogniser(OnnxRecogniser(threads=options.threads))
    print(
        f"{'form':6}{'written':>9}{'finding':>9}{'recogniser':>12}{'rest':>8}{'all':>8}"
    )
    for definition in Library.shipped().all():
        timings = [
            _timed(definition, page, engine)
            for page in _pages(definition, options.pages)
        ]
        # The first page of a form also draws its blank and finds its landmarks.
        _print(definition, timings[1:])


def _timed(
    definition: FormDefinition, page: NDArray[np.uint8], engine: TimedRecogniser
) -> Timing:
    engine.seconds = 0.0
    started = time.perf_counter()
    found = look(page, library=Library.shipped())
    looked = time.perf_counter()
    reading = read_form([found], definition=definition, engine=engine)
    read = time.perf_counter()
    return Timing(
        finding=looked - started,
        recogniser=engine.seconds,
        rest=read - looked - engine.seconds,
        written=sum(1 for one in reading.readings if one.text),
    )


def _pages(definition: FormDefinition, count: int) -> list[NDArray[np.uint8]]:
    values = {
        field.name: value for field in definition.fields if (value := _value(field))
    }
    return [
        np.array(fill(definition, values, hand=Hand(seed=seed))[0])
        for seed in range(count + 1)
    ]


def _value(field: Field) -> str:
    """Something that fills the field as people fill it."""
    named = {
        "my_number": "123456789018",
        "pension_number": "",
        "office_symbol": "01-ケイト",
        "phone": "03-1234-5678",
        "address_kana": "トウキョウトチヨダク1-2",
        "postal_code": "1008916",
    }
    if field.format in named:
        return named[field.format]
    match field.type:
        case FieldType.DIGITS:
            return "123456789"[: len(field.cells or "1")]
        case FieldType.AMOUNT:
            return "280000"
        case FieldType.DATE:
            return "9 020401"
        case FieldType.KANA:
            return "サトウ　リョウコ"
        case FieldType.TEXT:
            return "佐藤　良子"
        case FieldType.ADDRESS:
            return "東京都千代田区霞が関1-2-2"
        case _:
            return field.choices[0].code if field.choices else "1"


def _print(definition: FormDefinition, timings: Sequence[Timing]) -> None:
    finding, recogniser, rest = (
        statistics.median(getattr(timing, part) for timing in timings)
        for part in ("finding", "recogniser", "rest")
    )
    print(
        f"{definition.form:6}{timings[0].written:9}{finding:9.2f}{recogniser:12.2f}"
        f"{rest:8.2f}{finding + recogniser + rest:8.2f}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=3, help="pages of each form")
    parser.add_argument("--threads", type=int, default=2, help="of the recogniser")
    return parser.parse_args()


if __name__ == "__main__":
    main()
