"""Buckets that receivers and hosts share with us, as destinations name them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kamizero.errors import SetupError

if TYPE_CHECKING:
    from storage.s3.bucket import Bucket


class BucketTerms(BaseModel):
    """Where in which bucket, and who we are there.

    Attributes:
        url: of a server that speaks S3.
        plain: whether it may be spoken to without TLS, on a network closed itself.
        prefix: what stands before every name, "" or ending in a slash.
        keys: the name of the file with the account's keys; what is in it is in no
            database.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")]
    plain: bool = False
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    prefix: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-][A-Za-z0-9_.-]*/)*$")] = ""
    keys: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]

    @model_validator(mode="after")
    def _is_not_in_the_clear(self) -> Self:
        if self.url.startswith("http:") and not self.plain:
            raise ValueError(
                "values of persons go there in the clear: give an https address, or "
                "say `plain: true` on a network that is closed itself"
            )
        return self

    @property
    def where(self) -> str:
        """How people are told of it."""
        return f"{self.url}/{self.name}/{self.prefix}"


def open_bucket(terms: BucketTerms, keys: Path | None) -> "Bucket":
    """The bucket as our account asks it.

    Args:
        keys: the folder with the files of keys.

    Raises:
        SetupError: there are no such keys.
    """
    # The SDK takes long to load, and most installations have no bucket.
    from storage.s3.bucket import Bucket, Keys

    if keys is None:
        raise SetupError(
            "KAMIZERO_EXPORT_KEYS_DIR is missing: name the folder with the keys of "
            "buckets."
        )
    return Bucket(terms.url, terms.name, Keys.read(keys / terms.keys))
