"""A copy for one person shows that person and nobody else, in the very pixels."""

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from delivery.disclosure import all_but, disclosure, record_disclosure
from ingest.page_image import Limits
from ingest.pictures import MASK_GREY, PagePictures
from kamizero.cli.disclose import pdf_of
from kamizero.errors import ConflictError, MissingError
from kamizero.model import Box, PageKind
from storage.tables import AuditEvent, Entry, Field, Filing, FilingStep, Page
from tests.archive import NOW, Archive, archive

SIZE = (1654, 2339)
# The head, two lines of people one under the other, and a note in the margin.
HEAD, FIRST, SECOND = (200, 200, 900, 60), (200, 600, 900, 60), (200, 1000, 900, 60)
NOTE = (200, 2100, 900, 60)


def _paper() -> bytes:
    image = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(image)
    for x, y, w, h in (HEAD, FIRST, SECOND, NOTE):
        draw.rectangle((x, y, x + w, y + h), fill="blue")
    buffer = BytesIO()
    image.save(buffer, "PNG", dpi=(200, 200))
    return buffer.getvalue()


@pytest.fixture
def kept(tmp_path: Path, migrated_folder: Path) -> Iterator[Archive]:
    """A filing of two people on one page, with an attachment."""
    shutil.copytree(migrated_folder, tmp_path / "data")
    opened = archive(
        tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'kamizero.db'}"
    )
    filing_id = opened.receive(_paper())
    with opened.database.begin() as session:
        filing = session.get_one(Filing, filing_id)
        filing.step = FilingStep.DONE
        page = filing.pages[0]
        page.kind = PageKind.FORM
        for field in filing.fields:
            field.box_px = list(map(float, HEAD if field.entry_n == 0 else FIRST))
        session.add(
            Field(
                filing_id=filing_id,
                entry_n=2,
                position=9,
                name="insured.2.name_kanji",
                sensitive=False,
                page_id=page.id,
                box_px=list(map(float, SECOND)),
            )
        )
        session.add(Entry(filing_id=filing_id, n=2))
        session.add(
            Page(
                arrival_id=filing.arrival_id,
                filing_id=filing_id,
                number=2,
                width_px=10,
                height_px=10,
                dpi=200,
                depth=8,
                kind=PageKind.ATTACHMENT,
            )
        )
    yield opened
    opened.database.close()


def _copy_for(kept: Archive, n: int) -> NDArray[np.uint8]:
    with kept.database.look() as session:
        made = disclosure(session, "R1", n)
    assert made.left_out == 1
    pictures = PagePictures(
        store=kept.store, cache=kept.folder / "cache", limits=Limits()
    )
    document = pypdfium2.PdfDocument(pdf_of(made, pictures))
    assert len(document) == 1
    picture = document[0].render(scale=200 / 72).to_numpy()
    document.close()
    return np.asarray(picture)[..., :3]


def _shows(picture: NDArray[np.uint8], area: tuple[int, int, int, int]) -> bool:
    """Whether the blue of an area is there; it must be all there or all gone."""
    x, y, w, h = area
    seen = picture[y + 5 : y + h - 5, x + 5 : x + w - 5].astype(int)
    blue = np.abs(seen[..., 0] - seen[..., 2]) > 100
    assert blue.all() or not blue.any()
    if not blue.any():
        assert np.abs(seen - MASK_GREY).max() < 40
    return bool(blue.all())


@pytest.mark.parametrize(
    ("n", "shown", "hidden"), [(1, FIRST, SECOND), (2, SECOND, FIRST)]
)
def test_a_copy_shows_the_head_and_one_person(
    kept: Archive,
    n: int,
    shown: tuple[int, int, int, int],
    hidden: tuple[int, int, int, int],
) -> None:
    picture = _copy_for(kept, n)

    assert _shows(picture, HEAD)
    assert _shows(picture, shown)
    assert not _shows(picture, hidden)


def test_what_stands_in_the_margin_is_not_shown(kept: Archive) -> None:
    assert not _shows(_copy_for(kept, 1), NOTE)


def test_a_copy_is_an_event_without_a_value(kept: Archive) -> None:
    with kept.database.begin() as session:
        made = disclosure(session, "R1", 1)
        record_disclosure(session, made, sha256="ab", actor="root", now=NOW)

    with kept.database.look() as session:
        event = session.query(AuditEvent).order_by(AuditEvent.id.desc()).first()
    assert event is not None
    assert (event.act, event.body) == ("disclosure.made", {"pages": [1], "copy": "ab"})


def test_who_is_not_there_is_not_disclosed(kept: Archive) -> None:
    with kept.database.look() as session:
        for receipt, n in (("R9", 1), ("R1", 3)):
            with pytest.raises(MissingError):
                disclosure(session, receipt, n)


def test_a_filing_nobody_read_is_blacked_out_by_hand(kept: Archive) -> None:
    with kept.database.begin() as session:
        session.get_one(Filing, 1).step = FilingStep.READING

    with kept.database.look() as session, pytest.raises(ConflictError, match="by hand"):
        disclosure(session, "R1", 1)


@pytest.mark.parametrize(
    "shown",
    [
        [],
        [Box(0, 0, 40, 30)],
        [Box(5, 5, 10, 10), Box(10, 8, 20, 10)],
        [Box(2, 2, 5, 5), Box(20, 2, 5, 5), Box(0, 20, 40, 3)],
    ],
)
def test_everything_is_covered_but_what_is_shown(shown: list[Box]) -> None:
    page = np.zeros((30, 40), int)

    for area in all_but(40, 30, shown):
        page[int(area.y) : int(area.bottom), int(area.x) : int(area.right)] += 1

    wanted = np.ones((30, 40), int)
    for area in shown:
        wanted[int(area.y) : int(area.bottom), int(area.x) : int(area.right)] = 0
    assert (page == wanted).all()
