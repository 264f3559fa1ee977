"""Every good file of the sample set: its pages, and how it was scanned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from samples.making import documents
from samples.making.encoding import Encode, jpeg, png, scanned_pdf, tiff
from samples.making.paper_damage import coffee_ring, fold, receipt_stamp, seal
from samples.making.scanner import Scanner, copied, faxed
from samples.making.sheets import Sheet, blank_back, form, paper, separator

_GREY = Scanner(grey=True)
_DUPLEX = Scanner(noise=2.5, white=236)


@dataclass(frozen=True, slots=True)
class ScanFile:
    """One file below `scans/`."""

    path: str
    sheets: Sequence[Sheet]
    encode: Encode
    dpi: int = 200

    def data(self) -> bytes:
        pages = [
            sheet.picture(self.path, number, self.dpi)
            for number, sheet in enumerate(self.sheets, start=1)
        ]
        return self.encode(pages, self.dpi)


def _one(path: str, sheet: Sheet, encode: Encode, dpi: int = 200) -> ScanFile:
    return ScanFile(path, (sheet,), encode, dpi)


CLEAN = (
    _one("clean/2200-midori.png", form("two_join_midori", "careful"), png(32)),
    _one("clean/2200-sakura.jpg", form("miscopied_number", "clerk"), jpeg(80)),
    _one(
        "clean/2200-abc.tif",
        form("one_from_abroad", "small", scanner=_GREY),
        tiff("tiff_lzw", grey=True),
    ),
    _one(
        "clean/2200-hokuto-300dpi.jpg",
        form("sum_is_not", "firm", scanner=_GREY),
        jpeg(68, grey=True),
        300,
    ),
    _one("clean/2201-yamato.jpg", form("two_leave_yamato", "leaning"), jpeg(80)),
    _one("clean/2201-hikari.png", form("same_day", "round"), png(32)),
    _one(
        "clean/2265-minato.jpg",
        form("five_are_paid", "quick", receipt_stamp("福岡", "3.7.12", (177, 34))),
        jpeg(80),
    ),
    _one(
        "clean/2265-mori.tif", form("not_cut_off", "careful"), tiff("jpeg", grey=True)
    ),
)

POOR = (
    _one(
        "poor/2200-skewed.jpg",
        form("thirtieth_of_february", "clerk", scanner=Scanner(skew=4.6, white=None)),
        jpeg(80),
    ),
    _one(
        "poor/2200-upside-down.png",
        form(
            "address_instead_of_number",
            "backward",
            receipt_stamp("大田", "3.11.5", (163, 49.5)),
            scanner=Scanner(quarter_turns=2, skew=0.8),
        ),
        png(32),
    ),
    _one(
        "poor/2200-photocopy.jpg",
        form(
            "nothing_to_know_her_by",
            "quick",
            scanner=Scanner(after=(copied,), white=None, noise=3, skew=-0.9),
        ),
        jpeg(70, grey=True),
    ),
    _one(
        "poor/2200-cut-margin.jpg",
        form("forgotten_tick", "felt", scanner=Scanner(cut_mm=9.5, skew=0.7)),
        jpeg(80),
    ),
    _one(
        "poor/2200-folded.jpg",
        form(
            "forgotten_circle",
            "hurried",
            fold(99),
            fold(198),
            scanner=Scanner(skew=-1.4, white=None),
        ),
        jpeg(80),
    ),
    _one(
        "poor/2201-sideways.jpg",
        form("seventy_five", "old", scanner=Scanner(quarter_turns=1, skew=-0.6)),
        jpeg(80),
    ),
    _one(
        "poor/2201-faint.jpg",
        form(
            "counted_on",
            "pencil",
            scanner=Scanner(contrast=0.55, grey=True, noise=3.5, white=None),
        ),
        jpeg(75, grey=True),
    ),
    _one(
        "poor/2201-seal.jpg",
        form(
            "no_number",
            "firm",
            seal("高橋健一", (53, 57.5), size_mm=12),
            seal("村上", (76, 73.5), size_mm=9),
            receipt_stamp("大田", "4.1.6", (163, 49.5)),
            scanner=Scanner(skew=1.2),
        ),
        jpeg(80),
    ),
    _one(
        "poor/2201-shadow.jpg",
        form("died", "round", scanner=Scanner(shadow=0.5, skew=-3.7, white=None)),
        jpeg(78),
    ),
    _one(
        "poor/2265-quality-40.jpg",
        form("slip_in_adding", "clerk", scanner=Scanner(noise=3.5, white=None)),
        jpeg(40),
    ),
    _one(
        "poor/2265-coffee.jpg",
        form(
            "over70_without_number",
            "leaning",
            coffee_ring((196, 118), radius_mm=38),
            scanner=Scanner(skew=0.9),
        ),
        jpeg(80),
    ),
    _one(
        "poor/2265-fax.tif",
        form(
            "paid_on_two_days",
            "careful",
            scanner=Scanner(after=(faxed,), skew=-1.5, white=None, noise=5),
        ),
        tiff("group4"),
    ),
)

SPECIAL = (
    ScanFile(
        "special/bundle.tif",
        (
            separator(
                "2200", sheets=2, entries=3, received_on=date(2024, 2, 7), number=12
            ),
            form("era_had_ended", "small", scanner=_GREY),
            form("second_of_bundle", "quick", scanner=_GREY),
        ),
        tiff("jpeg", grey=True),
    ),
    ScanFile(
        "special/several-filings.tif",
        (
            form("last_years_year", "clerk", scanner=_GREY),
            form("digit_left_out", "careful", scanner=_GREY),
            form("third_in_one_file", "hurried", scanner=_GREY),
        ),
        tiff("group4"),
    ),
    ScanFile(
        "special/scanned.pdf",
        (
            form("first_page_of_pdf", "round"),
            form("second_page_of_pdf", "firm", seal("森", (51, 59.5), size_mm=9)),
        ),
        scanned_pdf(80),
    ),
    ScanFile(
        "special/with-attachments.tif",
        (
            form("late_with_proof", "leaning"),
            paper(documents.certificate, seal("渡部", (140, 196), size_mm=13)),
            paper(documents.residence_record),
        ),
        tiff("jpeg", grey=True),
    ),
    ScanFile(
        "special/duplex.tif",
        (
            form("double_sided", "backward", scanner=_DUPLEX),
            blank_back("double_sided", "backward", scanner=_DUPLEX),
            form("with_blank_back", "old", scanner=_DUPLEX),
            blank_back("with_blank_back", "old", scanner=_DUPLEX),
        ),
        tiff("jpeg", grey=True),
    ),
    _one("special/unknown-letter.jpg", paper(documents.letter), jpeg(80)),
)

SCANS = CLEAN + POOR + SPECIAL

PRINTED = {"special/born-digital.pdf": "printed_by_program"}
"""Files made by a program: path -> filing."""

TWICE = {"special/same-bytes-again.jpg": "clean/2200-sakura.jpg"}
"""Files whose bytes are those of another: path -> the other."""
