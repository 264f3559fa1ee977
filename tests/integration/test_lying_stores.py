"""A store that lies is found out: at the start, or before a row would believe it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kamizero.errors import StoreError, TamperedError
from storage.s3.bucket import Bucket
from storage.s3.probe import broken_promises
from storage.s3.store import S3Store
from tests import liar
from tests.buckets import KEYS, a_bucket
from tests.installation import Installation
from tests.liar import Liar, Lie


@pytest.fixture
def between(s3_address: str) -> Iterator[Liar]:
    with liar.liar(s3_address) as one:
        yield one


@pytest.fixture
def bucket(between: Liar) -> Bucket:
    return a_bucket(between.address)


@pytest.fixture
def long() -> datetime:
    return datetime.now(UTC) + timedelta(days=30)


def _failed(bucket: Bucket) -> set[str]:
    return set(broken_promises(bucket, KEYS, now=datetime.now(UTC)))


def test_an_honest_server_breaks_no_promise(bucket: Bucket) -> None:
    assert _failed(bucket) == set()


@pytest.mark.parametrize(
    ("lie", "found"),
    [
        (liar.never_locks, {"put_locked", "shorten", "downgrade", "clear"}),
        (liar.forgets_locks, {"put_locked", "downgrade", "clear", "past"}),
        (liar.says_it_deleted, {"delete", "parts"}),
        (liar.takes_any_lock, {"shorten", "downgrade"}),
        (liar.turns_versions_off, {"suspend"}),
        (liar.asks_nobody, {"wrong_secret", "anonymous"}),
        (liar.changes_a_byte, {"bytes"}),
    ],
)
def test_a_lie_is_named_at_the_start(
    between: Liar, bucket: Bucket, lie: Lie, found: set[str]
) -> None:
    between.lie = lie

    assert found <= _failed(bucket)


def test_a_bucket_without_versions_or_locks_is_named(s3_address: str) -> None:
    plain = Bucket(s3_address, f"plain-{datetime.now(UTC):%H%M%S%f}", KEYS)
    plain._client.make_bucket(plain.name)

    assert _failed(plain) == {"versioning"}
    plain.set_versioning(on=True)
    assert _failed(plain) == {"object_lock"}


def test_a_lock_the_server_forgot_is_set_again(
    between: Liar, bucket: Bucket, long: datetime
) -> None:
    between.lie = liar.forgets_locks
    store = S3Store(bucket)

    kept = store.put(b"paper", prefix="originals", retain_until=long)

    between.lie = liar.honest
    assert store.stat(kept.key, version=kept.version).retain_until >= long


def test_nothing_counts_as_kept_that_is_not_locked(
    between: Liar, bucket: Bucket, long: datetime
) -> None:
    between.lie = liar.never_locks

    with pytest.raises(StoreError, match="without the lock"):
        S3Store(bucket).put(b"paper", prefix="originals", retain_until=long)


def test_a_trial_keeps_what_is_not_locked_and_says_so(
    between: Liar, bucket: Bucket, long: datetime
) -> None:
    between.lie = liar.never_locks
    store = S3Store(bucket, is_legal=False)

    kept = store.put(b"paper", prefix="originals", retain_until=long)

    assert kept.retain_until.year == 1970
    assert "trial" in store.grade


def test_other_bytes_than_were_put_are_never_kept(
    between: Liar, bucket: Bucket, long: datetime
) -> None:
    between.lie = liar.changes_a_byte

    with pytest.raises(TamperedError):
        S3Store(bucket).put(b"paper", prefix="originals", retain_until=long)


def test_what_is_only_said_to_be_deleted_is_not_gone(
    between: Liar, bucket: Bucket
) -> None:
    store = S3Store(bucket, is_legal=False)
    between.lie = liar.never_locks
    kept = store.put(b"paper", prefix="originals", retain_until=datetime.now(UTC))
    between.lie = liar.says_it_deleted

    with pytest.raises(StoreError, match="still has it"):
        store.delete(kept.key, version=kept.version)


def test_an_extension_the_server_only_nods_at_is_no_extension(
    between: Liar, bucket: Bucket, long: datetime
) -> None:
    store = S3Store(bucket)
    kept = store.put(b"paper", prefix="originals", retain_until=long)
    between.lie = liar.never_locks

    with pytest.raises(StoreError, match="without the lock"):
        store.extend(
            kept.key, version=kept.version, retain_until=long + timedelta(days=9)
        )


def test_a_full_store_says_so_and_can_be_asked_again(
    between: Liar, bucket: Bucket, long: datetime
) -> None:
    store = S3Store(bucket)
    between.lie = liar.is_full
    with pytest.raises(StoreError, match="is full") as raised:
        store.put(b"paper", prefix="originals", retain_until=long)
    between.lie = liar.honest

    store.put(b"paper", prefix="originals", retain_until=long)

    assert raised.value.retryable


def test_a_store_that_may_only_be_read_refuses(
    between: Liar, bucket: Bucket, long: datetime
) -> None:
    between.lie = liar.is_read_only

    with pytest.raises(StoreError, match="Look at the server"):
        S3Store(bucket).put(b"paper", prefix="originals", retain_until=long)


def test_whoever_writes_over_a_key_or_hides_it_changes_nothing(
    bucket: Bucket, long: datetime
) -> None:
    store = S3Store(bucket)
    kept = store.put(b"paper", prefix="originals", retain_until=long)
    bucket.put(kept.key, b"forged", until=long.replace(microsecond=0))
    bucket.remove(kept.key, None)

    assert store.read(kept.key, version="", sha256=kept.sha256) == b"paper"
    assert list(store.keys("originals")) == [kept.key]
    assert store.put(b"paper", prefix="originals", retain_until=long) == kept


def test_nothing_starts_on_a_server_that_does_not_lock(
    between: Liar, bucket: Bucket, installation: Installation
) -> None:
    keys = installation.folder.parent / "store-keys"
    keys.write_text(f"{KEYS.access}\n{KEYS.secret}\n")
    installation.settings |= {
        "KAMIZERO_STORE_URL": between.address,
        "KAMIZERO_STORE_BUCKET": bucket.name,
        "KAMIZERO_STORE_KEYS_FILE": str(keys),
    }
    between.lie = liar.takes_any_lock

    refused = installation.run("up", "--port", "0")
    checked = installation.run("store", "check", "--json")
    installation.settings["KAMIZERO_STORE_MODE"] = "trial"
    trial = installation.run("store", "grade")

    assert refused.returncode == 1
    assert "made earlier (shorten)" in refused.stderr
    assert json.loads(checked.stdout)["failed"] == ["shorten", "downgrade", "clear"]
    assert checked.returncode == 1
    assert (trial.returncode, trial.stdout[:5]) == (0, "trial")
