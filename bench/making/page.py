"""One page of the benchmark: a filing, the hands that wrote it, what befell it."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.making.damages import Befallen, befall, hidden_marks
from bench.making.filings import FORMS, draw_filing
from bench.making.mistakes import with_mistakes
from bench.making.splits import Split
from forms.fill import fill
from samples.making.filing import Filing

DPI = 200


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


def make_page(number: int, *, split: Split, seed: int) -> MadePage:
    """Page `number` of a split; the same arguments give the same bytes."""
    rng = np.random.default_rng([seed, zlib.crc32(split.name.encode()), number])
    # Form, quality and marks take turns, so that few pages hold all kinds.
    form = FORMS[number % len(FORMS)]
    quality = "poor" if number // len(FORMS) % 2 else "clean"
    marks_out = bool(number // (2 * len(FORMS)) % 2)
    filing = with_mistakes(draw_filing(form, rng), rng)
    hand = split.hand(rng, "".join(filing.written.values()))
    page = np.asarray(fill(filing.definition, filing.written, hand=hand, dpi=DPI)[0])
    if marks_out:
        page = hidden_marks(page, filing.definition, DPI)
    befallen = befall(page, quality, rng=rng, dpi=DPI)
    path = f"{quality}/{number:04}-{form}{befallen.suffix}"
    return MadePage(
        path,
        befallen.data,
        _truth(
            filing, quality, befallen, marks_out, [hand.font.stem if hand.font else ""]
        ),
    )


def _truth(
    filing: Filing,
    quality: str,
    befallen: Befallen,
    marks_out: bool,
    hands: Sequence[str],
) -> Mapping[str, object]:
    return {
        **filing.as_truth(),
        "kind": "new",
        "quality": quality,
        "damages": list(befallen.damages),
        "marks_out": marks_out,
        "hands": hands,
        "kinds": {name: "plain" for name in filing.written},
        "written": {name: filing.written[name] for name in filing.wrong},
    }
