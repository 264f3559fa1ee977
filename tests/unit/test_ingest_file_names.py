"""A name that is sent is a text to show, and leads nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.file_names import LONGEST_NAME, clean_name, is_side_file, is_unfinished


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("scan.pdf", "scan.pdf"),
        ("/3F/2026/scan.pdf", "3F/2026/scan.pdf"),
        ("../../etc/passwd", "etc/passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\scans\\a.pdf", "C:/scans/a.pdf"),
        ("a\0b\n.pdf", "a\ufffdb\ufffd.pdf"),
        ("fdp.\u202epdf.exe", "fdp.\ufffdpdf.exe"),
        ("給与 (1).pdf", "給与 (1).pdf"),
        ("", "unnamed"),
        ("/../.", "unnamed"),
        ("届書.pdf".encode("cp932"), "届書.pdf"),
        (b"\xff\xfe.pdf", "\ufffd\ufffd.pdf"),
    ],
)
def test_a_name_is_shown_without_what_could_mislead(
    sent: str | bytes, shown: str
) -> None:
    assert clean_name(sent) == shown


@given(st.text() | st.binary())
def test_every_name_can_be_shown_and_leads_nowhere(sent: str | bytes) -> None:
    shown = clean_name(sent)

    assert 1 <= len(shown) <= LONGEST_NAME
    assert not {"", ".", ".."} & set(shown.split("/"))
    assert clean_name(shown) == shown
    shown.encode()


@pytest.mark.parametrize("name", ["NETSCAN.XST", "a/Thumbs.db", "._a.pdf", "~$a.pdf"])
def test_side_files_are_known(name: str) -> None:
    assert is_side_file(name)


@pytest.mark.parametrize("name", ["scan.pdf", "thumbs.pdf", ".scan.pdf", "~1.tif"])
def test_scans_are_no_side_files(name: str) -> None:
    assert not is_side_file(name)


def test_a_name_tells_that_it_is_not_the_last() -> None:
    assert is_unfinished("Scan.PDF.filepart")
    assert not is_unfinished("part.pdf")
