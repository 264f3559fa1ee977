"""Protected values stay closed, and each key that is missing is named."""

import hashlib
import hmac
import json
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kamizero.errors import KeyMissingError, TamperedError
from storage.vault import KeyRing, Sealed, Signature, Vault


def _vault(folder: Path) -> Vault:
    return Vault(KeyRing.load(folder / "keys"))


def test_a_sealed_value_opens_where_it_belongs(tmp_path: Path) -> None:
    sealed = _vault(tmp_path).seal(b"123456789018", bound_to="field/1")

    # A second start reads the same keys from the folder.
    plain = _vault(tmp_path).open(sealed, bound_to="field/1")

    assert plain == b"123456789018"
    assert b"123456789018" not in sealed.data


def test_a_sealed_value_does_not_open_in_another_place(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    sealed = vault.seal(b"x", bound_to="field/1")

    with pytest.raises(TamperedError, match="field/2"):
        vault.open(sealed, bound_to="field/2")


@pytest.mark.parametrize("length", [0, 5, 20])
def test_a_changed_or_cut_value_is_tampering(tmp_path: Path, length: int) -> None:
    vault = _vault(tmp_path)
    sealed = vault.seal(b"x" * 30, bound_to="field/1")
    cut = Sealed(key_id=sealed.key_id, data=sealed.data[:length])

    with pytest.raises(TamperedError):
        vault.open(cut, bound_to="field/1")


def test_equal_values_are_sealed_differently_and_found_equally(tmp_path: Path) -> None:
    vault = _vault(tmp_path)

    first, second = (vault.seal(b"x", bound_to="f") for _ in range(2))

    assert first.data != second.data
    assert vault.blind_index("123") == _vault(tmp_path).blind_index("123")
    assert vault.blind_index("123") != vault.blind_index("124")


def test_the_index_of_another_installation_differs(tmp_path: Path) -> None:
    here, there = _vault(tmp_path / "a"), _vault(tmp_path / "b")

    assert here.blind_index("123") != there.blind_index("123")


def test_a_commitment_is_the_hmac_of_value_and_salt(tmp_path: Path) -> None:
    vault = _vault(tmp_path)

    commitment = vault.commitment("田中")

    expected = hmac.new(commitment.salt, "田中".encode(), hashlib.sha256).hexdigest()
    assert commitment.hex == expected
    assert len(commitment.salt) == 32
    assert vault.proves("田中", commitment.salt, commitment.hex)
    assert not vault.proves("田仲", commitment.salt, commitment.hex)


def test_the_same_value_is_committed_to_differently(tmp_path: Path) -> None:
    vault = _vault(tmp_path)

    assert vault.commitment("1").hex != vault.commitment("1").hex


def test_a_signature_holds_for_its_data_alone(tmp_path: Path) -> None:
    signature = _vault(tmp_path).sign(b"manifest")

    vault = _vault(tmp_path)

    assert vault.verify_signature(b"manifest", signature)
    assert not vault.verify_signature(b"manifesto", signature)
    broken = Signature(key_id=signature.key_id, hex="zz")
    assert not vault.verify_signature(b"manifest", broken)


def test_only_the_owner_reads_the_keys(tmp_path: Path) -> None:
    _vault(tmp_path)

    files = list((tmp_path / "keys").iterdir())

    assert {path.name for path in files} == {
        "master.key",
        "data.json",
        "index.json",
        "signing.json",
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_no_key_lies_open_beside_the_master(tmp_path: Path) -> None:
    ring = KeyRing.load(tmp_path / "keys")

    text = (tmp_path / "keys" / "data.json").read_text()

    assert ring.data.secret.hex() not in text
    assert json.loads(text)["id"] == ring.data.id


@pytest.mark.parametrize("name", ["master.key", "data.json", "signing.json"])
def test_a_missing_key_file_is_named(tmp_path: Path, name: str) -> None:
    _vault(tmp_path)
    (tmp_path / "keys" / name).unlink()

    with pytest.raises(KeyMissingError, match=name):
        _vault(tmp_path)


@pytest.mark.parametrize("name", ["master.key", "data.json", "signing.json"])
@pytest.mark.parametrize("text", ["", "{}", "ff", "no key at all"])
def test_a_key_file_that_was_overwritten_is_named(
    tmp_path: Path, name: str, text: str
) -> None:
    KeyRing.load(tmp_path / "keys")
    (tmp_path / "keys" / name).write_text(text)

    with pytest.raises(TamperedError, match=rf"{name}.*[Rr]estore"):
        KeyRing.load(tmp_path / "keys")


def test_a_lost_folder_is_not_replaced_where_values_exist(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match=r"master\.key"):
        KeyRing.load(tmp_path / "keys", create=False)

    assert not (tmp_path / "keys").exists()


def test_keys_of_another_installation_are_told_apart(tmp_path: Path) -> None:
    sealed = _vault(tmp_path / "a").seal(b"x", bound_to="f")
    signature = _vault(tmp_path / "a").sign(b"x")
    other = _vault(tmp_path / "b")

    with pytest.raises(KeyMissingError, match=sealed.key_id):
        other.open(sealed, bound_to="f")
    with pytest.raises(KeyMissingError, match=signature.key_id):
        other.verify_signature(b"x", signature)


def test_a_master_that_does_not_fit_is_named(tmp_path: Path) -> None:
    _vault(tmp_path / "a")
    _vault(tmp_path / "b")
    shutil.copy(tmp_path / "b" / "keys" / "master.key", tmp_path / "a" / "keys")

    with pytest.raises(TamperedError, match=r"master\.key"):
        _vault(tmp_path / "a")


def test_two_programs_that_start_at_once_share_one_set(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: KeyRing.load(tmp_path / "keys"), range(8)))

    assert len({ring.data.secret for ring in rings}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]
