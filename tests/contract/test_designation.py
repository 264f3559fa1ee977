"""An image is the legal original only where its scan is as good as its class asks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kamizero.errors import ConflictError
from storage.retention.designation import Designated, designate
from storage.tables import Arrival, Designation, Original, Page, RecordFile
from tests.archive import NOW, Archive, archive
from tests.boxes import DECIDED, OLD, file_away


@pytest.fixture
def kept(tmp_path: Path, database_url: str) -> Iterator[Archive]:
    opened = archive(tmp_path, database_url)
    yield opened
    opened.database.close()


def _filed(kept: Archive, *papers: bytes) -> list[int]:
    """Decided filings of one page each in one file; their originals."""
    for data in papers:
        filing = kept.receive(data, received_on=OLD)
        kept.approve(filing, at=DECIDED)
    file_away(kept)
    with kept.database.look() as session:
        return list(session.scalars(select(Original.id).order_by(Original.id)))


def _scanned(kept: Archive, original: int, **measures: Any) -> None:
    arrivals = select(Arrival.id).where(Arrival.original_id == original)
    with kept.database.begin() as session:
        session.execute(
            update(Page).where(Page.arrival_id.in_(arrivals)).values(**measures)
        )


def _designate(kept: Archive, medium: str = "image") -> Designated:
    with kept.database.begin() as session:
        file = session.scalars(select(RecordFile)).one()
        return designate(
            session, file, medium=medium, ground="文書第1号", by="rika", now=NOW
        )


def _media(kept: Archive) -> list[str]:
    with kept.database.look() as session:
        return list(
            session.scalars(select(Original.legal_medium).order_by(Original.id))
        )


def test_a_grey_scan_of_a_record_leaves_its_paper_the_original(kept: Archive) -> None:
    _, grey = _filed(kept, b"in colour", b"in grey")
    _scanned(kept, grey, depth=8)

    done = _designate(kept)

    assert (done.originals, [one.original_id for one in done.below]) == (1, [grey])
    assert _media(kept) == ["image", "paper"]


def test_dots_are_counted_on_the_paper_and_not_by_the_files_tag(kept: Archive) -> None:
    sharp, stretched = _filed(kept, b"sharp", b"stretched")
    _scanned(kept, sharp, quality={"dpi": 195})
    _scanned(kept, stretched, quality={"dpi": 150})

    done = _designate(kept)

    assert [(one.original_id, one.dpi) for one in done.below] == [(stretched, 150)]


def test_a_separator_sheet_may_be_grey(kept: Archive) -> None:
    (original,) = _filed(kept, b"paper")
    _scanned(kept, original, kind="separator", depth=8)

    assert _designate(kept).below == ()


def test_where_no_image_is_good_enough_the_person_is_told_why(kept: Archive) -> None:
    (original,) = _filed(kept, b"paper")
    _scanned(kept, original, depth=1)

    with pytest.raises(ConflictError, match=r"has 200 dpi and 1 bits.* asks for 200"):
        _designate(kept)


def test_the_database_designates_no_bad_scan_for_whoever_asks(kept: Archive) -> None:
    (original,) = _filed(kept, b"paper")
    _scanned(kept, original, quality={"dpi": 150})

    with (
        pytest.raises(IntegrityError, match="not good enough"),
        kept.database.begin() as session,
    ):
        session.add(
            Designation(
                original_id=original, medium="image", ground="x", by="rika", at=NOW
            )
        )


def test_what_a_file_asks_of_its_scans_never_changes(kept: Archive) -> None:
    _filed(kept, b"paper")

    with (
        pytest.raises(IntegrityError, match="stays what it is"),
        kept.database.begin() as session,
    ):
        session.execute(update(RecordFile).values(image_depth=1))
