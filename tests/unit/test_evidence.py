"""A bundle is checked on a bare Python, and whatever is changed in it is found."""

import hashlib
import hmac
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from kamizero.errors import ConflictError, WrongCallError
from storage.audit import FIRST_PREV
from storage.evidence.bundle import BundleWriter
from storage.evidence.check import is_signed, stamp_says
from storage.manifest import signed_bytes
from storage.time_stamps.anchors import Anchors
from storage.time_stamps.asking import Stamping
from tests.archive import MY_NUMBER, NOW, archive
from tests.installation import Installation
from tests.stamping import OutsideAuthority, StampRoom

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is missing"
)


def _writer(room: StampRoom) -> BundleWriter:
    kept = room.kept
    return BundleWriter(
        kept.database, kept.store, kept.vault, room.outside(), actor="root", now=NOW
    )


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, migrated_folder: Path
) -> Iterator[Path]:
    """One bundle, stamped and anchored; with it root and anchor."""
    folder = tmp_path_factory.mktemp("evidence")
    shutil.copytree(migrated_folder, folder / "data")
    kept = archive(folder / "data", f"sqlite:///{folder / 'data' / 'kamizero.db'}")
    (folder / "outside").mkdir()
    room = StampRoom(kept, Stamping(site="main", anchors=Anchors(folder / "outside")))
    authority = OutsideAuthority(folder / "tsa", room.clock)
    room.stamping = replace(room.stamping, authority=authority)
    kept.approve(kept.receive())
    kept.seal()
    room.work()
    _writer(room).write(1, folder / "bundle")
    root = authority.trust.roots[0].public_bytes(Encoding.PEM)
    (folder / "root.pem").write_bytes(root)
    yield folder
    kept.database.close()


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    copy = tmp_path / "made"
    shutil.copytree(made, copy, ignore=shutil.ignore_patterns("data"))
    return copy / "bundle"


