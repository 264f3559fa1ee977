"""What the folder store does beyond the contract: traces, tampering, advice."""

import errno
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kamizero.errors import ForbiddenError, MissingError, StoreError, TamperedError
from storage.directory import DirectoryStore
from storage.files import can_be_immutable, create, explained
from storage.interfaces import Kept

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LONG = NOW + timedelta(days=30)


def _put(store: DirectoryStore, data: bytes = b"paper") -> Kept:
    return store.put(data, prefix="originals", retain_until=LONG)


def _file(folder: Path, store: DirectoryStore, kept: Kept) -> Path:
    path = store.path_of(kept.key)
    assert path is not None
    return folder / path


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_lies_read_only_where_path_of_says(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)

    kept = _put(store)

    path = _file(tmp_path, store, kept)
    assert path == tmp_path / "objects" / kept.key
    assert path.read_bytes() == b"paper"
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert _names(path.parent) == [path.name]


def test_a_changed_byte_is_found_on_reading(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    kept = _put(store)
    path = _file(tmp_path, store, kept)
    path.chmod(0o644)
    path.write_bytes(b"papes")

    with pytest.raises(TamperedError, match="restore it from the backup") as raised:
        store.read(kept.key, version=kept.version, sha256=kept.sha256)

    assert len(raised.value.found) == 64
    assert raised.value.found != kept.sha256


def test_the_true_bytes_do_not_cover_up_a_changed_file(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    path = _file(tmp_path, store, _put(store))
    path.chmod(0o644)
    path.write_bytes(b"papes")

    with pytest.raises(TamperedError):
        _put(store)

    assert path.read_bytes() == b"papes"


def test_a_removed_file_is_missing(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    kept = _put(store)
    _file(tmp_path, store, kept).unlink()

    with pytest.raises(MissingError):
        store.read(kept.key, version=kept.version, sha256=kept.sha256)
    with pytest.raises(MissingError):
        store.stat(kept.key, version=kept.version)


def test_every_change_of_a_lock_is_a_file_of_its_own(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path, clock=lambda: NOW)
    kept = _put(store)
    locks = tmp_path / "objects" / "locks" / kept.key
    first = (locks / "00000001.json").read_bytes()

    store.hold(kept.key, version=kept.version, on=True)
    store.hold(kept.key, version=kept.version, on=True)
    store.extend(kept.key, version=kept.version, retain_until=LONG + timedelta(days=1))

    assert _names(locks) == [f"0000000{n}.json" for n in (1, 2, 3)]
    assert (locks / "00000001.json").read_bytes() == first


def test_the_store_goes_by_its_own_clock(tmp_path: Path) -> None:
    moment = [NOW]
    store = DirectoryStore(tmp_path, clock=lambda: moment[0])
    kept = _put(store)
    with pytest.raises(ForbiddenError):
        store.delete(kept.key, version=kept.version)

    moment[0] = LONG
    store.delete(kept.key, version=kept.version)

    assert list(store.keys("originals")) == []


def test_a_broken_lock_file_is_tampering(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    kept = _put(store)
    lock = tmp_path / "objects" / "locks" / kept.key / "00000001.json"
    lock.chmod(0o644)
    lock.write_text("{}")

    with pytest.raises(TamperedError, match="00000001"):
        store.stat(kept.key, version=kept.version)


def test_what_a_crash_left_between_file_and_lock_is_finished(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    kept = _put(store)
    (tmp_path / "objects" / "locks" / kept.key / "00000001.json").unlink()

    again = _put(store)

    assert store.stat(again.key, version=again.version) == again


def test_a_half_written_draft_is_not_a_key(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    kept = _put(store)
    (_file(tmp_path, store, kept).parent / ".draft-1").write_bytes(b"pa")

    assert list(store.keys("originals")) == [kept.key]


def test_the_grade_says_what_the_machine_allows(tmp_path: Path) -> None:
    plain = DirectoryStore(tmp_path / "plain")
    asked = DirectoryStore(tmp_path / "asked", immutable=True)

    assert plain.grade == "tamper-evident"
    if can_be_immutable(tmp_path):
        assert asked.grade == "tamper-evident, immutable flag"
    else:
        assert "refused" in asked.grade


def test_a_flagged_file_resists_until_it_is_unlocked(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path, immutable=True)
    path = _file(tmp_path, store, _put(store))
    refused = can_be_immutable(tmp_path)
    if refused:
        with pytest.raises(PermissionError):
            path.unlink()

    store.unlock()

    path.unlink()
    assert not path.exists()


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "disk is full. Free space"),
        (errno.EROFS, "read-only. Mount it writable"),
        (errno.EACCES, "Give the folder to the user"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_an_error_of_the_disk_says_what_to_do(number: int, advice: str) -> None:
    with pytest.raises(StoreError, match=advice), explained(Path("/kept")):
        raise OSError(number, os.strerror(number))


def test_a_folder_that_takes_no_files_is_named() -> None:
    with pytest.raises(StoreError, match="/sys/objects"):
        DirectoryStore(Path("/sys"))


def test_a_file_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"

    assert create(path, b"first")
    assert not create(path, b"second")

    assert path.read_bytes() == b"first"
    assert _names(path.parent) == ["file"]
