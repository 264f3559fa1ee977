"""One bucket of a server that speaks S3: what it is asked, and its refusals as errors.

Nothing here trusts the server: what it answers is looked at by the store and the probe.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import ENABLED
from minio.error import MinioException, S3Error
from minio.retention import Retention
from minio.versioningconfig import SUSPENDED, VersioningConfig
from urllib3.exceptions import HTTPError

from kamizero.errors import (
    ForbiddenError,
    LostError,
    MissingError,
    SetupError,
    StoreError,
)

SECONDS = 60.0
NEVER = datetime.fromtimestamp(0, UTC)
COMPLIANCE = "COMPLIANCE"
# A larger body goes in parts; servers must take parts of this size.
MIB = 1 << 20
SMALLEST_PART = 5 * MIB

# A condition that does not hold is answered by the second.
_OK, _TAKEN = 200, 412
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchObject"})
# One refusal under four names, by server and by what was asked.
_REFUSED = frozenset(
    {"AccessDenied", "ObjectLocked", "InvalidRequest", "MethodNotAllowed"}
)
_FULL = frozenset(
    {"XMinioStorageFull", "QuotaExceeded", "InsufficientStorage", "EntityTooLarge"}
)
_META_SHA256 = "x-amz-meta-sha256"
_MODE = "x-amz-object-lock-mode"
_UNTIL = "x-amz-object-lock-retain-until-date"
_HOLD = "x-amz-object-lock-legal-hold"


@dataclass(frozen=True, slots=True)
class Keys:
    """What an account of the server proves itself with."""

    access: str
    secret: str

    @classmethod
    def read(cls, path: Path) -> "Keys":
        """Those in a file, a line each. Raises SetupError."""
        try:
            access, secret = path.read_text("utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise SetupError(
                f"{path} must hold an access key and a secret key, a line each "
                f"({type(error).__name__})."
            ) from error
        return cls(access, secret)


@dataclass(frozen=True, slots=True)
class Found:
    """One version as the server describes it; `until` is NEVER where nothing locks it.

    `sha256` is what we wrote beside it ourselves, "" where we did not.
    """

    version: str
    size: int
    sha256: str
    mode: str
    until: datetime
    hold: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One object that is there now; `etag` is what the server calls its bytes."""

    key: str
    etag: str
    changed: datetime


