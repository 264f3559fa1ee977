"""The inbox bucket of a real S3 store: taken once, removed after, nothing skipped."""

from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from ingest.doors.bucket import InboxBucket, InboxObject, S3Inbox
from ingest.intake import Delivery
from kamizero.errors import StoreError
from tests.ceph import S3_KEY, S3_SECRET
from tests.desk import Desk
from tests.doors import House
from tests.scanner import saved, sheet
from tests.services import free_port

SCAN = saved(sheet(1), "PNG")
OTHER = saved(sheet(2), "PNG")


class Inbox:
    """One empty bucket, and the house that looks into it."""

    def __init__(self, house: House, address: str, *, versioned: bool) -> None:
        self.house = house
        self.address = address
        self.bucket = f"inbox-{uuid4().hex}"
        self.client = Minio(
            address.removeprefix("http://"),
            access_key=S3_KEY,
            secret_key=S3_SECRET,
            secure=False,
        )
        self.client.make_bucket(self.bucket)
        if versioned:
            config = VersioningConfig(ENABLED)
            self.client.set_bucket_versioning(self.bucket, config)
        self.s3 = S3Inbox(
            address, bucket=self.bucket, access_key=S3_KEY, secret_key=S3_SECRET
        )

    def door(self, s3: S3Inbox | None = None) -> InboxBucket:
        return InboxBucket(
            s3 or self.s3,
            ledger=self.house.ledger,
            intake=self.house.taker.intake,
            delivery=lambda: Delivery(
                "inbox bucket", "scanner", "HQ", date(2026, 11, 25)
            ),
            file_bytes=self.house.file_bytes,
        )

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(self.bucket, key, BytesIO(data), len(data))

    def keys(self) -> list[str]:
        """Everything that is left, versions included."""
        listed = self.client.list_objects(
            self.bucket, recursive=True, include_version=True
        )
        return [str(one.object_name) for one in listed]


@pytest.fixture(params=[True, False], ids=["versioned", "plain"])
def inbox(
    request: pytest.FixtureRequest, s3_address: str, desk: Desk, tmp_path: Path
) -> Inbox:
    house = House(desk, tmp_path / "incoming", file_bytes=2_000_000)
    return Inbox(house, s3_address, versioned=request.param)


def test_what_lies_in_it_is_taken_and_removed(inbox: Inbox) -> None:
    inbox.put("osaka/a.png", SCAN)
    inbox.put("osaka/b.png", OTHER)

    jobs = inbox.door().look()

    assert jobs == [1, 2]
    assert inbox.house.jobs() == [
        [("osaka/a.png", "taken", SCAN)],
        [("osaka/b.png", "taken", OTHER)],
    ]
    assert inbox.keys() == []
    assert inbox.door().look() == []


def test_a_kill_between_commit_and_removal_takes_nothing_twice(inbox: Inbox) -> None:
    class Unremovable(S3Inbox):
        def remove(self, one: InboxObject) -> None:
            raise StoreError(f"The store went away before {one.key} did.")

    inbox.put("a.png", SCAN)
    s3 = Unremovable(
        inbox.address, bucket=inbox.bucket, access_key=S3_KEY, secret_key=S3_SECRET
    )
    inbox.door(s3).look()
    assert inbox.keys() == ["a.png"]

    inbox.door().look()

    assert inbox.house.jobs() == [[("a.png", "taken", SCAN)]]
    assert inbox.keys() == []


def test_a_name_used_again_loses_nothing(inbox: Inbox) -> None:
    inbox.put("scan.png", SCAN)
    inbox.door().look()
    inbox.put("scan.png", OTHER)
    inbox.door().look()

    assert inbox.house.jobs() == [
        [("scan.png", "taken", SCAN)],
        [("scan.png", "taken", OTHER)],
    ]


def test_an_object_written_over_before_the_look_is_two_where_versions_are_kept(
    s3_address: str, desk: Desk, tmp_path: Path
) -> None:
    house = House(desk, tmp_path / "incoming")
    inbox = Inbox(house, s3_address, versioned=True)
    inbox.put("scan.png", SCAN)
    inbox.put("scan.png", OTHER)

    inbox.door().look()

    assert sorted(house.jobs()) == sorted(
        [[("scan.png", "taken", SCAN)], [("scan.png", "taken", OTHER)]]
    )
    assert inbox.keys() == []


def test_an_object_written_over_while_it_is_taken_stays(inbox: Inbox) -> None:
    class Late(S3Inbox):
        def remove(self, one: InboxObject) -> None:
            inbox.put("scan.png", OTHER)
            super().remove(one)

    inbox.put("scan.png", SCAN)
    late = Late(
        inbox.address, bucket=inbox.bucket, access_key=S3_KEY, secret_key=S3_SECRET
    )
    inbox.door(late).look()
    assert inbox.keys() == ["scan.png"]

    inbox.door().look()

    assert sorted(inbox.house.jobs()) == sorted(
        [[("scan.png", "taken", SCAN)], [("scan.png", "taken", OTHER)]]
    )


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("..\\..\\boot.ini", "boot.ini"),
        ("-rf.png", "-rf.png"),
        ("給与/六月.png", "給与/六月.png"),
        ("n" * 400 + ".png", "n" * 196 + ".png"),
    ],
)
def test_a_hostile_key_is_only_a_name(
    s3_address: str, desk: Desk, tmp_path: Path, sent: str, shown: str
) -> None:
    inbox = Inbox(House(desk, tmp_path / "incoming"), s3_address, versioned=True)
    inbox.put(sent, SCAN)

    inbox.door().look()

    assert inbox.house.jobs() == [[(shown, "taken", SCAN)]]
    assert inbox.keys() == []


def test_one_that_is_too_long_stays_and_holds_up_no_other(inbox: Inbox) -> None:
    inbox.put("a-long.png", bytes(2_000_001))
    inbox.put("b.png", SCAN)

    inbox.door().look()

    assert inbox.house.jobs() == [[("b.png", "taken", SCAN)]]
    assert inbox.keys() == ["a-long.png"]


def test_a_store_that_is_away_is_said_so() -> None:
    away = S3Inbox(
        f"http://127.0.0.1:{free_port()}",
        bucket="inbox",
        access_key=S3_KEY,
        secret_key=S3_SECRET,
    )

    with pytest.raises(StoreError, match="does not answer"):
        list(away.listing())


def test_a_wrong_key_is_said_so(inbox: Inbox) -> None:
    wrong = S3Inbox(
        inbox.address, bucket=inbox.bucket, access_key=S3_KEY, secret_key="wrong one"
    )

    with pytest.raises(StoreError, match="does not answer"):
        list(wrong.listing())
