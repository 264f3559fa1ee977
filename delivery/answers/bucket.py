"""The bucket in which a host lays its lists: a copy is kept, then the list removed.

A list that the host writes anew in the instant between the last look and the removal
would go unread, unless the bucket keeps versions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from hashlib import md5

from delivery.answers.layout import AnswerLayout
from delivery.answers.lists import MOST_BYTES
from delivery.answers.tray import MOST_COPIES, Found
from kamizero.errors import StoreError
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
        if not self._is_still(key, found):
            return False
        # Of one that is too long only the begin was read.
        is_whole = len(found.data) <= MOST_BYTES
        data = found.data if is_whole else self.bucket.read(key)
        self._copy(f"{self.prefix}{where}/{found.name}", data)
        # A copy takes its time, and the host may have written meanwhile.
        if not self._is_still(key, found):
            return False
        self.bucket.remove(key, None)
        return True

    def _is_still(self, key: str, found: Found) -> bool:
        listed = self.bucket.listed(key)
        return any((one.key, one.etag) == (key, found.etag) for one in listed)

    def _copy(self, name: str, data: bytes) -> None:
        """Lay a copy under the name or the next that is free, or find it there.

        Raises:
            StoreError: no name is free.
        """
        there = {one.key: one.etag.strip('"') for one in self.bucket.listed(name)}
        ours = md5(data, usedforsecurity=False).hexdigest()
        for number in range(1, MOST_COPIES):
            copy = name if number == 1 else f"{name}.{number}"
            if copy in there:
                # Whoever was lost after the copy was made finds it again.
                if there[copy] == ours and self.bucket.read(copy) == data:
                    return
                continue
            self.bucket.put_new(copy, data)
            # What counts is what lies there now, ours or another's.
            if self.bucket.read(copy) == data:
                return
        raise StoreError(f"{name} is there {MOST_COPIES} times. Move some away.")

    def _read(self, one: Listed) -> bytes:
        # One more than may be says that it is too long, whatever it holds.
        return self.bucket.read(one.key)[: MOST_BYTES + 1]


def _nanoseconds(one: Listed) -> int:
    return round(one.changed.timestamp() * 1_000_000_000)
