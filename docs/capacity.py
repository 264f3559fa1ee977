"""How many cores the busiest weeks need, reckoned as `kamizero capacity` reckons."""

from dataclasses import dataclass

from workers.capacity import MOST_BUSY, Pace, need_of

HOURS = 8.0
# What a page took where it was measured: docs/reading.md says on which machines.
FAST, SLOW = 0.80, 2.06
# 300,000 colour and 500,000 grey pages a day on 80 cores, as its maker publishes.
_COLOUR, _GREY = (pages / 86_400 / 80 for pages in (300_000, 500_000))


@dataclass(frozen=True, slots=True)
class Peak:
    """The papers of a busy time, for a million insured persons.

    Attributes:
        persons: how many of them are on the papers.
        lines: persons on one page of the form.
        days: working days within which all of it comes.
    """

    when: str
    form: str
    persons: int
    lines: int
    days: int

    @property
    def pages_a_day(self) -> int:
        return -(-self.persons // self.lines // self.days)


_PEAKS = (
    Peak("1 to 10 July", "2225 算定基礎届", 1_000_000, 4, 7),
    Peak("1 to 10 April", "2200 取得届", 80_000, 4, 7),
    Peak("bonus months", "2265 賞与支払届", 900_000, 10, 5),
)


def capacity_markdown() -> str:
    lines = [
        "# How much a busy week needs",
        "",
        "For a house that receives the papers of a million insured persons; halve the "
        "pages for half a million.",
        "All of them come in July and nine of ten get a bonus; that eight of a hundred "
        "begin somewhere in April, and that nobody files electronically, is supposed.",
        f"A core works {MOST_BUSY:.0%} of {HOURS:g} hours; `kamizero capacity --pages "
        "N` reckons the same with what pages took on your own machines, and the people "
        "it needs.",
        "",
        "| when | form | pages a day | cores at "
        f"{FAST:.2f} s a page | cores at {SLOW:.2f} s a page |",
        "|---|---|---|---|---|",
        *(_row(peak) for peak in _PEAKS),
        "",
        f"{FAST:.2f} seconds were measured on a processor with bf16, {SLOW:.2f} on two "
        "cores without ([reading](reading.md)): both are of reading alone, "
        "with A4 pages of about sixty fields.",
        "",
        "## Beside a published sizing",
        "",
        "ABBYY's guide to FlexiCapture 12 plans 500,000 grey or 300,000 colour pages a "
        "day on 80 cores, with 100 people who verify.",
        "Its cores do all of a system's work with papers of every kind, ours are "
        "reckoned from reading forms that are known: the table says in which order of "
        "size both are, and not which of them is better.",
        "",
        "| | pages a second and core |",
        "|---|---|",
        f"| ABBYY, colour | {_COLOUR:.3f} |",
        f"| ABBYY, grey | {_GREY:.3f} |",
        f"| kamizero, {SLOW:.2f} s a page | {1 / SLOW:.3f} |",
        f"| kamizero, {FAST:.2f} s a page | {1 / FAST:.3f} |",
    ]
    return "\n".join(lines) + "\n"


def _row(peak: Peak) -> str:
    cores = [
        need_of(
            Pace(1, {"read": seconds}, 0.0), pages=peak.pages_a_day, hours=HOURS
        ).workers
        for seconds in (FAST, SLOW)
    ]
    told = f"{peak.pages_a_day:,} | {cores[0]} | {cores[1]}"
    return f"| {peak.when} | {peak.form} | {told} |"
