"""Measures how pages are laid onto their forms: `python -m bench.registration`.

Filled forms of the samples go through known distortions, with and without our code
and corner marks. Each row says how many pages were registered, how many corners of
fields the picture still shows are said to be off the picture, how far the corners
lie from where they truly are, and how often a page was said to lie where it does not
(a corner off by more than 1 mm) or to be another form. Other papers follow: none may
be taken for a form. `--check` fails on any false registration, form or paper.
"""

import argparse
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from bench.distortions import (
    Distortion,
    Points,
    Scan,
    bent,
    coarser,
    cut,
    drawn,
    faint,
    fed,
    keystone,
    photocopied,
    scaled,
    sent_by_fax,
    shaded,
    slipped,
    turned,
)
from bench.making.damages import hidden_marks
from bench.strangers import strangers
from forms.definition import FormDefinition
from forms.fill import fill
from forms.library import Library
from kamizero.model import Box, PageKind
from ocr.page import Look, look
from samples.making.filings import FILINGS
from samples.making.hands import HANDS

FALSE_MM = 1.0
HIDDEN_MM = 0.5
_DPI = 200

_WRITTEN = (
    ("two_join_midori", "careful"),
    ("forgotten_tick", "felt"),
    ("two_leave_yamato", "leaning"),
    ("same_day", "round"),
    ("five_are_paid", "quick"),
    ("not_cut_off", "careful"),
)

_COPY = photocopied
DISTORTIONS = (
    Distortion("none", "200 dpi"),
    Distortion("none", "300 dpi", (coarser(300),)),
    Distortion("none", "400 dpi", (coarser(400),)),
    Distortion("none", "150 dpi", (coarser(150),)),
    Distortion("none", "100 dpi", (coarser(100),)),
    *(Distortion("skew", f"{a} deg", (turned(a),)) for a in (2, 5, 10)),
    *(
        Distortion("perspective", f"{s:.0%}", (keystone(s),))
        for s in (0.01, 0.03, 0.06)
    ),
    *(Distortion("scale", f"{s:.0%}", (scaled(s),)) for s in (0.97, 1.03, 0.93)),
    *(
        Distortion("cut", f"{side} {share:.0%}", (turned(0.7), cut(side, share)))
        for side in ("left", "right", "top", "bottom")
        for share in (0.05, 0.1, 0.2)
    ),
    Distortion("fed", "upside down", (turned(1), fed(2))),
    Distortion("fed", "sideways", (turned(1), fed(1))),
    Distortion("fed", "sideways, 8 deg", (turned(8), fed(3))),
    Distortion("photocopy", "1st", (_COPY,)),
    Distortion("photocopy", "2nd", (_COPY, _COPY)),
    Distortion("photocopy", "3rd", (_COPY, _COPY, _COPY)),
    Distortion("fax", "200x200", (turned(0.5), sent_by_fax(200))),
    Distortion("fax", "200x100", (turned(0.5), sent_by_fax(100))),
    Distortion("fax", "copy, 200x100", (_COPY, turned(2), sent_by_fax(100))),
    Distortion("shading", "30%", (shaded(0.3),)),
    Distortion("shading", "60%", (shaded(0.6, 8),)),
    Distortion("faint", "40%", (faint(0.4),)),
    Distortion("faint", "15%", (faint(0.15),)),
    Distortion("telephone", "light", (turned(2), keystone(0.02), shaded(0.3))),
    Distortion("telephone", "heavy", (turned(6), keystone(0.05), shaded(0.6, 8))),
    Distortion("bent", "0.5 mm", (bent(0.5),)),
    Distortion("bent", "1 mm", (bent(1.0),)),
    Distortion("slipped", "0.5 mm", (slipped(0.5),)),
    Distortion("slipped", "1 mm", (slipped(1.0),)),
    Distortion(
        "together",
        "copy, 5 deg, cut",
        (_COPY, turned(5), cut("left", 0.06), scaled(0.97)),
    ),
)


@dataclass(frozen=True, slots=True)
class Laid:
    """What became of one page; distances in mm of the form."""

    row: str
    marked: bool
    known: bool
    right_form: bool
    registered: bool
    off: float
    lost: int
    unseen: int
    hidden: int
    doubted: int
    found: float
    seconds: float

    @property
    def false(self) -> bool:
        return self.registered and (not self.right_form or self.off > FALSE_MM)


def main() -> int:
    """Lay the pages, print the tables, and judge them where asked to."""
    options = _options()
    cv2.setNumThreads(1)
    library = Library.shipped()
    pages = list(_pages(options.pages))
    look(pages[0][1], library=library)
    laid = [
        _lay(scan, definition, library=library, row=_row_name(one), marked=marked)
        for one in _chosen(options.only)
        for definition, scan, marked in _distorted(pages, one)
    ]
    _print(laid)
    false = sum(one.false for one in laid)
    print(f"\nfalse registrations: {false}")
    # Other papers pass through no row, so a choice of rows leaves them out.
    taken = 0 if options.only else _strangers_taken(library)
    return 1 if options.check and (false or taken) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="exit 1 where one is false"
    )
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument(
        "--pages", type=int, default=len(_WRITTEN), help="filled forms of each row"
    )
    return parser.parse_args()


def _row_name(one: Distortion) -> str:
    return f"{one.kind}: {one.degree}"


def _chosen(only: str) -> Iterator[Distortion]:
    return (one for one in DISTORTIONS if only in _row_name(one))


