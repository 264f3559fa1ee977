"""People and keys from the command line: listed, closed, opened, given passwords."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation

PASSWORD = "correct horse battery"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data")
    yield made
    made.stop()


def test_an_account_is_kept_from_the_command_line(installation: Installation) -> None:
    def run(*call: str) -> int:
        return installation.run("user", *call, stdin=PASSWORD).returncode

    assert run("add", "ken", "--role", "keyer", "--password-stdin") == 0
    ((kept,),) = installation.rows("SELECT password_hash FROM person")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    later = ("--first-day", "2999-01-01", "--password-stdin")
    added = installation.run(
        "user", "add", "mai", "--role", "keyer", *later, stdin=PASSWORD
    )
    assert added.stdout == "mai can log in as keyer from 2999-01-01 on.\n"
    assert run("set-password", "ken", "--password-stdin") == 0
    assert run("set-role", "ken", "--role", "reviewer") == 0
    assert run("set-sites", "ken", "--site", "nowhere") == 2
    assert run("set-sites", "ken", "--site", "HQ") == 0
    assert run("link", "ken", "ken@corp") == 0
    assert run("unlink", "ken") == 0
    assert run("disable", "ken") == 0
    assert run("disable", "nobody") == 2
    listed = installation.answer("user", "list", "--json")["people"]
    assert [(one["name"], one["state"]) for one in listed] == [
        ("ken", "disabled"),
        ("mai", "not_yet"),
    ]
    assert run("enable", "ken") == 0
    assert "ken  reviewer  open  never" in installation.run("user", "list").stdout


def test_a_key_is_listed_and_revoked_from_the_command_line(
    installation: Installation,
) -> None:
    made = installation.answer("token", "create", "robot", "--json")

    revoked = installation.run("token", "revoke", "robot")
    again = installation.run("token", "revoke", "robot")
    listed = installation.run("token", "list", "--json").stdout

    assert (revoked.returncode, again.returncode) == (0, 1)
    assert '"is_open": false' in listed
    assert made["token"] not in listed
