"""Buckets of the real S3 server, each new and empty."""

from uuid import uuid4

from minio import Minio

from storage.s3.bucket import Bucket, Keys
from tests.ceph import S3_KEY, S3_SECRET

KEYS = Keys(S3_KEY, S3_SECRET)


def a_bucket(address: str) -> Bucket:
    """A bucket with versions and object lock."""
    bucket = Bucket(address, f"keep-{uuid4().hex}", KEYS)
    bucket.make()
    return bucket


def a_shared_bucket(address: str) -> Bucket:
    """One as programs share it: without versions, without locks."""
    bucket = Bucket(address, f"share-{uuid4().hex}", KEYS)
    client = Minio(
        address.removeprefix("http://"),
        access_key=S3_KEY,
        secret_key=S3_SECRET,
        secure=False,
    )
    client.make_bucket(bucket.name)
    return bucket
