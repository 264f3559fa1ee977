"""Measures where the time of reading goes: `python -m bench.read_speed [--pages N]`.

Fills each shipped form with all its entries, scans it as JPEG, reads it, and prints the
milliseconds of each part, and everything but the recogniser and the model of cells as
a share of their time.
Times are the processor's, so that others on the machine do not count.
"""

import argparse
import io
import statistics
import time
from collections.abc import Iterable, Sequence

from PIL import Image

from bench.engine import engine_with
from bench.measured import Seconds
from bench.ours import read_page, shares
from bench.timing import TimedRecogniser
from forms.definition import Field, FieldType, FormDefinition
from forms.fill import fill
from forms.hand import Hand
from forms.library import Library
from ingest.page_image import Limits
from kamizero.cli.clock import today
from ocr.engines.choice import make_engine


def main() -> None:
    """Print one line a form."""
    options = _options()
    engine = make_engine(engine_with(options.threads))
    print(f"{engine.name} on {engine.facts.device}, threads: {engine.facts.threads}")
    timed = TimedRecogniser(engine, now=time.process_time)
    for number, definition in enumerate(Library.shipped().all()):
        parts = [
            _timed(definition, scan, timed)
            for scan in _scans(definition, options.pages)
        ]
        if not number:
            _print_head(parts[0])
        # The first page of a form also draws its blank and finds its landmarks.
        _print(definition, parts[1:])


def _timed(definition: FormDefinition, scan: bytes, engine: TimedRecogniser) -> Seconds:
    return read_page(
        scan,
        form=definition.form,
        library=Library.shipped(),
        engine=engine,
        limits=Limits(),
        today=today(),
    ).seconds


def _scans(definition: FormDefinition, count: int) -> list[bytes]:
    return [
        _jpeg(fill(definition, _values(definition), hand=Hand(seed=seed))[0])
        for seed in range(count + 1)
    ]


def _jpeg(page: Image.Image) -> bytes:
    content = io.BytesIO()
    page.save(content, "JPEG", quality=85, dpi=(200, 200))
    return content.getvalue()


def _values(definition: FormDefinition) -> dict[str, str]:
    return {
        field.name: value for field in definition.fields if (value := _value(field))
    }


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


def _print_head(seconds: Seconds) -> None:
    parts = "".join(f"{name:>16}" for name in shares(seconds))
    print(f"{'form':6}{'written':>9}{parts}{'all':>8}{'others':>9}")


def _print(definition: FormDefinition, pages: Sequence[Seconds]) -> None:
    print(f"{definition.form:6}{len(_values(definition)):9}", end="")
    for name in shares(pages[0]):
        print(f"{_median(1000 * shares(page)[name] for page in pages):16.0f}", end="")
    all_parts = [sum(shares(page).values()) for page in pages]
    others = [
        spent / page.models - 1 for spent, page in zip(all_parts, pages, strict=True)
    ]
    print(f"{1000 * _median(all_parts):8.0f}{_median(others):9.2f}")


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=3, help="pages of each form")
    parser.add_argument("--threads", type=int, default=1, help="of the recogniser")
    return parser.parse_args()


if __name__ == "__main__":
    main()
