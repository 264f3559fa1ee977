"""Keys are exchanged while people work, and nothing that was kept is lost by it."""

import json
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kamizero.errors import (
    ConflictError,
    KeyMissingError,
    MissingError,
    SetupError,
    TamperedError,
)
from storage import key_rotation
from storage.keyring import KeyRing
from storage.master_key import MasterKey
from storage.tables import AuditEvent, FieldValue
from storage.values import body_of
from storage.vault import Vault
from storage.verification import verify
from tests.archive import MY_NUMBER, NOW, Archive, archive, field_named

OUTSIDE = "ab" * 32


@pytest.fixture
def kept(tmp_path: Path, migrated_folder: Path) -> Iterator[Archive]:
    """One approved filing with a sealed number."""
    shutil.copytree(migrated_folder, tmp_path, dirs_exist_ok=True)
    opened = archive(tmp_path, f"sqlite:///{tmp_path / 'kamizero.db'}")
    opened.approve(opened.receive())
    opened.seal()
    yield opened
    opened.database.close()


def _number(kept: Archive, vault: Vault) -> str:
    with kept.database.look() as session:
        version = field_named(session, "insured.1.my_number").as_written
        assert version is not None
        return body_of(version, vault).value


def _differences(kept: Archive) -> list[tuple[str, str]]:
    kept.seal()
    report = verify(kept.database, kept.store, kept.vault)
    return [(one.kind, one.id) for one in report.differences]


def _rotate_signing(kept: Archive) -> str:
    return key_rotation.rotate_signing(kept.database, kept.vault, actor="root", now=NOW)


def _rotate_data(kept: Archive, vault: Vault | None = None) -> str:
    return key_rotation.rotate_data(
        kept.database, vault or kept.vault, actor="root", now=NOW
    )


def test_signatures_of_an_exchanged_key_still_verify(kept: Archive) -> None:
    before = kept.vault.sign(b"manifest")

    name = _rotate_signing(kept)

    after = kept.vault.sign(b"manifest")
    assert after.key_id == name != before.key_id
    again = Vault(KeyRing.load(kept.folder / "keys"))
    assert all(again.verify_signature(b"manifest", one) for one in (before, after))
    kept.approve(kept.receive(b"second"))
    assert _differences(kept) == []


def test_the_secret_of_an_exchanged_signing_key_is_gone(kept: Archive) -> None:
    secret = kept.vault.keyring().signing.secret

    _rotate_signing(kept)

    rings = KeyRing.load(kept.folder / "keys")
    assert secret not in {
        rings.signing.secret,
        *(k.secret for k in rings.retired.values()),
    }
    files = (kept.folder / "keys").iterdir()
    assert not any(secret.hex() in path.read_text() for path in files)


def test_a_program_that_runs_signs_with_the_new_key(kept: Archive) -> None:
    running = Vault(KeyRing.load(kept.folder / "keys"))

    name = _rotate_signing(kept)

    assert running.sign(b"x").key_id == name


def test_nothing_is_signed_when_the_key_was_taken_away(kept: Archive) -> None:
    (kept.folder / "keys" / "signing.json").unlink()

    with pytest.raises(KeyMissingError, match=r"signing\.json"):
        kept.approve(kept.receive(b"second"))

    with kept.database.look() as session:
        (approvals,) = (
            session.connection().exec_driver_sql("SELECT count(*) FROM approval").one()
        )
    assert approvals == 1


def test_another_key_in_the_place_of_the_signing_key_is_named(kept: Archive) -> None:
    name = kept.vault.signing_key()[0]
    _rotate_signing(kept)
    stranger = KeyRing.load(kept.folder / "other")
    path = kept.folder / "keys" / f"{name}.public.json"
    public = stranger.public[stranger.signing.id].hex()
    path.write_text(json.dumps({"id": name, "public": public}))

    found = _differences_of_a_new_start(kept)

    assert ("signing_key", name) in found
    assert ("signature", "1") in found


def _differences_of_a_new_start(kept: Archive) -> list[tuple[str, str]]:
    kept.vault = Vault(KeyRing.load(kept.folder / "keys"))
    return _differences(kept)


def test_a_signing_key_the_chain_was_not_told_of_is_named(kept: Archive) -> None:
    path = kept.folder / "keys" / "signing-0.public.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({"id": "signing-0", "public": "00" * 32}))

    assert _differences_of_a_new_start(kept) == [("signing_key", "signing-0")]


def test_every_sealed_value_is_sealed_anew(kept: Archive) -> None:
    former = kept.vault.keyring().data.id

    name = _rotate_data(kept)

    with kept.database.look() as session:
        keys = set(session.scalars(select(FieldValue.key_id).distinct()))
    assert keys == {None, name}
    assert name != former
    assert _number(kept, Vault(KeyRing.load(kept.folder / "keys"))) == MY_NUMBER
    assert _differences(kept) == []


def test_a_program_that_runs_opens_what_was_sealed_anew(kept: Archive) -> None:
    running = Vault(KeyRing.load(kept.folder / "keys"))

    name = _rotate_data(kept)

    assert _number(kept, running) == MY_NUMBER
    assert running.seal(b"x", bound_to="here").key_id == name