def _check(bundle: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """As an auditor would: bare Python, no packages, an empty environment."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "check.py", *options],
        cwd=bundle,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def _with_root(bundle: Path) -> list[str]:
    parent = bundle.parent
    return ["--root", str(parent / "root.pem"), "--anchor", str(parent / "outside")]


@needs_openssl
def test_a_bundle_is_proven_on_a_bare_python(bundle: Path) -> None:
    done = _check(bundle, *_with_root(bundle))

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "Nothing differs" in done.stdout
    for kind in ("original", "manifest", "signature", "stamp", "value", "anchor"):
        assert f"{kind:12} " in done.stdout


def test_a_root_that_came_with_the_bundle_proves_less(bundle: Path) -> None:
    done = _check(bundle)

    assert done.returncode == 3, done.stdout
    assert "NOT PROVEN time_stamp" in done.stdout


def test_a_bundle_shows_the_number_nowhere_but_in_the_original(bundle: Path) -> None:
    files = [path for path in bundle.rglob("*") if path.is_file()]

    assert len(files) > 12
    named = [path for path in files if MY_NUMBER.encode() in path.read_bytes()]
    assert named == []
    assert "株式会社けいと" in (bundle / "values.json").read_text()


def test_the_report_is_there_in_both_languages(bundle: Path) -> None:
    japanese = (bundle / "report.ja.html").read_text()
    english = (bundle / "report.en.html").read_text()

    assert "証拠一式 R1" in japanese
    assert "Evidence of filing R1" in english
    assert "************" in japanese
    assert "<h2>値</h2>" in japanese
    assert "built-in" not in japanese + english
    assert "http://authority.example" in english


def _edit(bundle: Path, name: str, change: Callable[[Any], Any]) -> None:
    path = bundle / name
    said = json.loads(path.read_text())
    path.write_text(json.dumps(change(said), ensure_ascii=False))


def _index_anew(bundle: Path) -> None:
    """Make the list of files fit again, as whoever changes one would."""

    def again(index: dict[str, Any]) -> dict[str, Any]:
        files = {
            path.relative_to(bundle).as_posix(): path.read_bytes()
            for path in bundle.rglob("*")
            if path.is_file() and path.name != "bundle.json"
        }
        digests = {
            name: hashlib.sha256(data).hexdigest() for name, data in files.items()
        }
        return {**index, "files": digests}

    _edit(bundle, "bundle.json", again)


def _flip(bundle: Path, pattern: str) -> None:
    path = next(bundle.glob(pattern))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _set(bundle: Path, name: str, at: int, key: str, value: Any) -> None:
    def change(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
        said[at][key] = value
        return said

    _edit(bundle, name, change)


def _another_approver(bundle: Path) -> None:
    _set(bundle, "approvals.json", 0, "by", "tanaka")


def _another_key(bundle: Path) -> None:
    """Sign everything anew with a key of one's own."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    _edit(bundle, "keys.json", lambda keys: dict.fromkeys(keys, public))

    def sign(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for one in said:
            one["by"] = "tanaka"
            words = {"manifest": one["manifest"], "by": "tanaka", "at": one["at"]}
            one["signature"] = private.sign(_canonical(words)).hex()
        return said

    _edit(bundle, "approvals.json", sign)


def _canonical(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _another_value(bundle: Path) -> None:
    _set(bundle, "values.json", 0, "value", "偽造商店")


def _another_value_committed_to(bundle: Path) -> None:
    digest = hmac.new(b"0" * 32, "偽".encode(), hashlib.sha256).hexdigest()
    for key, value in (("value", "偽"), ("salt", "30" * 32), ("commitment", digest)):
        _set(bundle, "values.json", 0, key, value)


def _chain_anew(bundle: Path, *, head: bool) -> None:
    """Change an event and compute every hash after it again."""

    def again(runs: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
        for run in runs:
            prev = run[0]["prev"]
            for link in run:
                link["event"] = link["event"].replace("suzuki", "tanaka")
                link["prev"] = prev
                data = b"audit-v1\0" + link["seq"].to_bytes(8, "big")
                data += bytes.fromhex(prev) + link["event"].encode()
                link["hash"] = prev = hashlib.sha256(data).hexdigest()
            if head:
                path = bundle / "heads" / f"{run[-1]['seq']}.json"
                said = json.loads(path.read_text())
                path.write_bytes(_canonical({**said, "hash": prev}))
        return runs

    _edit(bundle, "chain.json", again)


def _drop_an_event(bundle: Path) -> None:
    _edit(bundle, "chain.json", lambda runs: [[run[0], *run[2:]] for run in runs])


def _drop_the_tail(bundle: Path) -> None:
    _edit(bundle, "chain.json", lambda runs: [run[:-1] for run in runs])


def _swap_stamps(bundle: Path) -> None:
    first, second = sorted(bundle.glob("stamps/*.tsr"))
    held = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(held)


def _another_original(bundle: Path) -> None:
    path = next(bundle.glob("originals/*"))
    digest = hashlib.sha256(b"forged").hexdigest()
    forged = path.with_name(f"{digest}{path.suffix}")
    path.unlink()
    forged.write_bytes(b"forged")
    name = forged.relative_to(bundle).as_posix()
    _edit(bundle, "bundle.json", lambda index: {**index, "originals": {digest: name}})


TAMPERINGS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "original flipped": ("original", lambda b: _flip(b, "originals/*")),
    "original exchanged": ("original", _another_original),
    "manifest flipped": ("manifest", lambda b: _flip(b, "manifests/*")),
    "manifest emptied": (
        "manifest",
        lambda b: next(b.glob("manifests/*")).write_text("{}"),
    ),
    "another approver": ("signature", _another_approver),
    "signature changed": (
        "signature",
        lambda b: _set(b, "approvals.json", 0, "signature", "00" * 64),
    ),
    "signed anew by another key": ("key", _another_key),
    "approval removed": (
        "manifest",
        lambda b: _edit(b, "approvals.json", lambda _: []),
    ),
    "value edited": ("value", _another_value),
    "value and commitment edited": ("value", _another_value_committed_to),
    "value removed": (
        "value",
        lambda b: _edit(b, "values.json", lambda all_: all_[1:]),
    ),
    "event edited": (
        "event",
        lambda b: _edit(
            b,
            "chain.json",
            lambda runs: json.loads(json.dumps(runs).replace("suzuki", "tanaka")),
        ),
    ),
    "event removed": ("event", _drop_an_event),
    "tail cut": ("head", _drop_the_tail),
    "chain computed anew": ("head", lambda b: _chain_anew(b, head=False)),
    "chain and head computed anew": (
        "time_stamp",
        lambda b: _chain_anew(b, head=True),
    ),
    "stamps swapped": ("time_stamp", _swap_stamps),
    "stamp flipped": ("time_stamp", lambda b: _flip(b, "stamps/*.tsr")),
    "file slipped in": ("file", lambda b: (b / "more.txt").write_text("x")),
}


@needs_openssl
@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_is_changed_in_a_bundle_is_found_and_named(
    bundle: Path, name: str
) -> None:
    kind, tamper = TAMPERINGS[name]
    tamper(bundle)
    if kind != "file":
        _index_anew(bundle)

    done = _check(bundle, *_with_root(bundle))

    assert done.returncode == 1, done.stdout
    assert f"DIFFERENT {kind} " in done.stdout


def test_a_file_that_does_not_fit_the_index_is_named(bundle: Path) -> None:
    (bundle / "report.ja.html").write_text("<p>偽</p>")

    done = _check(bundle)

    assert "DIFFERENT file report.ja.html" in done.stdout


def test_a_bundle_without_stamps_says_it_is_not_proven(bundle: Path) -> None:
    _edit(bundle, "stamps.json", lambda _: [])
    shutil.rmtree(bundle / "stamps")
    _index_anew(bundle)

    done = _check(bundle, *_with_root(bundle))

    assert done.returncode == 3
    assert "nobody outside vouches" in done.stdout


def test_the_command_writes_the_evidence_of_a_filing(
    made: Path, tmp_path: Path
) -> None:
    command = ["verify", "--bundle", str(tmp_path / "new"), "--filing"]
    installation = Installation(made / "data")

    done = installation.run(*command, "R1", "--root", str(made / "root.pem"))
    unknown = installation.run(*command, "R9")

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "new" / "R1" / "check.py").exists()
    made_events = "SELECT count(*) FROM audit_event WHERE act = 'evidence.made'"
    assert installation.rows(made_events) == [(2,)]
    assert unknown.returncode == 2
    assert "R9" in unknown.stderr


def test_nothing_approved_or_not_sealed_makes_no_bundle(
    tmp_path: Path, migrated_folder: Path
) -> None:
    shutil.copytree(migrated_folder, tmp_path / "data")
    kept = archive(tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'kamizero.db'}")
    room = StampRoom(kept, Stamping(site="main"))
    kept.receive()
    with pytest.raises(ConflictError, match="approved"):
        _writer(room).write(1, tmp_path / "new")
    kept.approve(1)
    with pytest.raises(ConflictError, match="sealed"):
        _writer(room).write(1, tmp_path / "new")
    kept.seal()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()

    with pytest.raises(WrongCallError, match="not empty"):
        _writer(room).write(1, tmp_path / "full")

    kept.database.close()


def test_the_first_link_of_a_chain_has_no_one_before() -> None:
    assert bytes.fromhex(FIRST_PREV) == bytes(32)


@settings(max_examples=10, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=64))
def test_signatures_are_checked_as_the_standard_says(
    seed: bytes, message: bytes
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)

    assert is_signed(public, message, signature)
    assert not is_signed(public, message + b"x", signature)
    for at in (0, 31, 32, 63):
        broken = bytearray(signature)
        broken[at] ^= 1
        assert not is_signed(public, message, bytes(broken))


# RFC 8032, section 7.1, tests 1 to 3.
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_standards_own_examples_verify(
    public: str, message: str, signature: str
) -> None:
    parts = [bytes.fromhex(one) for one in (public, message, signature)]

    assert is_signed(*parts)
    # A signature with a multiple of the order added is another text for the same.
    s = (
        int.from_bytes(parts[2][32:], "little")
        + 2**252
        + (27742317777372353535851937790883648493)
    )
    assert not is_signed(parts[0], parts[1], parts[2][:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("reply", [b"", b"\x30", b"\x30\x82", b"no stamp at all" * 9])
def test_what_is_no_stamp_says_nothing(reply: bytes) -> None:
    assert stamp_says(reply) == ("", "")


def test_the_words_of_a_signature_are_those_the_script_makes() -> None:
    words = {"manifest": "ab", "by": "鈴木", "at": NOW.isoformat()}

    signed = signed_bytes(manifest_sha256="ab", by="鈴木", at=NOW)

    assert (
        signed
        == json.dumps(
            words, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
    )
