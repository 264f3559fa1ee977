"""What every object store promises, whatever it is built on."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kamizero.errors import ForbiddenError, MissingError, WrongCallError
from storage.directory import DirectoryStore
from storage.interfaces import ObjectStore

NOW = datetime.now(UTC).replace(microsecond=0)
LONG = NOW + timedelta(days=30)
PAST = NOW - timedelta(days=1)
NOWHERE = "originals/ab/ab" + "0" * 62


@pytest.fixture(params=["directory", "directory, immutable"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    opened = DirectoryStore(tmp_path, immutable="immutable" in request.param)
    yield opened
    opened.unlock()


def test_what_is_put_can_be_read(store: ObjectStore) -> None:
    kept = store.put(b"paper", prefix="originals", retain_until=LONG)

    data = store.read(kept.key, version=kept.version, sha256=kept.sha256)

    assert data == b"paper"
    assert store.read(kept.key, version="", sha256=kept.sha256) == b"paper"
    assert kept.sha256 == hashlib.sha256(b"paper").hexdigest()
    assert (kept.size, kept.retain_until) == (5, LONG)


def test_an_empty_file_is_kept_too(store: ObjectStore) -> None:
    kept = store.put(b"", prefix="originals", retain_until=LONG)

    assert store.read(kept.key, version=kept.version, sha256=kept.sha256) == b""


def test_the_same_bytes_are_kept_once(store: ObjectStore) -> None:
    first = store.put(b"paper", prefix="originals", retain_until=LONG)

    second = store.put(b"paper", prefix="originals", retain_until=LONG)

    assert second == first
    assert list(store.keys("originals")) == [first.key]


def test_put_again_for_longer_moves_the_date_and_for_shorter_does_not(
    store: ObjectStore,
) -> None:
    first = store.put(b"paper", prefix="originals", retain_until=LONG)

    later = store.put(
        b"paper", prefix="originals", retain_until=LONG + timedelta(days=1)
    )
    store.put(b"paper", prefix="originals", retain_until=PAST)

    assert later.retain_until == LONG + timedelta(days=1)
    kept = store.stat(first.key, version=first.version)
    assert kept.retain_until == LONG + timedelta(days=1)


def test_many_writers_of_the_same_bytes_agree(store: ObjectStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = list(
            pool.map(
                lambda _: store.put(b"paper", prefix="originals", retain_until=LONG),
                range(24),
            )
        )

    assert len(set(kept)) == 1


def test_prefixes_are_kept_apart_and_keys_come_in_order(store: ObjectStore) -> None:
    originals = {
        store.put(bytes([n]), prefix="originals", retain_until=LONG).key
        for n in range(5)
    }
    head = store.put(b"head", prefix="heads", retain_until=LONG)

    assert list(store.keys("originals")) == sorted(originals)
    assert list(store.keys("heads")) == [head.key]
    assert list(store.keys("manifests")) == []


@pytest.mark.parametrize("key", [NOWHERE, "../../etc/passwd", "originals/ab/../x"])
def test_what_was_never_put_is_missing(store: ObjectStore, key: str) -> None:
    with pytest.raises(MissingError):
        store.read(key, version="1", sha256="0" * 64)
    with pytest.raises(MissingError):
        store.stat(key, version="1")
    with pytest.raises(MissingError):
        store.delete(key, version="1")


def test_a_version_that_never_was_is_missing(store: ObjectStore) -> None:
    kept = store.put(b"paper", prefix="originals", retain_until=PAST)

    with pytest.raises(MissingError):
        store.stat(kept.key, version="another")
    with pytest.raises(MissingError):
        store.delete(kept.key, version="another")


@pytest.mark.parametrize("prefix", ["", "a/b", "../x", "locks", "Ä"])
def test_a_prefix_is_one_plain_word(store: ObjectStore, prefix: str) -> None:
    with pytest.raises(WrongCallError, match="prefix"):
        store.put(b"paper", prefix=prefix, retain_until=LONG)


def test_the_date_moves_only_later(store: ObjectStore) -> None:
    kept = store.put(b"paper", prefix="originals", retain_until=LONG)
    later = LONG + timedelta(days=1)

    store.extend(kept.key, version=kept.version, retain_until=later)

    assert store.stat(kept.key, version=kept.version).retain_until == later
    with pytest.raises(ForbiddenError, match="later, never earlier"):
        store.extend(kept.key, version=kept.version, retain_until=LONG)


def test_before_its_date_nothing_is_deleted(store: ObjectStore) -> None:
    kept = store.put(b"paper", prefix="originals", retain_until=LONG)

    with pytest.raises(ForbiddenError, match="must be kept until"):
        store.delete(kept.key, version=kept.version)

    assert store.read(kept.key, version=kept.version, sha256=kept.sha256) == b"paper"


def test_under_a_hold_nothing_is_deleted(store: ObjectStore) -> None:
    kept = store.put(b"paper", prefix="originals", retain_until=PAST)
    store.hold(kept.key, version=kept.version, on=True)

    with pytest.raises(ForbiddenError, match="Lift the hold"):
        store.delete(kept.key, version=kept.version)
    store.hold(kept.key, version=kept.version, on=False)
    store.delete(kept.key, version=kept.version)

    with pytest.raises(MissingError):
        store.read(kept.key, version=kept.version, sha256=kept.sha256)


def test_after_its_date_it_is_deleted_and_may_come_again(store: ObjectStore) -> None:
    first = store.put(b"paper", prefix="originals", retain_until=PAST)
    store.delete(first.key, version=first.version)
    store.delete(first.key, version=first.version)

    second = store.put(b"paper", prefix="originals", retain_until=LONG)

    assert second.version != first.version
    with pytest.raises(MissingError):
        store.stat(first.key, version=first.version)
    with pytest.raises(MissingError):
        store.delete(first.key, version=first.version)
    assert store.stat(second.key, version=second.version) == second
