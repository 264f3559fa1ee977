"""Stamps of a real authority over HTTP, whatever it answers."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from kamizero.errors import AuthorityError
from storage.time_stamps.asking import Stamping
from storage.time_stamps.authority import HttpAuthority, trust_in
from tests.archive import archive
from tests.installation import Installation, until
from tests.stamping import StampRoom
from tests.time_authority import POLICY, LittleAuthority, little_authority

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is missing"
)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[LittleAuthority]:
    with little_authority(tmp_path / "tsa") as found:
        yield found


def _client(authority: LittleAuthority) -> HttpAuthority:
    return HttpAuthority(authority.url, trust_in(authority.root, policy=POLICY))


def test_a_real_stamp_is_taken_and_openssl_agrees(
    authority: LittleAuthority, tmp_path: Path
) -> None:
    token = _client(authority).stamp(b"manifest")

    (tmp_path / "data").write_bytes(b"manifest")
    (tmp_path / "reply").write_bytes(token.raw)
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "reply"]
    subprocess.run([*command, "-CAfile", authority.root], cwd=tmp_path, check=True)
    assert token.policy == POLICY


@pytest.mark.parametrize("answer", [b"", b"<html>no</html>", b"0" * 1_000_001])
def test_an_answer_that_is_no_stamp_is_refused(
    authority: LittleAuthority, answer: bytes
) -> None:
    authority.answer = answer

    with pytest.raises(AuthorityError):
        _client(authority).stamp(b"manifest")


def test_the_answer_to_an_earlier_question_is_refused(
    authority: LittleAuthority,
) -> None:
    authority.answer = _client(authority).stamp(b"manifest").raw

    with pytest.raises(AuthorityError, match="Nonce"):
        _client(authority).stamp(b"manifest")


def test_an_authority_that_is_not_there_says_so(authority: LittleAuthority) -> None:
    client = HttpAuthority("http://127.0.0.1:9/tsa", trust_in(authority.root))

    with pytest.raises(AuthorityError, match="does not answer"):
        client.stamp(b"manifest")


def test_a_new_certificate_renews_old_stamps(
    authority: LittleAuthority, tmp_path: Path, migrated_folder: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(migrated_folder, folder)
    kept = archive(folder, f"sqlite:///{folder / 'kamizero.db'}")
    kept.approve(kept.receive())
    kept.seal()
    authority.renew(days=20)
    room = StampRoom(kept, Stamping(site="main", authority=_client(authority)))
    room.work()
    authority.renew(days=3000)

    room.work()

    kept.seal()
    assert sorted(one.kind for one in room.stamps()) == [
        "head",
        "manifest",
        "stamp",
        "stamp",
    ]
    assert room.differences() == []
    kept.database.close()


def test_a_whole_installation_stamps_and_verifies(
    authority: LittleAuthority, installation: Installation, tmp_path: Path
) -> None:
    anchor = tmp_path / "outside"
    anchor.mkdir()
    installation.settings |= {
        "KAMIZERO_STAMP_URL": authority.url,
        "KAMIZERO_STAMP_ROOT_FILE": str(authority.root),
        "KAMIZERO_STAMP_POLICY": POLICY,
        "KAMIZERO_ANCHOR_DIR": str(anchor),
        "KAMIZERO_WORKERS": "1",
    }

    address = installation.up()
    until(lambda: any(anchor.glob("*.tsr")), seconds=60)
    until(lambda: installation.rows("SELECT id FROM time_stamp") != [], seconds=30)

    with urlopen(f"{address}/healthz", timeout=30) as answer:  # noqa: S310 - ours.
        health = json.load(answer)["time_stamps"]
    report = installation.answer("verify", "--json")
    assert (health["state"], health["is_proof"], health["error"]) == ("ok", True, None)
    assert report["differences"] == []
    assert report["checked"]["time_stamp"] == report["checked"]["anchor"] == 1
    assert report["checked"]["time_stamp_unchecked"] == 0
