"""A My Number that came in on paper is found again in the original and nowhere else."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from forms.grammar import my_number_is_valid
from ingest.pictures import MASK_GREY
from tests.installation import SAMPLES, Installation

SCANS = SAMPLES / "scans"
FORM = "clean/2200-midori.png"
# Right by their check digits, as any that somebody might look for.
MARGIN, ATTACHED, NAMED = "123456789018", "234567890121", "323456789017"


def _plant(folder: Path) -> Path:
    """A filled form with a number in its margin, one attached, one in its name."""
    with Image.open(SCANS / FORM) as scan:
        page = scan.convert("RGB")
        dpi = scan.info["dpi"]
    font = ImageFont.load_default(size=44)
    ImageDraw.Draw(page).text((60, page.height - 90), MARGIN, fill="black", font=font)
    attached = Image.new("RGB", page.size, "white")
    ImageDraw.Draw(attached).text((300, 400), f"No. {ATTACHED}", "black", font=font)
    path = folder / f"{NAMED}_planted.tif"
    page.save(path, save_all=True, append_images=[attached], dpi=dpi)
    return path


def _numbers() -> set[str]:
    """Every My Number on the papers of this test."""
    written = json.loads((SAMPLES / "values.json").read_text("utf-8"))
    return {MARGIN, ATTACHED, NAMED} | {
        value
        for filing in written[FORM]
        for name, value in filing["fields"].items()
        if name.endswith(".my_number") and value
    }


def _grey(address: str, token: str, page: int) -> NDArray[np.uint8]:
    """A page as the API shows it, levels that JPEG blurs brought together."""
    asked = Request(  # noqa: S310
        f"{address}/api/v1/pages/{page}/image",
        headers={"Authorization": f"Bearer {token}"},
    )
    data = urlopen(asked, timeout=60).read()  # noqa: S310
    with Image.open(BytesIO(data)) as image:
        grey = np.asarray(image.convert("L")).astype(int)
    grey[abs(grey - MASK_GREY) < 6] = MASK_GREY
    return grey.astype(np.uint8)


def _texts(installation: Installation, temporary: Path) -> Iterator[tuple[str, bytes]]:
    """All that was written anywhere, by where; originals and pictures by name only."""
    for path in (*installation.folder.rglob("*"), *temporary.rglob("*")):
        yield f"name of {path}", path.name.encode()
        is_picture = "originals" in path.parts or path.suffix == ".jpg"
        if path.is_file() and not is_picture:
            yield str(path), path.read_bytes()
    for log in installation.folder.parent.glob("*.log"):
        yield str(log), log.read_bytes()
    with closing(sqlite3.connect(installation.folder / "kamizero.db")) as database:
        yield "the database", "\n".join(database.iterdump()).encode()


def _found(texts: Iterator[tuple[str, bytes]], numbers: set[str]) -> list[str]:
    """Where a number stands, with or without anything between its digits."""
    between = rb"[\s\-]{0,2}"
    wanted = [re.compile(between.join(n.encode() for n in one)) for one in numbers]
    wide = [one.translate({48 + n: 0xFF10 + n for n in range(10)}) for one in numbers]
    return [
        where
        for where, text in texts
        if any(one.search(text) for one in wanted)
        or any(one.encode() in text for one in wide)
    ]


@pytest.mark.timeout(900)
@pytest.mark.model
def test_a_planted_number_stands_nowhere_but_in_the_original(
    installation: Installation, tmp_path: Path
) -> None:
    temporary, papers = tmp_path / "temporary", tmp_path / "papers"
    temporary.mkdir()
    papers.mkdir()
    installation.settings |= {
        "TMPDIR": str(temporary),
        "KAMIZERO_LOG_FORMAT": "json",
        "KAMIZERO_WORKERS": "1",
        "KAMIZERO_STAMP_URL": "demo",
    }
    address = installation.up()
    said = [
        installation.run(*command)
        for command in (
            (
                *("records", "load", "insured"),
                str(SAMPLES / "records" / "insured.csv"),
                *("--aside", str(tmp_path / "aside.csv")),
            ),
            ("ingest", str(_plant(papers)), "--wait", "--json"),
            ("token", "create", "robot", "--scope", "filings:read", "--json"),
            ("verify", "--json"),
        )
    ]
    token = json.loads(said[2].stdout)["token"]
    answers = [
        urlopen(  # noqa: S310 - our own server.
            Request(  # noqa: S310
                f"{address}/api/v1/filings{path}",
                headers={"Authorization": f"Bearer {token}"},
            ),
            timeout=60,
        ).read()
        for path in ("", "/1")
    ]
    pictures = [_grey(address, token, page) for page in (1, 2)]
    installation.stop()
    installation.servers.clear()

    numbers = _numbers()
    told = [
        (f"answer of {one.args[3:]}", (one.stdout + one.stderr).encode())
        for one in said
    ]
    told += [("answer of the API", answer) for answer in answers]
    found = _found(iter([*told, *_texts(installation, temporary)]), numbers)

    # A value that is not sealed is found, so the search looks where values lie.
    ((number,),) = installation.rows(
        "SELECT max(json_extract(body, '$.value')) FROM field_value"
        " WHERE json_extract(body, '$.value') GLOB '[0-9][0-9][0-9][0-9][0-9][0-9]'"
    )
    assert "the database" in _found(_texts(installation, temporary), {number})
    assert len(numbers) >= 5
    assert all(my_number_is_valid(one) for one in numbers)
    # The sample register has a line that is rightly kept aside.
    assert [one.returncode for one in said[1:]] == [0] * 3
    ((sealed,),) = installation.rows(
        "SELECT count(*) FROM field_value WHERE sealed NOT NULL"
    )
    assert sealed > 0
    assert found == []
    form, attached = pictures
    height = form.shape[0]
    assert (form[height - 80 : height - 60, 90:350] == MASK_GREY).all()
    assert (attached[415:430, 420:680] == MASK_GREY).all()
    # What else stands on the attachment is open.
    assert attached[2_000, 1_000] == 255


def test_the_search_finds_what_is_there() -> None:
    texts = [
        ("plain", b"x 123456789018 y"),
        ("parted", b"1234 5678-9018"),
        ("wide", "１２３４５６７８９０１８".encode()),
        ("none", b"12345678901 8x, 123456789019"),
    ]

    assert _found(iter(texts[:3]), {MARGIN}) == ["plain", "parted", "wide"]
    assert _found(iter([("none", b"123456789019")]), {MARGIN}) == []
