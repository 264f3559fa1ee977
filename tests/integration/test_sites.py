"""Sites, through the commands: papers come in at known ones alone."""

from pathlib import Path

from tests.installation import Installation
from tests.scanner import saved, sheet

PASSWORD = "paper zero\n"


def test_papers_are_received_at_a_site_once_it_is_known(
    installation: Installation, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(saved(sheet(1), "PNG"))
    send = ("ingest", str(scan), "--site", "OSAKA", "--json")
    device = ("device", "add", "mfp", "--site", "OSAKA", "--password-stdin")

    before = installation.run(*send)
    no_device = installation.run(*device, stdin=PASSWORD)
    added = installation.run("site", "add", "OSAKA", "--name", "大阪")
    listed = installation.answer("site", "list", "--json")
    after = installation.run(*send)
    its_device = installation.run(*device, stdin=PASSWORD)

    assert (before.returncode, no_device.returncode) == (2, 2)
    assert "kamizero site add" in before.stderr
    assert (added.returncode, after.returncode, its_device.returncode) == (0, 0, 0)
    assert listed == {
        "sites": [{"code": "HQ", "name": "HQ"}, {"code": "OSAKA", "name": "大阪"}]
    }
    assert installation.rows("SELECT site FROM job") == [("OSAKA",)]
