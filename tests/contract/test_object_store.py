"""What every object store promises, whatever it is built on."""

import hashlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kamizero.errors import ForbiddenError, MissingError, WrongCallError
from storage.directory import DirectoryStore
from storage.files import can_be_immutable
from storage.interfaces import ObjectStore
from storage.s3.bucket import SMALLEST_PART
from storage.s3.store import S3Store
from tests.buckets import a_bucket

NOWHERE = "originals/ab/ab" + "0" * 62


@dataclass
class Shelf:
    """A store, and how its own clock comes to a date."""

    store: ObjectStore
    wait_for: Callable[[datetime], None]


@pytest.fixture(params=["directory", "directory, immutable", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    if request.param == "s3":
        bucket = a_bucket(request.getfixturevalue("s3_address"))
        yield Shelf(S3Store(bucket, one_put=SMALLEST_PART), _sleep_until)
        return
    immutable = "immutable" in request.param
    if immutable and not can_be_immutable(tmp_path):
        pytest.skip("the immutable flag is refused on this machine")
    moment = [_now()]
    opened = DirectoryStore(tmp_path, immutable=immutable, clock=lambda: moment[0])
    yield Shelf(opened, lambda until: moment.__setitem__(0, until))
    opened.unlock()


@pytest.fixture
def store(shelf: Shelf) -> ObjectStore:
    return shelf.store


@pytest.fixture
def long() -> datetime:
    return _now() + timedelta(days=30)


@pytest.fixture
def soon() -> datetime:
    """Late enough that nothing below comes too late before it."""
    return _now() + timedelta(seconds=2)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _sleep_until(moment: datetime) -> None:
    # A server keeps its own time; nothing but waiting lets it pass.
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds() + 0.2))


def test_what_is_put_can_be_read(store: ObjectStore, long: datetime) -> None:
    kept = store.put(b"paper", prefix="originals", retain_until=long)

    data = store.read(kept.key, version=kept.version, sha256=kept.sha256)

    assert data == b"paper"
    assert store.read(kept.key, version="", sha256=kept.sha256) == b"paper"
    assert kept.sha256 == hashlib.sha256(b"paper").hexdigest()
    assert (kept.size, kept.retain_until) == (5, long)


def test_an_empty_file_is_kept_too(store: ObjectStore, long: datetime) -> None:
    kept = store.put(b"", prefix="originals", retain_until=long)

    assert store.read(kept.key, version=kept.version, sha256=kept.sha256) == b""


def test_the_same_bytes_are_kept_once(store: ObjectStore, long: datetime) -> None:
    first = store.put(b"paper", prefix="originals", retain_until=long)

    second = store.put(b"paper", prefix="originals", retain_until=long)

    assert second == first
    assert list(store.keys("originals")) == [first.key]


def test_put_again_for_longer_moves_the_date_and_for_shorter_does_not(
    store: ObjectStore,
    long: datetime,
) -> None:
    first = store.put(b"paper", prefix="originals", retain_until=long)

    later = store.put(
        b"paper", prefix="originals", retain_until=long + timedelta(days=1)
    )
    store.put(b"paper", prefix="originals", retain_until=long - timedelta(days=1))

    assert later.retain_until == long + timedelta(days=1)
    kept = store.stat(first.key, version=first.version)
    assert kept.retain_until == long + timedelta(days=1)


def test_many_writers_of_the_same_bytes_agree(
    store: ObjectStore, long: datetime
) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = list(
            pool.map(
                lambda _: store.put(b"paper", prefix="originals", retain_until=long),
                range(24),
            )
        )

    assert len(set(kept)) == 1


def test_prefixes_are_kept_apart_and_keys_come_in_order(
    store: ObjectStore, long: datetime
) -> None:
    originals = {
        store.put(bytes([n]), prefix="originals", retain_until=long).key
        for n in range(5)
    }
    head = store.put(b"head", prefix="heads", retain_until=long)

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


def test_a_version_that_never_was_is_missing(
    store: ObjectStore, soon: datetime
) -> None:
    kept = store.put(b"paper", prefix="originals", retain_until=soon)

    with pytest.raises(MissingError):
        store.stat(kept.key, version="another")
    with pytest.raises(MissingError):
        store.delete(kept.key, version="another")


@pytest.mark.parametrize("prefix", ["", "a/b", "../x", "locks", "probes", "Ä"])
def test_a_prefix_is_one_plain_word(
    store: ObjectStore, long: datetime, prefix: str
) -> None:
    with pytest.raises(WrongCallError, match="prefix"):
        store.put(b"paper", prefix=prefix, retain_until=long)


def test_the_date_moves_only_later(store: ObjectStore, long: datetime) -> None:
    kept = store.put(b"paper", prefix="originals", retain_until=long)
    later = long + timedelta(days=1)

    store.extend(kept.key, version=kept.version, retain_until=later)

    assert store.stat(kept.key, version=kept.version).retain_until == later
    with pytest.raises(ForbiddenError, match="later, never earlier"):
        store.extend(kept.key, version=kept.version, retain_until=long)


def test_before_its_date_nothing_is_deleted(store: ObjectStore, long: datetime) -> None:
    kept = store.put(b"paper", prefix="originals", retain_until=long)

    with pytest.raises(ForbiddenError, match="must be kept until"):
        store.delete(kept.key, version=kept.version)

    assert store.read(kept.key, version=kept.version, sha256=kept.sha256) == b"paper"


def test_under_a_hold_nothing_is_deleted(shelf: Shelf, soon: datetime) -> None:
    store = shelf.store
    kept = store.put(b"paper", prefix="originals", retain_until=soon)
    store.hold(kept.key, version=kept.version, on=True)
    shelf.wait_for(soon)

    assert store.stat(kept.key, version=kept.version).hold
    with pytest.raises(ForbiddenError, match="Lift the hold"):
        store.delete(kept.key, version=kept.version)
    store.hold(kept.key, version=kept.version, on=False)
    store.delete(kept.key, version=kept.version)

    with pytest.raises(MissingError):
        store.read(kept.key, version=kept.version, sha256=kept.sha256)


def test_after_its_date_it_is_deleted_and_may_come_again(
    shelf: Shelf, long: datetime, soon: datetime
) -> None:
    store = shelf.store
    first = store.put(b"paper", prefix="originals", retain_until=soon)
    shelf.wait_for(soon)
    store.delete(first.key, version=first.version)
    store.delete(first.key, version=first.version)

    second = store.put(b"paper", prefix="originals", retain_until=long)

    assert second.version != first.version
    with pytest.raises(MissingError):
        store.stat(first.key, version=first.version)
    with pytest.raises(MissingError):
        store.delete(first.key, version=first.version)
    assert store.stat(second.key, version=second.version) == second


def test_what_is_written_in_parts_is_kept_and_locked_as_well(
    store: ObjectStore, long: datetime
) -> None:
    large = b"paper" * (SMALLEST_PART // 5 + 1)

    kept = store.put(large, prefix="originals", retain_until=long)

    assert store.stat(kept.key, version=kept.version) == kept
    assert kept.retain_until == long
    assert store.read(kept.key, version="", sha256=kept.sha256) == large
    with pytest.raises(ForbiddenError):
        store.delete(kept.key, version=kept.version)


def test_a_fraction_of_a_second_is_never_rounded_away(store: ObjectStore) -> None:
    until = datetime.now(UTC) + timedelta(days=30)

    kept = store.put(b"paper", prefix="originals", retain_until=until)

    assert kept.retain_until >= until
