"""Whoever stamps: an outside authority over HTTP, and what is asked of its answer."""

import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from kamizero.errors import AuthorityError, SetupError
from storage.time_stamps.token import Token, Trust, checked

_TIMEOUT_S = 20
# A reply with a whole chain of certificates has some ten kilobytes.
_MOST_BYTES = 1_000_000


class TimeAuthority(Protocol):
    """Stamps bytes; may be asked by several threads and processes at once."""

    @property
    def name(self) -> str:
        """How people call it: its address, or that it is the demo."""
        ...

    @property
    def trust(self) -> Trust:
        """What its stamps are held against."""
        ...

    def stamp(self, data: bytes) -> Token:
        """A stamp over the bytes, already checked.

        Raises:
            AuthorityError: it does not answer, refuses, or answers nonsense.
        """
        ...


class HttpAuthority:
    """An authority asked with one POST, as RFC 3161 has it."""

    def __init__(self, url: str, trust: Trust) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise SetupError(
                f"KAMIZERO_STAMP_URL is {url!r}. Give the http or https address of an "
                "authority, or `demo`."
            )
        self.name = url
        self.trust = trust

    def stamp(self, data: bytes) -> Token:
        request = (
            TimestampRequestBuilder()
            .data(data)
            .hash_algorithm(HashAlgorithm.SHA256)
            .nonce(nonce=True)
            .cert_request(cert_request=True)
            .build()
        )
        raw = self._answer(request.as_bytes())
        return checked(raw, data, trust=self.trust, nonce=request.nonce)

    def _answer(self, query: bytes) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the constructor checked it.
            self.name,
            data=query,
            headers={
                "Content-Type": "application/timestamp-query",
                "Accept": "application/timestamp-reply",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as reply:  # noqa: S310
                raw: bytes = reply.read(_MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", None) or error
            raise AuthorityError(
                f"The time-stamp authority {self.name} does not answer: {why}. It is "
                "asked again; check the address and the network."
            ) from error
        if len(raw) > _MOST_BYTES:
            raise AuthorityError(f"{self.name} answers with more than any stamp has.")
        return raw


def trust_in(path: Path, *, policy: str | None = None) -> Trust:
    """What the certificates of a PEM file vouch for. Raises SetupError."""
    try:
        found = load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SetupError(
            f"KAMIZERO_STAMP_ROOT_FILE {path} holds no certificate in PEM: {error}. "
            "Ask the authority for its root certificate."
        ) from error
    return Trust(
        roots=tuple(one for one in found if _is_root(one)) or tuple(found),
        between=tuple(_others(found)),
        policy=policy,
    )


def _others(found: Sequence[Certificate]) -> Sequence[Certificate]:
    return (
        [one for one in found if not _is_root(one)] if any(map(_is_root, found)) else []
    )


def _is_root(one: Certificate) -> bool:
    return one.issuer == one.subject
