"""The object store the settings name: a folder, or a bucket."""

from kamizero.settings import Settings
from storage.directory import DirectoryStore
from storage.interfaces import ObjectStore


def open_store(settings: Settings) -> ObjectStore:
    """The store, ready to keep originals.

    Raises:
        SetupError: the server does not do what a store of originals must do.
    """
    if settings.store_url is None:
        return DirectoryStore(settings.data_dir, immutable=settings.store_immutable)
    # Its client takes a quarter of a second to load: only where there is a bucket.
    from kamizero.cli.buckets import open_bucket

    return open_bucket(settings)
