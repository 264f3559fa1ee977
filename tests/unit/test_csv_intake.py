"""A table that comes in makes filings of its rows, each a person's entry."""

from collections.abc import Sequence

import numpy as np
import pytest
from sqlalchemy import select

from delivery.records import record
from forms.csv.table import FILE, NAME
from ingest.media.pages import TEXT_TABLE, TablePages, open_kept
from ingest.page_image import Limits
from kamizero.model import PageKind
from kamizero.tokyo import business_date
from review.keying.sampling import MILLION, set_rate
from storage.originals import read_original
from storage.tables import ANY, HEAD, Arrival, Entry, Field, Filing, FindingRow, Page
from storage.values import body_of
from tests.desk import NOW, Desk
from tests.media import a_letter, take_in, work_off
from tests.tables import only, received
from validation.csv.sample import Edit, both, line_of, row, sample_table, swapped

SECOND_OFFICE = both(
    swapped("\r\n,001", "\r\n,002"),
    swapped(
        "[data]",
        "21,02,ﾓﾐｼﾞ,99,100,0000,東京都見本町,紅葉商会,見本　紅葉,03,0000,0000\r\n[data]",
    ),
)


def rows_of(code: str, count: int) -> Edit:
    """The sample with so many rows of a form, each of another person."""

    def edit(data: bytes) -> bytes:
        lines = data.split(b"\r\n")
        place = next(n for n, one in enumerate(lines) if one.startswith(code.encode()))
        items = lines[place].split(b",")
        more = [b",".join(_other(items, n)) for n in range(20, 19 + count)]
        return b"\r\n".join([*lines[: place + 1], *more, *lines[place + 1 :]])

    return edit


