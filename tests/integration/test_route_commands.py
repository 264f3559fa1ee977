"""Routes, through the commands: loaded as versions, listed by the day."""

from pathlib import Path

from tests.installation import Installation
from tests.routes import THREE_STAGES


def test_routes_are_loaded_from_a_file_and_listed(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "routes.yaml"
    everybody = THREE_STAGES.replace("persons: [sato]", "role: reviewer")
    for names in ("[kato, mori]", "[ueda]", "[ann]"):
        everybody = everybody.replace(f", persons: {names}", "")
    file.write_text(everybody, "utf-8")

    loaded = installation.run("routes", "load", str(file))
    again = installation.run("routes", "load", str(file))
    missing = installation.run("routes", "load", str(tmp_path / "none.yaml"))
    listed = installation.answer("routes", "list", "--json")
    shown = installation.run("routes", "list").stdout.splitlines()
    before = installation.answer("routes", "list", "--on", "2019-12-31", "--json")

    assert (loaded.returncode, loaded.stdout) == (0, "1 routes added.\n")
    assert (again.returncode, missing.returncode) == (1, 2)
    assert [route["code"] for route in listed["routes"]] == ["default", "long"]
    assert listed["routes"][1]["stages"] == [
        "1:review:適用課",
        "2:consult:徴収課",
        "2:consult:記録課",
        "3:decide:所長",
    ]
    assert shown == [
        "code     form        amount      in force          stages",
        "default  every form  any amount  always            decide (every approver)",
        "long     every form  any amount  since 2020-01-01  review 適用課 "
        "(every reviewer) > consult 徴収課 (every approver) + consult 記録課 "
        "(every approver) > decide 所長 (every approver)",
    ]
    assert [route["code"] for route in before["routes"]] == ["default"]
