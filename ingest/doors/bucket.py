"""The inbox bucket: its listing is the truth, and an object goes after its commit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog
import urllib3
from minio import Minio
from minio.error import MinioException
from urllib3.exceptions import HTTPError

from ingest.doors.ledger import Ledger, mark_of
from ingest.file_names import clean_name, is_side_file, is_unfinished
from ingest.intake import Delivery, Incoming
from ingest.watching import Receiver
from kamizero.errors import KamizeroError, SetupError, StoreError

log = structlog.get_logger()

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class InboxObject:
    """One version of one object; `size` in bytes, `version` None where none is kept."""

    key: str
    size: int
    etag: str
    version: str | None

    @property
    def mark(self) -> str:
        """Names these bytes at this place, and no others."""
        return mark_of(self.key, self.version, self.etag)


class Inbox(Protocol):
    """A bucket others put files into. All methods raise StoreError."""

    def listing(self) -> Iterator[InboxObject]:
        """Everything that lies in it, whole, oldest version of a key first."""
        ...

    def read(self, one: InboxObject) -> bytes:
        """The bytes. Raises StoreError also where they are other ones by now."""
        ...

    def remove(self, one: InboxObject) -> None:
        """Remove these bytes and no later ones; harmless where they are gone."""
        ...


class S3Inbox:
    """Inbox in a bucket of a store that speaks S3.

    Where the bucket keeps versions, exactly the version that was taken is removed.
    Where it keeps none, an object written anew in the instant between the last look
    and the removal would go unseen.
    """

    def __init__(
        self, url: str, *, bucket: str, access_key: str, secret_key: str
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SetupError(f"KAMIZERO_INBOX_URL is no http address: {url}.")
        self._bucket = bucket
        self._client = Minio(
            parts.netloc,
            access_key=access_key,
            secret_key=secret_key,
            secure=parts.scheme == "https",
            http_client=urllib3.PoolManager(timeout=SECONDS, retries=False),
        )

    def listing(self) -> Iterator[InboxObject]:
        found: list[Any] = self._asked(
            lambda: list(
                self._client.list_objects(
                    self._bucket, recursive=True, include_version=True
                )
            )
        )
        # Versions come newest first; the oldest was received first.
        for one in sorted(found, key=lambda one: (one.object_name, one.last_modified)):
            if one.is_delete_marker or one.is_dir:
                continue
            version = one.version_id if one.version_id not in (None, "null") else None
            yield InboxObject(one.object_name, one.size, one.etag, version)

    def read(self, one: InboxObject) -> bytes:
        def got() -> tuple[bytes, str]:
            answer = self._client.get_object(
                self._bucket, one.key, version_id=one.version
            )
            try:
                return answer.read(), answer.headers.get("ETag", "").strip('"')
            finally:
                answer.close()
                answer.release_conn()

        data: bytes
        data, etag = self._asked(got)
        if len(data) != one.size or etag != one.etag:
            # Logged: what a sender calls a file may be a person's name.
            raise StoreError("An object changed while it was read; it is read again.")
        return data

    def remove(self, one: InboxObject) -> None:
        if one.version is None and not self._is_still(one):
            return
        self._asked(
            lambda: self._client.remove_object(
                self._bucket, one.key, version_id=one.version
            )
        )

    def _is_still(self, one: InboxObject) -> bool:
        return any(
            (other.key, other.etag) == (one.key, one.etag) for other in self.listing()
        )

    def _asked(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (MinioException, HTTPError, OSError, ValueError) as error:
            raise StoreError(
                f"The inbox bucket {self._bucket} does not answer as it should "
                f"({type(error).__name__}). Look at the store, its address and keys."
            ) from error


class InboxBucket:
    """Takes each object as a job of its own, exactly once; used by one thread."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        ledger: Ledger,
        intake: Receiver,
        delivery: Callable[[], Delivery],
        file_bytes: int,
    ) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._intake = intake
        self._delivery = delivery
        self._most = file_bytes
        # Told once, not at each look.
        self._left: set[str] = set()

    def look(self) -> list[int]:
        """Take in everything that is there; return the jobs."""
        jobs = []
        for one in list(self._inbox.listing()):
            name = clean_name(one.key)
            if is_unfinished(name) or is_side_file(name):
                continue
            try:
                job = self._take(one)
            except KamizeroError as error:
                # The object stays and is tried again; the others are not held up.
                log.error("inbox_object_not_taken", error=str(error), mark=one.mark)
                continue
            if job is not None:
                jobs.append(job)
        return jobs

    def _take(self, one: InboxObject) -> int | None:
        job = None
        if not self._ledger.was_taken(one.mark):
            if one.size > self._most:
                self._leave(one)
                return None
            delivery = self._delivery()
            job = self._intake.receive(
                [Incoming(clean_name(one.key), partial(self._inbox.read, one))],
                delivery,
                within=self._ledger.note(one.mark, one.key, one.size, delivery),
            )
        self._inbox.remove(one)
        return job

    def _leave(self, one: InboxObject) -> None:
        if one.mark not in self._left:
            self._left.add(one.mark)
            log.error("inbox_object_too_large", mark=one.mark, size=one.size)
