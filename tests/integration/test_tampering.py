"""Whatever is changed behind the product's back is found and named."""

import json
from pathlib import Path

import pytest

from tests.installation import SAMPLES, Installation

SCANS = SAMPLES / "scans"


@pytest.mark.model
def test_verify_names_a_flipped_byte_and_an_edited_event(
    installation: Installation,
) -> None:
    file = sorted((SCANS / "clean").iterdir())[0]
    job = installation.answer("ingest", str(file), "--wait", "--json")
    before = installation.run("verify", "--json")
    ((receipt,),) = installation.rows("SELECT receipt_number FROM filing")
    same = installation.run("reread", receipt, "--json")
    original = job["originals"][0]
    installation.drop_guards()
    installation.write("UPDATE field_version SET accepted = NOT accepted WHERE id = 1")
    ((changed,),) = installation.rows(
        "SELECT name FROM field WHERE id ="
        " (SELECT field_id FROM field_version WHERE id = 1)"
    )
    other = installation.run("reread", receipt, "--json")
    unknown = installation.run("reread", "R00000000-0000")
    _flip_a_byte(installation.folder / original["path"])
    installation.write("UPDATE audit_event SET actor = 'nobody' WHERE id = 1")

    after = installation.run("verify", "--json")

    assert before.returncode == 0, before.stdout
    assert json.loads(before.stdout)["differences"] == []
    assert (same.returncode, other.returncode) == (0, 1), same.stdout + same.stderr
    assert unknown.returncode == 2
    assert json.loads(same.stdout)["differences"] == []
    assert json.loads(same.stdout)["compared"] > 50
    (difference,) = json.loads(other.stdout)["differences"]
    assert (difference["field"], difference["differs"]) == (changed, ["accepted"])
    assert difference["then"] == difference["now"]
    assert after.returncode == 1
    named = {
        (difference["kind"], str(difference["id"]))
        for difference in json.loads(after.stdout)["differences"]
    }
    assert ("original", original["sha256"]) in named
    assert ("audit_event", "1") in named


def _flip_a_byte(path: Path) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
