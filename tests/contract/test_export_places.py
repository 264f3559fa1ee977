"""Folders and buckets keep the same promises to receivers of files and to hosts."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from delivery.answers.bucket import BucketTray
from delivery.answers.folder import FolderTray
from delivery.answers.layout import AnswerLayout
from delivery.answers.tray import Tray
from delivery.buckets import BucketTerms, open_bucket
from delivery.exports.bucket import BucketDrop
from delivery.exports.drop import DONE, Drop, lay
from delivery.exports.folder import FolderDrop
from kamizero.cli import exports as commands
from kamizero.errors import SetupError, StoreError
from storage.s3.bucket import Bucket, Listed
from tests.answering import answers
from tests.buckets import a_shared_bucket
from tests.ceph import S3_KEY, S3_SECRET
from tests.desk import LATER, Desk
from tests.exporting import (
    Killed,
    approved,
    balances,
    files,
    killed,
    open_destination,
    said,
    states,
)
from tests.workshop import Clock, rooms
from workers.answering import hear_once
from workers.exporting import plan_exports
from workers.loop import Loop


@pytest.fixture(params=["folder", "bucket"])
def drop(request: pytest.FixtureRequest, tmp_path: Path) -> Drop:
    if request.param == "folder":
        return FolderDrop(tmp_path)
    bucket = a_shared_bucket(request.getfixturevalue("s3_address"))
    return BucketDrop(bucket, "out/")


class Forgetful:
    """A place that is full, or away, once the first thing was laid."""

    def __init__(self, drop: Drop) -> None:
        self.found, self.remove = drop.found, drop.remove
        self._put = drop.put

    def put(self, name: str, data: bytes) -> None:
        if name.endswith(DONE):
            raise StoreError("away")
        self._put(name, data)


def test_a_file_and_what_says_that_it_is_whole_are_laid_once(drop: Drop) -> None:
    with pytest.raises(StoreError, match="away"):
        lay(Forgetful(drop), "x.csv", b"a", b"done")
    half_way = (drop.found("x.csv"), drop.found("x.csv.done"))

    for _ in range(2):
        lay(drop, "x.csv", b"a", b"done")

    assert half_way == (b"a", None)
    assert (drop.found("x.csv"), drop.found("x.csv.done")) == (b"a", b"done")


@pytest.mark.parametrize("name", ["x.csv", "x.csv.done"])
def test_what_is_another_s_is_never_written_over(drop: Drop, name: str) -> None:
    drop.put(name, b"theirs")

    with pytest.raises(StoreError, match="another file"):
        lay(drop, "x.csv", b"a", b"done")

    assert drop.found(name) == b"theirs"


def test_the_server_itself_refuses_to_write_over_an_object(s3_address: str) -> None:
    bucket = a_shared_bucket(s3_address)

    first = bucket.put_new("x", b"one")
    second = bucket.put_new("x", b"two")

    assert (first, second) == (True, False)
    assert bucket.read("x") == b"one"


def test_a_bucket_that_is_not_there_is_a_store_that_cannot(s3_address: str) -> None:
    gone = replace_name(a_shared_bucket(s3_address), "no-such-bucket")

    with pytest.raises(StoreError, match="no-such-bucket"):
        gone.put_new("x", b"one")


def replace_name(bucket: Bucket, name: str) -> Bucket:
    bucket.name = name
    return bucket


LAYOUT = AnswerLayout.model_validate(answers(Path("/in")))


@pytest.fixture(params=["folder", "bucket"])
def tray(request: pytest.FixtureRequest, tmp_path: Path) -> Tray:
    if request.param == "folder":
        return FolderTray(tmp_path, LAYOUT)
    bucket = a_shared_bucket(request.getfixturevalue("s3_address"))
    return BucketTray(bucket, "in/", LAYOUT)


def write(tray: Tray, name: str, data: bytes) -> None:
    if isinstance(tray, FolderTray):
        (tray.folder / name).write_bytes(data)
        return
    assert isinstance(tray, BucketTray)
    if not tray.bucket.put_new(f"in/{name}", data):
        tray.bucket.remove(f"in/{name}", None)
        tray.bucket.put_new(f"in/{name}", data)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


def kept(tray: Tray) -> dict[str, bytes]:
    """What was put away, by name."""
    if isinstance(tray, FolderTray):
        return {one.name: one.read_bytes() for one in (tray.folder / "read").iterdir()}
    assert isinstance(tray, BucketTray)
    listed = tray.bucket.listed("in/read/")
    return {Path(one.key).name: tray.bucket.read(one.key) for one in listed}


def test_quiet_lists_are_found_by_their_names_and_put_away_once_read(
    tray: Tray,
) -> None:
    write(tray, "kekka-1.csv", b"one")
    write(tray, "other.csv", b"theirs")
    too_early = list(tray.quiet(now=datetime.now(UTC)))
    (found,) = tray.quiet(now=soon())

    assert tray.put_away(found, "read")

    assert too_early == []
    assert (found.name, found.data) == ("kekka-1.csv", b"one")
    assert list(tray.quiet(now=soon())) == []
    assert kept(tray) == {"kekka-1.csv": b"one"}


def test_a_list_that_was_written_anew_meanwhile_stays(tray: Tray) -> None:
    write(tray, "kekka-1.csv", b"one")
    (found,) = tray.quiet(now=soon())
    write(tray, "kekka-1.csv", b"longer")
    if isinstance(tray, FolderTray):
        # The clock of a disk may not have moved between two writings.
        os.utime(tray.folder / "kekka-1.csv", ns=(1, 1))

    moved = tray.put_away(found, "read")

    assert not moved
    assert [one.data for one in tray.quiet(now=soon())] == [b"longer"]


def test_what_was_put_away_is_never_written_over(tray: Tray) -> None:
    for data in (b"one", b"two"):
        write(tray, "kekka-1.csv", data)
        (found,) = tray.quiet(now=soon())
        assert tray.put_away(found, "read")

    assert kept(tray) == {"kekka-1.csv": b"one", "kekka-1.csv.2": b"two"}


def test_a_list_that_is_too_long_is_kept_whole(
    tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("bucket", "folder"):
        monkeypatch.setattr(f"delivery.answers.{module}.MOST_BYTES", 3)
    write(tray, "kekka-1.csv", b"far too long")
    (found,) = tray.quiet(now=soon())

    assert tray.put_away(found, "read")

    assert found.data == b"far "
    assert kept(tray) == {"kekka-1.csv": b"far too long"}


def test_a_list_that_was_put_away_half_is_put_away_once(
    s3_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tray = BucketTray(a_shared_bucket(s3_address), "in/", LAYOUT)
    write(tray, "kekka-1.csv", b"one")
    (found,) = tray.quiet(now=soon())
    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "remove", killed)
        with pytest.raises(Killed):
            tray.put_away(found, "read")

    assert tray.put_away(found, "read")

    assert kept(tray) == {"kekka-1.csv": b"one"}


class Careless(Bucket):
    """A server that knows no conditions, and how often one may write there."""

    def __init__(self, *names: str) -> None:
        self.objects = dict.fromkeys(names, b"earlier")
        self.after_copy: dict[str, bytes] = {}

    def listed(self, prefix: str) -> list[Listed]:
        return [
            Listed(key, md5(data, usedforsecurity=False).hexdigest(), LATER)
            for key, data in self.objects.items()
            if key.startswith(prefix) and "/" not in key[len(prefix) :]
        ]

    def read(self, key: str, version: str | None = None) -> bytes:
        del version
        return self.objects[key]

    def put_new(self, key: str, data: bytes) -> bool:
        self.objects |= {key: data, **self.after_copy}
        return True

    def remove(self, key: str, version: str | None) -> None:
        del version
        del self.objects[key]


def test_a_server_that_knows_no_conditions_writes_over_no_copy() -> None:
    bucket = Careless("in/read/kekka-1.csv")
    tray = BucketTray(bucket, "in/", LAYOUT)
    bucket.put_new("in/kekka-1.csv", b"one")
    (found,) = tray.quiet(now=soon())

    assert tray.put_away(found, "read")

    assert bucket.objects == {
        "in/read/kekka-1.csv": b"earlier",
        "in/read/kekka-1.csv.2": b"one",
    }


def test_a_list_that_is_written_anew_while_it_is_copied_stays() -> None:
    bucket = Careless()
    tray = BucketTray(bucket, "in/", LAYOUT)
    bucket.put_new("in/kekka-1.csv", b"one")
    (found,) = tray.quiet(now=soon())
    bucket.after_copy = {"in/kekka-1.csv": b"two"}

    assert not tray.put_away(found, "read")

    assert bucket.objects["in/kekka-1.csv"] == b"two"


def test_nothing_is_removed_of_which_no_copy_was_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("delivery.answers.bucket.MOST_COPIES", 2)
    bucket = Careless("in/read/kekka-1.csv")
    tray = BucketTray(bucket, "in/", LAYOUT)
    bucket.put_new("in/kekka-1.csv", b"one")
    (found,) = tray.quiet(now=soon())

    with pytest.raises(StoreError, match="Move some away"):
        tray.put_away(found, "read")

    assert bucket.objects["in/kekka-1.csv"] == b"one"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys-of-buckets"
    folder.mkdir()
    (folder / "host").write_text(f"{S3_KEY}\n{S3_SECRET}\n", "utf-8")
    return folder


@pytest.fixture
def shared(s3_address: str) -> Bucket:
    return a_shared_bucket(s3_address)


def unmarked(put: Callable[..., None]) -> Callable[..., None]:
    """A worker that is gone before the second thing is laid."""

    def laid(drop: Drop, name: str, data: bytes) -> None:
        if name.endswith(DONE):
            raise KeyboardInterrupt
        put(drop, name, data)

    return laid


def test_entries_go_into_a_bucket_and_answers_come_from_it(
    desk: Desk,
    tmp_path: Path,
    keys: Path,
    shared: Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = {"url": shared.url, "plain": True, "name": shared.name, "keys": "host"}
    heard: Any = {
        **answers(tmp_path),
        "folder": None,
        "bucket": {**place, "prefix": "in/"},
    }
    out: Any = {"folder": None, "bucket": {**place, "prefix": "out/"}}
    open_destination(desk, tmp_path / "none", answers=heard, **out)
    approved(desk, entries=2)
    clock = Clock()
    clock.now = LATER + timedelta(days=1)
    house = replace(rooms(desk, clock=clock), export_keys=keys)
    plan_exports(house)
    with monkeypatch.context() as patch:
        # Lost between the file and what says that it is whole.
        patch.setattr(BucketDrop, "put", unmarked(BucketDrop.put))
        with pytest.raises(KeyboardInterrupt):
            Loop(house, worker="lost").work_once(("export",))
    half_way = shared.listed("out/")
    clock.now += timedelta(minutes=2)
    assert Loop(house, worker="w").work_once(("export",))
    file = shared.read("out/shikaku-0001.csv").decode("cp932")
    head, one, other = (line.split(",")[0] for line in file.splitlines())
    told = f"{head},結果,コード,説明,整理番号\r\n{one},OK,,,H-1\r\n{other},NG,E1,,\r\n"
    shared.put_new("in/kekka-1.csv", told.encode("cp932"))
    clock.now = max(clock.now, soon())

    hear_once(house)

    assert [item.key for item in half_way] == ["out/shikaku-0001.csv"]
    assert files(desk) == [(1, 2, "placed")]
    assert states(desk) == ["registered", "rejected"]
    assert [item.key for item in shared.listed("in/read/")] == ["in/read/kekka-1.csv"]
    assert balances(desk)


def test_a_bucket_without_its_keys_says_what_is_missing(keys: Path) -> None:
    terms = BucketTerms(url="https://s3.example", name="kenpo", keys="nobody")

    with pytest.raises(SetupError, match="KAMIZERO_EXPORT_KEYS_DIR"):
        open_bucket(terms, None)
    with pytest.raises(SetupError, match="nobody must hold"):
        open_bucket(terms, keys)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://s3.example"},
        {"url": "https://user:password@s3.example"},
        {"url": "https://s3.example/else"},
        {"keys": "../../etc/passwd"},
        {"prefix": "../"},
        {"prefix": "out"},
        {"name": "a/b"},
    ],
    ids=str,
)
def test_a_bucket_that_cannot_be_named_so_is_refused(wrong: dict[str, str]) -> None:
    right = {"url": "https://s3.example", "name": "kenpo", "keys": "host"}

    with pytest.raises(ValidationError):
        BucketTerms.model_validate({**right, **wrong})


def test_a_bucket_that_cannot_be_asked_makes_no_destination(
    tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = {"url": "https://127.0.0.1:1", "name": "kenpo", "keys": "host"}
    source = tmp_path / "host.yaml"
    terms = said(tmp_path, folder=None, bucket=bucket).model_dump(mode="json")
    source.write_text(yaml.safe_dump(terms, allow_unicode=True), "utf-8")
    monkeypatch.setenv("KAMIZERO_DATA_DIR", str(tmp_path / "data"))

    with pytest.raises(SetupError, match="KAMIZERO_EXPORT_KEYS_DIR"):
        commands.add("host", source)
    monkeypatch.setenv("KAMIZERO_EXPORT_KEYS_DIR", str(keys))
    with pytest.raises(StoreError, match="does not answer"):
        commands.add("host", source)

    assert not (tmp_path / "data").exists()
