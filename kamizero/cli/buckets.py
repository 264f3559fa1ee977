"""The S3 store that the settings name, proven before it may keep an original."""

import hashlib
import time
from pathlib import Path

from kamizero.cli.clock import now
from kamizero.errors import SetupError
from kamizero.settings import Settings
from storage.s3.bucket import Bucket, Keys
from storage.s3.probe import NAMES, broken_promises
from storage.s3.store import S3Store

# The processes of one start do not each try the server anew.
_PROVEN_SECONDS = 600


def open_bucket(settings: Settings) -> S3Store:
    """The store in the bucket, ready to keep originals.

    Raises:
        SetupError: the server does not do what a store of originals must do.
    """
    bucket, keys = named_bucket(settings)
    is_legal = settings.store_mode == "legal"
    if is_legal and not _was_proven_lately(settings, keys):
        demand_locks(bucket, keys)
        _proof(settings, keys).touch()
    disposal = settings.store_disposal_keys_file
    return S3Store(
        bucket,
        disposer=bucket.as_another(Keys.read(disposal)) if disposal else None,
        is_legal=is_legal,
    )


def named_bucket(settings: Settings) -> tuple[Bucket, Keys]:
    if settings.store_url is None:
        raise SetupError("There is no S3 store: set KAMIZERO_STORE_URL first.")
    if settings.store_keys_file is None:
        raise SetupError(
            "KAMIZERO_STORE_KEYS_FILE is missing: name the file with the access key "
            "and the secret key of the store."
        )
    keys = Keys.read(settings.store_keys_file)
    return Bucket(settings.store_url, settings.store_bucket, keys), keys


def demand_locks(bucket: Bucket, keys: Keys) -> None:
    """Try what a locked store must refuse. Raises SetupError with what failed."""
    failed = broken_promises(bucket, keys, now=now())
    if failed:
        raise SetupError(
            f"The store {bucket.url} cannot keep originals in {bucket.name}: "
            + "; ".join(f"{NAMES[name]} ({name})" for name in failed)
            + ". Use a server with object lock and a bucket made with it, or set "
            "KAMIZERO_STORE_MODE=trial for papers that are no originals."
        )


def _was_proven_lately(settings: Settings, keys: Keys) -> bool:
    try:
        proven = _proof(settings, keys).stat().st_mtime
    except FileNotFoundError:
        return False
    return 0 <= time.time() - proven < _PROVEN_SECONDS


def _proof(settings: Settings, keys: Keys) -> Path:
    """A file whose age says when this account's store was last tried."""
    store = f"{settings.store_url}\n{settings.store_bucket}\n{keys.access}"
    name = hashlib.sha256(store.encode()).hexdigest()[:16]
    folder = settings.data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"store-proven-{name}"
