"""The bucket in which a host lays its lists: a copy is kept, then the list removed.

A list that the host writes anew in the instant between the last look and the removal
would go unread, unless the bucket keeps versions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from delivery.answers.layout import AnswerLayout
from delivery.answers.lists import MOST_BYTES
from delivery.answers.tray import Found
from storage.s3.bucket import Bucket, Listed


@dataclass(frozen=True, slots=True)
class BucketTray:
    """Tray in a bucket, below a prefix."""

    bucket: Bucket
    prefix: str
    layout: AnswerLayout

    def quiet(self, *, now: datetime) -> Iterator[Found]:
        latest = now - timedelta(seconds=self.layout.quiet_seconds)
        for one in self.bucket.listed(self.prefix):
            name = one.key.removeprefix(self.prefix)
            if fnmatchcase(name, self.layout.file_name) and one.changed <= latest:
                yield Found(name, _nanoseconds(one), self._read(one), one.etag)

    def put_away(self, found: Found, where: str) -> bool:
        key = f"{self.prefix}{found.name}"
        if not any(
            (one.key, one.etag) == (key, found.etag) for one in self.bucket.listed(key)
        ):
            return False
        for number in range(1, 10_000):
            suffix = "" if number == 1 else f".{number}"
            copy = f"{self.prefix}{where}/{found.name}{suffix}"
            # Whoever was lost after the copy was made finds it again.
            if self.bucket.put_new(copy, found.data) or (
                self.bucket.read(copy) == found.data
            ):
                break
        self.bucket.remove(key, None)
        return True

    def _read(self, one: Listed) -> bytes:
        # One more than may be says that it is too long, whatever it holds.
        return self.bucket.read(one.key)[: MOST_BYTES + 1]


def _nanoseconds(one: Listed) -> int:
    return round(one.changed.timestamp() * 1_000_000_000)
