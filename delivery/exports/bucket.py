"""A bucket as a place from which files are fetched: an object appears whole."""

from dataclasses import dataclass

from delivery.exports.drop import demand_same
from kamizero.errors import MissingError
from storage.s3.bucket import Bucket


@dataclass(frozen=True, slots=True)
class BucketDrop:
    """Drop in a bucket; the server itself refuses to write over an object."""

    bucket: Bucket
    prefix: str

    def found(self, name: str) -> bytes | None:
        try:
            return self.bucket.read(self._key(name))
        except MissingError:
            return None

    def put(self, name: str, data: bytes) -> None:
        key = self._key(name)
        # Looked for first, in case the server does not know the condition.
        found = self.found(name)
        if found is None:
            self.bucket.put_new(key, data)
            # What counts is what lies there now, ours or another's.
            found = self.bucket.read(key)
        demand_same(found, data, key)

    def remove(self, name: str) -> None:
        self.bucket.remove(self._key(name), None)

    def _key(self, name: str) -> str:
        return f"{self.prefix}{name}"