def _other(items: Sequence[bytes], n: int) -> Sequence[bytes]:
    """The items of somebody else, who gave no number."""
    kana = "ﾐﾎﾝ ".encode("cp932") + bytes([0xB1 + n // 8, 0xB1 + n % 8])
    return [*items[:5], b"%d" % n, kana, b"", *items[8:12], b"", *items[13:]]


def filings(desk: Desk) -> list[tuple[str, str, int]]:
    """Form, step and entries of each, in their order."""
    with desk.database.look() as session:
        found = session.scalars(select(Filing).order_by(Filing.id))
        return [(one.form, one.step, len(one.entries)) for one in found]


def values(desk: Desk, form: str, n: int) -> dict[str, str]:
    """What is written in the fields of an entry, without their prefix."""
    with desk.database.look() as session:
        filing = session.scalars(select(Filing).where(Filing.form == form)).one()
        return {
            field.name.rpartition(".")[2]: body_of(field.as_written, desk.vault).value
            for field in filing.fields
            if field.entry_n == n and field.as_written is not None
        }


def states(desk: Desk) -> Sequence[str]:
    with desk.database.look() as session:
        return session.scalars(select(Entry.state).order_by(Entry.id)).all()


def test_one_table_makes_a_filing_of_each_form(desk: Desk) -> None:
    received(desk, sample_table())

    assert filings(desk) == [
        (form, "done", 1) for form in ("2200", "2201", "2202", "2221", "2225", "2265")
    ]


def test_rows_of_two_offices_are_two_filings(desk: Desk) -> None:
    edit = both(SECOND_OFFICE, row("2201700", {3: "02", 4: "ﾓﾐｼﾞ", 5: "99"}))

    received(desk, edit(only("2200700", "2201700")))

    assert len(filings(desk)) == 2
    assert values(desk, "2200", HEAD)["name"] == "見本製作所株式会社"
    assert values(desk, "2201", HEAD)["name"] == "紅葉商会"
    assert values(desk, "2201", HEAD)["symbol"] == "02-モミジ"


def test_a_row_is_an_entry_that_says_what_its_items_say(desk: Desk) -> None:
    received(desk, only("2200700", "2202700"))

    said = values(desk, "2200", 1)

    assert said["name_kana"] == "ミホン　ハナコ"
    assert said["name_kanji"] == "見本　花子"
    assert said["birth_date"] == "1990-05-12"
    assert said["my_number"] == "100000000013"
    assert said["remuneration_total"] == "250000"
    assert values(desk, "2202", 1)["other1_name_kana"] == "ミホン　カエデ"
    assert values(desk, "2200", HEAD)["submitted_on"] == "2020-12-01"


def test_the_author_of_what_is_written_is_the_file(desk: Desk) -> None:
    received(desk, only("2200700", "2202700"))

    with desk.database.look() as session:
        fields = [f for one in session.scalars(select(Filing)) for f in one.fields]
        authors = {f.as_written.author for f in fields if f.as_written}
        sealed = {f.name for f in fields if f.sensitive}

    assert authors == {FILE}
    assert {"insured.1.my_number", "insured.1.spouse_my_number"} <= sealed


def test_a_row_without_fault_needs_nobody_and_one_with_a_fault_a_person(
    desk: Desk,
) -> None:
    edit = row("2200700", {23: "1000"})

    received(desk, edit(only("2200700", "2201700")))

    assert states(desk) == ["in_review", "ready"]


def test_the_rules_of_the_form_are_asked_of_rows_too(desk: Desk) -> None:
    edit = row("2221700", {38: "300000"})

    received(desk, edit(only("2221700")))

    with desk.database.look() as session:
        rules = set(session.scalars(select(FindingRow.rule)))
    assert rules == {"2221.average_of_three_months"}


def test_a_broken_row_is_a_filing_that_failed_and_stops_no_other(desk: Desk) -> None:
    edit = line_of("2201700", lambda items: items[:-1])

    received(desk, edit(only("2200700", "2201700")))

    assert filings(desk) == [("2201", "failed", 0), ("2200", "done", 1)]
    assert states(desk) == ["ready"]
    with desk.database.look() as session:
        failed = session.scalars(select(Page).where(Page.kind == "failed")).one()
        assert "Line 7" in (failed.error_message or "")


def test_rows_of_unknown_forms_are_kept_as_papers_of_the_medium(desk: Desk) -> None:
    received(desk, row("2200700", {1: "22187041"})(only("2200700", "2201700")))

    with desk.database.look() as session:
        (page,) = session.scalars(select(Page).where(Page.form.is_(None)))
        assert (page.kind, page.filing_id) == (PageKind.ATTACHMENT, None)
        assert page.bundle_id is not None
    assert filings(desk) == [("2201", "done", 1)]


def test_many_rows_of_one_form_are_filings_of_fifty(desk: Desk) -> None:
    received(desk, rows_of("2200700", 53)(only("2200700")))

    with desk.database.look() as session:
        found = session.scalars(select(Filing).where(Filing.form == "2200"))
        counts = sorted(len(one.entries) for one in found)
    assert counts == [3, 50]


def test_the_table_stays_the_original_byte_for_byte(desk: Desk) -> None:
    data = only("2200700").replace(b"\r\n", b"\n")

    received(desk, data, end=b"\n")

    with desk.database.look() as session:
        arrival = session.scalars(
            select(Arrival).where(Arrival.source.endswith(NAME))
        ).one()
        assert read_original(desk.store, arrival.original) == data
        filing = session.scalars(select(Filing).where(Filing.form == "2200")).one()
        (original,) = record(session, desk.vault, filing)["originals"]
    assert original["media_type"] == TEXT_TABLE


def test_a_field_stands_where_its_items_are_drawn(desk: Desk) -> None:
    received(desk, only("2200700"))

    with desk.database.look() as session:
        filing = session.scalars(select(Filing).where(Filing.form == "2200")).one()
        page = filing.pages[0]
        boxes = {one.name: one.box_px for one in filing.fields}
        opened = open_kept(only("2200700"), TEXT_TABLE, limits=Limits())
        picture = opened.page(page.number)
    x, y, w, h = (round(side) for side in boxes["insured.1.my_number"])
    inside = picture.pixels[y + 25 : y + h - 4, x + 4 : x + w - 4]

    assert picture.size_px == (page.width_px, page.height_px)
    assert (inside < 100).any()
    assert x + w <= page.width_px
    assert y + h <= page.height_px


def test_numbers_of_rows_nobody_can_read_are_not_drawn() -> None:
    whole, other = (
        row("2200700", {1: "22187041", 13: number})(sample_table())
        for number in ("100000000013", "999999999999")
    )

    first, second = TablePages(whole).page(1), TablePages(other).page(1)

    assert np.array_equal(first.pixels, second.pixels)


@pytest.mark.parametrize("code", ["2200700", "2202700", "2265700"])
def test_every_row_is_on_one_sheet(code: str) -> None:
    opened = TablePages(rows_of(code, 30)(sample_table()))

    lines = [row.number for sheet in opened.sheets for row in sheet.rows]

    assert sorted(lines) == list(range(6, 6 + 35))
    assert len(opened.sizes()) == opened.page_count


def test_rows_are_never_drawn_to_be_keyed_again(desk: Desk) -> None:
    with desk.database.begin() as session:
        set_rate(
            session,
            form=ANY,
            per_million=MILLION,
            from_on=business_date(NOW),
            actor="ada",
            now=NOW,
            today=business_date(NOW),
        )

    received(desk, only("2200700"))

    with desk.database.look() as session:
        drawn = session.scalars(select(Field).where(Field.sampled.is_(True))).all()
    assert drawn == []
    assert states(desk) == ["ready"]


def test_papers_behind_a_table_belong_to_none_of_its_rows(desk: Desk) -> None:
    take_in(desk, {f"cd/{NAME}": only("2200700"), "cd/letter.png": a_letter()})
    work_off(desk)

    with desk.database.look() as session:
        letter = session.scalars(select(Page).where(Page.form.is_(None))).one()
        assert (letter.kind, letter.filing_id) == (PageKind.ATTACHMENT, None)