class Bucket:
    """The requests; safe to share between threads.

    Every method raises StoreError where the server cannot answer now, and MissingError
    where the version is not there. What takes a lock or a version away raises
    ForbiddenError where the server says no.
    """

    def __init__(self, url: str, name: str, keys: Keys | None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SetupError(f"The store's address is no http address: {url}.")
        self.url = url.rstrip("/")
        self.name = name
        # Verification reads with several threads at once.
        self._http = urllib3.PoolManager(timeout=SECONDS, retries=False, maxsize=16)
        self._client = Minio(
            parts.netloc,
            access_key=keys.access if keys else None,
            secret_key=keys.secret if keys else None,
            secure=parts.scheme == "https",
            http_client=self._http,
        )

    def as_another(self, keys: Keys | None) -> "Bucket":
        """The same bucket as another account asks it; None for nobody."""
        return Bucket(self.url, self.name, keys)

    def put(self, key: str, data: bytes, *, until: datetime, part_size: int = 0) -> str:
        """Write a new version under a lock; return the version the server names."""
        digest = hashlib.sha256(data)
        headers: dict[str, Any] = {"sha256": digest.hexdigest()}
        if len(data) <= max(part_size, SMALLEST_PART):
            # Servers that follow the protocol strictly take no lock without one.
            headers["x-amz-sdk-checksum-algorithm"] = "SHA256"
            headers["x-amz-checksum-sha256"] = base64.b64encode(
                digest.digest()
            ).decode()
        done = self._asked(
            lambda: self._client.put_object(
                self.name,
                key,
                BytesIO(data),
                len(data),
                metadata=headers,
                part_size=max(part_size, SMALLEST_PART),
                num_parallel_uploads=1,
                retention=Retention(COMPLIANCE, until),
            )
        )
        if not done.version_id or done.version_id == "null":
            raise StoreError(
                f"The bucket {self.name} named no version for what it took. Turn its "
                "versioning on."
            )
        return str(done.version_id)

    def look(self, key: str, version: str) -> Found:
        def asked() -> Any:
            return self._client.stat_object(self.name, key, version_id=version)

        seen = self._asked(asked, of_version=True)
        told = seen.metadata
        mode = told.get(_MODE, "").upper()
        return Found(
            version=version,
            size=seen.size,
            sha256=told.get(_META_SHA256, ""),
            mode=mode,
            until=moment(told.get(_UNTIL)) if mode else NEVER,
            hold=told.get(_HOLD, "").upper() == "ON",
        )

    def put_new(self, key: str, data: bytes) -> bool:
        """Write it without a lock; False where something is there, which stays."""
        return bool(self._asked(lambda: self._put_new(key, data)))

    def read(self, key: str, version: str | None = None) -> bytes:
        def got() -> bytes:
            answer = self._client.get_object(self.name, key, version_id=version)
            try:
                return answer.read()
            finally:
                answer.close()
                answer.release_conn()

        data: bytes = self._asked(got, of_version=True)
        return data

    def lock(
        self, key: str, version: str, *, until: datetime, mode: str = COMPLIANCE
    ) -> None:
        self._asked(
            lambda: self._client.set_object_retention(
                self.name, key, Retention(mode, until), version_id=version
            ),
            of_version=True,
            may_refuse=True,
        )

    def clear_lock(self, key: str, version: str) -> None:
        """Ask for no lock at all, which the SDK has no words for."""
        self._asked(lambda: self._clear(key, version))

    def hold(self, key: str, version: str, *, on: bool) -> None:
        change = (
            self._client.enable_object_legal_hold
            if on
            else self._client.disable_object_legal_hold
        )
        self._asked(lambda: change(self.name, key, version_id=version), of_version=True)

    def remove(self, key: str, version: str | None) -> None:
        """Remove a version; without one, only say that the key is no more."""
        self._asked(
            lambda: self._client.remove_object(self.name, key, version_id=version),
            may_refuse=True,
        )

    def versions(self, prefix: str) -> Iterator[tuple[str, str | None]]:
        """Key and version, keys in order, oldest version first; None for a marker."""
        listed: list[Any] = self._asked(
            lambda: list(
                self._client.list_objects(
                    self.name, prefix=prefix, recursive=True, include_version=True
                )
            )
        )
        # Servers list the newest first, and some round the times they give.
        listed.reverse()
        for one in sorted(listed, key=lambda one: (one.object_name, one.last_modified)):
            yield one.object_name, None if one.is_delete_marker else one.version_id

    def listed(self, prefix: str) -> list[Listed]:
        """What is there now below the prefix and in no folder of it, by name."""
        found: list[Any] = self._asked(
            lambda: list(self._client.list_objects(self.name, prefix=prefix))
        )
        return [
            Listed(one.object_name, one.etag, one.last_modified)
            for one in sorted(found, key=lambda one: str(one.object_name))
            if not one.is_dir
        ]

    def is_versioned(self) -> bool:
        config = self._asked(lambda: self._client.get_bucket_versioning(self.name))
        return bool(config.status == ENABLED)

    def is_lockable(self) -> bool:
        """Whether the bucket was made with object lock."""
        try:
            self._asked(lambda: self._client.get_object_lock_config(self.name))
        except (MissingError, StoreError):
            return False
        return True

    def set_versioning(self, *, on: bool) -> None:
        config = VersioningConfig(ENABLED if on else SUSPENDED)
        self._asked(lambda: self._client.set_bucket_versioning(self.name, config))

    def make(self) -> bool:
        """Make the bucket with versions and locks; False where it is there already."""
        if self._asked(lambda: self._client.bucket_exists(self.name)):
            return False
        self._asked(lambda: self._client.make_bucket(self.name, object_lock=True))
        return True

    def _put_new(self, key: str, data: bytes) -> bool:
        """The SDK has no words for the condition."""
        address = self._client.get_presigned_url(
            "PUT", self.name, key, expires=timedelta(minutes=5)
        )
        digest = hashlib.md5(data, usedforsecurity=False).digest()
        answer = self._http.request(
            "PUT",
            address,
            body=data,
            headers={
                "If-None-Match": "*",
                "Content-MD5": base64.b64encode(digest).decode(),
            },
        )
        if answer.status == _TAKEN:
            return False
        if answer.status != _OK:
            raise StoreError(
                f"The store {self.url} did not take an object ({answer.status}). Look "
                f"at the server, the bucket {self.name} and its keys."
            )
        return True

    def _clear(self, key: str, version: str) -> None:
        body = b"<Retention/>"
        address = self._client.get_presigned_url(
            "PUT",
            self.name,
            key,
            expires=timedelta(minutes=5),
            version_id=version,
            extra_query_params={"retention": ""},
        )
        digest = hashlib.md5(body, usedforsecurity=False).digest()
        answer = self._http.request(
            "PUT",
            address,
            body=body,
            headers={"Content-MD5": base64.b64encode(digest).decode()},
        )
        if answer.status >= 400:
            raise ForbiddenError(f"The store refused to clear a lock: {answer.status}.")

    def _asked(
        self,
        call: Callable[[], Any],
        *,
        of_version: bool = False,
        may_refuse: bool = False,
    ) -> Any:
        try:
            return call()
        except S3Error as error:
            if may_refuse and error.code in _REFUSED:
                raise ForbiddenError(
                    f"The store {self.url} refused it ({error.code})."
                ) from error
            raise self._told(error, of_version=of_version) from error
        except (MinioException, HTTPError, OSError, ValueError) as error:
            raise StoreError(
                f"The store {self.url} does not answer as it should "
                f"({type(error).__name__}). Look at the server and its address."
            ) from error

    def _told(self, error: S3Error, *, of_version: bool) -> MissingError | StoreError:
        code = error.code or ""
        # Some servers call a version they do not know a wrong argument.
        if code in _GONE or (of_version and code == "InvalidArgument"):
            return LostError("The store has no such object. Restore the backup.")
        if code in _FULL:
            return StoreError(
                f"The store {self.url} is full. Free space or enlarge it, then try "
                "again."
            )
        return StoreError(
            f"The store {self.url} cannot do it ({code}). Look at the server, the "
            f"bucket {self.name} and its keys."
        )


def moment(written: str | None) -> datetime:
    """A date as servers write it: with nano-, milli- or no fractions of a second."""
    if not written:
        return NEVER
    whole, _, fraction = written.removesuffix("Z").partition(".")
    try:
        read = datetime.fromisoformat(whole).replace(tzinfo=UTC)
        return read + timedelta(microseconds=int(fraction[:6].ljust(6, "0") or "0"))
    except ValueError as error:
        raise StoreError(
            f"The store gave a date nobody can read: {written}."
        ) from error
