"""A form that one file describes goes the whole way: nothing else is changed for it."""

from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select

from delivery.records import record
from forms.blank import blank_pdf
from forms.checking import check
from forms.fill import fill
from forms.library import Library, load
from storage.tables import Entry, EntryState, Filing
from tests.desk import Desk
from tests.media import take_in, work_off
from tests.scanner import saved

pytestmark = pytest.mark.model

FILE = Path(__file__).parents[1] / "definitions/T001@2026-04.yaml"
HANA = {
    "submitted_on": "2020-12-07",
    "office.symbol": "01-ケイト",
    "insured.1.pension_number": "1234567890",
    "insured.1.changed_on": "2020-12-02",
    "insured.1.name_kana": "サトウ　ハナ",
    "insured.1.name_kanji": "佐藤　花",
}


@cache
def library() -> Library:
    """The shipped forms, and one that nobody wrote a line of program for."""
    return Library([*Library.shipped().all(), load(FILE.read_text("utf-8"))])


def filed(desk: Desk, **otherwise: str) -> int:
    """The filing of one paper, taken in and read by a worker."""
    said = HANA | {f"insured.1.{item}": value for item, value in otherwise.items()}
    page = fill(library().get("T001"), said)[0]
    take_in(desk, {"name.png": saved(page, "PNG", dpi=(200, 200))})
    work_off(desk, library=library())
    with desk.database.look() as session:
        return (
            session.scalars(select(Filing.id).order_by(Filing.id.desc())).first() or 0
        )


def test_nothing_is_wrong_with_its_file() -> None:
    assert check(FILE.read_text("utf-8")) == []


def test_its_blank_is_printed() -> None:
    assert blank_pdf(library().get("T001")).startswith(b"%PDF")


def test_it_is_read_checked_queued_and_told_to_other_programs(desk: Desk) -> None:
    first, second = filed(desk), filed(desk, name_kanji="佐藤　華")

    with desk.database.look() as session:
        told = record(session, desk.vault, session.get_one(Filing, first))
        again = record(session, desk.vault, session.get_one(Filing, second))
        waits = session.scalars(select(Entry.state).where(Entry.filing_id == second))
        assert waits.all() == [EntryState.IN_REVIEW]
    (entry,), (double,) = told["entries"], again["entries"]
    values = {name: one["as_decided"] for name, one in entry["fields"].items()}
    assert (told["form"], told["revision"]) == ("T001", "2026-04")
    assert {n: v for n, v in values.items() if v} == {
        name: value for name, value in HANA.items() if name in values
    }
    asked = "common.attachment_to_look_for"
    assert [one["rule"] for one in entry["findings"]] == [asked]
    assert [(one["rule"], one["about"]) for one in double["findings"]] == [
        (asked, None),
        ("common.filed_before", first),
    ]
