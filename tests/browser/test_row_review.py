"""A row of a table in the review window: its items stand where a scan would."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from storage.tables import Entry, Field
from storage.values import body_of
from tests.media import take_in, work_off
from tests.reviewer import Reviewer
from tests.served import ServedOffice
from validation.csv.sample import row, sample_table


@pytest.fixture
def rei(chromium: Browser, served: ServedOffice) -> Iterator[Reviewer]:
    one = Reviewer(chromium, served)
    yield one
    one.context.close()


def test_a_wrong_row_is_seen_item_by_item_and_corrected_by_keyboard(
    rei: Reviewer, served: ServedOffice, tmp_path: Path
) -> None:
    served.show_kept(tmp_path)
    table = row("2200700", {23: "240000"})(sample_table())
    take_in(served.desk, {"媒体003/SHFD0006.CSV": table, "媒体003/総括票.csv": SUMMARY})
    work_off(served.desk)
    with served.desk.database.look() as session:
        entry = session.scalars(select(Entry).where(Entry.state == "in_review")).one()

    rei.go(f"/review/{entry.id}")
    expect(rei.label).not_to_be_empty()

    rei.choose(TOTAL)
    picture = rei.page.locator("img[data-image]")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
    rei.type("250000")
    rei.press("Enter")
    rei.saved()

    expect(rei.row(TOTAL)).to_contain_text("250,000 yen")
    with served.desk.database.look() as session:
        field = session.scalars(select(Field).where(Field.name == TOTAL)).one()
        assert field.as_written is not None
        assert body_of(field.as_written, served.desk.vault).value == "250000"


TOTAL = "insured.1.remuneration_total"
SUMMARY = (
    "総括票\r\n媒体番号,003\r\n事業所,1\r\n2200700,1\r\n2201700,1\r\n2202700,1\r\n"
    "2221700,1\r\n2225700,1\r\n2265700,1\r\n"
).encode()