def test_sealing_anew_goes_on_where_it_was_stopped(kept: Archive) -> None:
    former = kept.vault.seal(b"{}", bound_to="field/3/version/1")
    _rotate_data(kept)
    with sqlite3.connect(kept.folder / "kamizero.db") as connection:
        connection.execute(
            "UPDATE field_value SET sealed = ?, key_id = ? WHERE version_id = 3",
            (former.data, former.key_id),
        )
    connection.close()

    done = key_rotation.reseal(kept.database, kept.vault)

    assert done == 1
    assert key_rotation.reseal(kept.database, kept.vault) == 0


def test_a_key_that_still_seals_something_is_not_forgotten(kept: Archive) -> None:
    former = kept.vault.keyring().data.id
    with pytest.raises(ConflictError, match="in use"):
        key_rotation.forget(kept.database, kept.vault, former, actor="root", now=NOW)
    _rotate_data(kept)
    with sqlite3.connect(kept.folder / "kamizero.db") as connection:
        connection.execute(
            "UPDATE field_value SET key_id = ? WHERE version_id = 3", (former,)
        )
    connection.close()

    with pytest.raises(ConflictError, match="1 rows"):
        key_rotation.forget(kept.database, kept.vault, former, actor="root", now=NOW)


def test_a_key_that_seals_nothing_more_is_destroyed(kept: Archive) -> None:
    former = kept.vault.keyring().data.id
    _rotate_data(kept)

    key_rotation.forget(kept.database, kept.vault, former, actor="root", now=NOW)

    ring = KeyRing.load(kept.folder / "keys")
    assert former not in ring.retired
    with pytest.raises(MissingError):
        key_rotation.forget(kept.database, Vault(ring), former, actor="root", now=NOW)
    assert _number(kept, Vault(ring)) == MY_NUMBER


def test_a_new_master_wraps_every_key(kept: Archive) -> None:
    _rotate_data(kept)
    before = (kept.folder / "keys" / "master.key").read_text()

    key_rotation.rotate_master(kept.database, kept.vault, actor="root", now=NOW)

    after = (kept.folder / "keys" / "master.key").read_text()
    assert after != before
    assert len(after.split()) == 1
    assert _number(kept, Vault(KeyRing.load(kept.folder / "keys"))) == MY_NUMBER
    with pytest.raises(TamperedError):
        KeyRing.load(kept.folder / "keys", master=MasterKey(None, text=before.strip()))


def test_a_master_that_is_half_exchanged_opens_both(kept: Archive) -> None:
    ring = kept.vault.keyring()

    ring.master.add_new()

    assert _number(kept, Vault(ring.again())) == MY_NUMBER


def test_a_master_from_outside_lies_nowhere_in_the_folder(tmp_path: Path) -> None:
    master = MasterKey(None, text=OUTSIDE)

    KeyRing.load(tmp_path / "keys", master=master)

    assert not (tmp_path / "keys" / "master.key").exists()
    assert KeyRing.load(tmp_path / "keys", master=master).data.id.startswith("data-")
    with pytest.raises(KeyMissingError, match=r"master\.key"):
        KeyRing.load(tmp_path / "keys")


def test_a_master_from_outside_is_exchanged_by_whoever_keeps_it(
    tmp_path: Path, migrated_folder: Path
) -> None:
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_text(OUTSIDE)
    shutil.copytree(migrated_folder, tmp_path, dirs_exist_ok=True)
    opened = archive(tmp_path, f"sqlite:///{tmp_path / 'kamizero.db'}")
    vault = Vault(KeyRing.load(tmp_path / "more", master=MasterKey(path)))
    path.write_text(f"{'cd' * 32}\n{OUTSIDE}\n")

    key_rotation.rotate_master(opened.database, vault, actor="root", now=NOW)

    path.write_text("cd" * 32)
    assert KeyRing.load(tmp_path / "more", master=MasterKey(path)).data
    opened.database.close()


@pytest.mark.parametrize("name", ["master.key", "data.json", "signing.json"])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, name: str) -> None:
    KeyRing.load(tmp_path / "keys")
    (tmp_path / "keys" / name).chmod(0o644)

    with pytest.raises(SetupError, match=f"{name}.*644"):
        KeyRing.load(tmp_path / "keys")


def test_every_key_file_is_its_owners_after_exchanging(kept: Archive) -> None:
    _rotate_data(kept)
    _rotate_signing(kept)
    key_rotation.rotate_master(kept.database, kept.vault, actor="root", now=NOW)

    modes = {stat.S_IMODE(p.stat().st_mode) for p in (kept.folder / "keys").iterdir()}

    assert modes == {0o600}


def test_each_exchange_is_an_event_without_a_secret(kept: Archive) -> None:
    _rotate_data(kept)
    _rotate_signing(kept)

    with kept.database.look() as session:
        rows = session.execute(
            select(AuditEvent.act, func.count()).group_by(AuditEvent.act)
        )
        acts = {act: count for act, count in rows}
    assert acts["key.rotated"] == 2
    assert acts["key.signing"] == 2
