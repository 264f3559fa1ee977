"""A first start that is stopped anywhere can be made again."""

import json

from tests.installation import SAMPLES, Installation, until

EMPTY = SAMPLES / "scans" / "bad" / "empty.tif"
PEOPLE = "SELECT name FROM person ORDER BY name"


def test_a_start_that_could_not_make_keys_made_no_tables_either(
    installation: Installation,
) -> None:
    installation.folder.mkdir()
    in_the_way = installation.folder / "keys"
    in_the_way.touch()

    first = installation.run("doctor")
    in_the_way.unlink()
    second = installation.run("doctor")

    assert (first.returncode, second.returncode) == (1, 0)
    assert "Traceback" not in first.stderr


def test_keys_that_are_lost_are_not_made_anew(installation: Installation) -> None:
    installation.run("doctor")
    (installation.folder / "keys").rename(installation.folder / "elsewhere")

    done = installation.run("doctor")

    assert done.returncode == 1
    assert "Restore" in done.stderr
    assert not (installation.folder / "keys").exists()


def test_a_database_that_is_lost_is_not_made_anew(installation: Installation) -> None:
    installation.answer("ingest", str(EMPTY), "--wait", "--json")
    for file in installation.folder.glob("kamizero.db*"):
        file.unlink()

    done = installation.run("ingest", str(EMPTY), "--json")

    assert done.returncode == 1
    assert "Restore the database" in done.stderr


def test_the_people_of_the_demo_are_added_where_a_start_was_cut_off(
    installation: Installation,
) -> None:
    installation.run("doctor")
    logins = installation.folder / "demo-logins.json"
    logins.write_text(json.dumps({"hanako": "one-password", "ichiro": "another-one"}))

    installation.up("--demo")

    until(lambda: len(installation.rows(PEOPLE)) == 2, seconds=30)
