"""The register of paper, through the commands."""

import json
from pathlib import Path

from tests.installation import Installation


def test_paper_is_lost_until_it_is_scanned(installation: Installation) -> None:
    came = ("--way", "post", "--received", "2020-12-04", "--sheets", "3")
    number = installation.run("paper", "register", *came).stdout.strip()
    listed = installation.run("paper", "lost", "--json")
    missing = installation.run("paper", "scanned", number, "999")

    assert listed.returncode == 1
    assert json.loads(listed.stdout)["id"] == int(number)
    assert missing.returncode == 2
    assert "There is no bundle 999" in missing.stderr


def test_paper_that_is_not_scanned_is_closed_with_a_reason(
    installation: Installation,
) -> None:
    came = ("--way", "post", "--received", "2020-12-04")
    number = installation.run("paper", "register", *came).stdout.strip()

    without = installation.run("paper", "close", number, "--why", " ")
    closed = installation.run("paper", "close", number, "--why", "handed back")
    listed = installation.run("paper", "lost")
    installation.run("paper", "again", number)
    again = installation.run("paper", "lost")

    assert (without.returncode, closed.returncode) == (2, 0)
    assert (listed.returncode, again.returncode) == (0, 1)


def test_a_separator_sheet_is_printed_that_says_what_was_asked(
    installation: Installation, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.pdf"
    said = ("--form", "2200", "--sheets", "48", "--entries", "50", "--number", "7")

    done = installation.run("sheets", "print", *said, "--out", str(out))
    wrong = installation.run(
        "sheets", "print", *said, "--out", str(out), "--kind", "late"
    )

    assert done.returncode == 0, done.stderr
    assert out.read_bytes().startswith(b"%PDF")
    assert (wrong.returncode, "cannot be printed" in wrong.stderr) == (2, True)