def _pages(count: int) -> Iterator[tuple[FormDefinition, np.ndarray, np.ndarray]]:
    """Each filled form, with its marks and with them painted out."""
    for filing, hand in _WRITTEN[:count]:
        definition = FILINGS[filing].definition
        written = FILINGS[filing].written
        page = np.asarray(fill(definition, written, hand=HANDS[hand], dpi=_DPI)[0])
        yield definition, page, hidden_marks(page, definition, _DPI)


def _distorted(
    pages: Sequence[tuple[FormDefinition, np.ndarray, np.ndarray]], one: Distortion
) -> Iterator[tuple[FormDefinition, Scan, bool]]:
    for number, (definition, *sheets) in enumerate(pages):
        for sheet, marked in zip(sheets, (True, False), strict=True):
            seed = [number, marked, zlib.crc32(_row_name(one).encode())]
            scan = drawn(sheet, sheet.shape[1] / definition.page_size_mm[0])
            yield definition, one(scan, np.random.default_rng(seed)), marked


def _lay(
    scan: Scan, definition: FormDefinition, *, library: Library, row: str, marked: bool
) -> Laid:
    started = time.process_time()
    found = look(scan.pixels, library=library)
    seconds = time.process_time() - started
    off, lost, unseen, hidden, doubted = _corners_off(scan, found, definition)
    return Laid(
        row=row,
        marked=marked,
        known=found.kind is PageKind.FORM,
        right_form=found.form == definition.form,
        registered=found.registration is not None,
        off=off,
        lost=lost,
        unseen=unseen,
        hidden=hidden,
        doubted=doubted,
        found=found.registration.found if found.registration else 0.0,
        seconds=seconds,
    )


def _corners_off(
    scan: Scan, found: Look, definition: FormDefinition
) -> tuple[float, int, int, int, int]:
    """How far the worst field corner is off; fields lost, unseen and hidden.

    Only what the picture holds counts: `lost` are fields said to be off the
    picture that are on it, `unseen` those said to be on it that are not, `hidden`
    those more than `HIDDEN_MM` off that are not said to be doubtful, `doubted` those
    said to be that are not so far off.
    """
    if found.registration is None or found.form != definition.form:
        return 0.0, 0, 0, 0, 0
    height, width = scan.pixels.shape[:2]
    worst, lost, unseen, hidden, doubted = 0.0, 0, 0, 0, 0
    for field in definition.fields:
        true = scan.way(_corners(field.box_mm))
        inside = bool(((true >= 0) & (true <= (width, height))).all())
        here = found.registration.shows(field.box_mm)
        lost += inside and not here
        unseen += here and not inside
        if inside:
            apart = found.registration.on_image(_corners(field.box_mm)) - true
            off = float(np.linalg.norm(apart, axis=1).max()) / scan.px_per_mm
            worst = max(worst, off)
            doubtful = found.registration.is_doubtful(field.box_mm)
            hidden += off > HIDDEN_MM and not doubtful
            doubted += off <= HIDDEN_MM and doubtful
    return worst, lost, unseen, hidden, doubted


def _corners(box: Box) -> Points:
    return np.array(
        [
            [box.x, box.y],
            [box.right, box.y],
            [box.right, box.bottom],
            [box.x, box.bottom],
        ]
    )


def _print(laid: Sequence[Laid]) -> None:
    print(
        f"{'':26}{'marks':>6}{'pages':>6}{'laid':>6}{'false':>6}{'form':>6}"
        f"{'median':>8}{'worst mm':>9}{'lost':>6}{'unseen':>7}{'hidden':>7}"
        f"{'doubted':>8}{'found':>6}{'ms':>6}"
    )
    for row in dict.fromkeys(one.row for one in laid):
        for marked in (True, False):
            _print_row(row, [o for o in laid if (o.row, o.marked) == (row, marked)])
    _print_row("all", laid)


def _print_row(name: str, laid: Sequence[Laid]) -> None:
    there = [one for one in laid if one.registered]
    off = [one.off for one in there if one.right_form] or [0.0]
    wrong = sum(one.known and not one.right_form for one in laid)
    marks = "both" if len({one.marked for one in laid}) > 1 else _yes(laid[0].marked)
    print(
        f"{name:26}{marks:>6}{len(laid):6}{len(there):6}"
        f"{sum(one.false for one in laid):6}{wrong:6}"
        f"{np.median(off):8.2f}{max(off):9.2f}"
        f"{sum(one.lost for one in laid):6}{sum(one.unseen for one in laid):7}"
        f"{sum(one.hidden for one in laid):7}{sum(one.doubted for one in laid):8}"
        f"{min([one.found for one in there], default=0):6.2f}"
        f"{1000 * np.median([one.seconds for one in laid]):6.0f}",
        flush=True,
    )


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _strangers_taken(library: Library) -> int:
    """How many other papers were registered on a form; names those that were."""
    taken, seconds = 0, []
    for name, picture in strangers():
        started = time.process_time()
        found = look(picture, library=library)
        seconds.append(time.process_time() - started)
        if found.registration is not None:
            taken += 1
            print(f"  taken for {found.form}: {name}")
    print(
        f"\nother papers: {len(seconds)}, taken for a form: {taken}, median"
        f" {1000 * np.median(seconds):.0f} ms each"
    )
    return taken


if __name__ == "__main__":
    sys.exit(main())
