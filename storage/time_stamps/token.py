"""What a stamp says, and whether it says it rightly."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.x509 import (
    Certificate,
    ObjectIdentifier,
    load_der_x509_certificate,
)
from rfc3161_client import (
    PKIStatus,
    TimeStampResponse,
    VerificationError,
    Verifier,
    VerifierBuilder,
    decode_timestamp_response,
)

from kamizero.errors import AuthorityError


@dataclass(frozen=True, slots=True)
class Trust:
    """The certificates that stamps must lead to.

    Attributes:
        between: certificates of the authority that its replies may leave out.
        policy: the policy its stamps must name, as dotted numbers; None for any.
        is_proof: False for the demo, whose key lies on this machine.
    """

    roots: tuple[Certificate, ...]
    between: tuple[Certificate, ...] = ()
    policy: str | None = None
    is_proof: bool = True


@dataclass(frozen=True, slots=True)
class Token:
    """A stamp that was checked.

    Attributes:
        raw: the reply as it came, kept whatever is read out of it.
        at: when the authority says the bytes were there.
        ends_at: when the certificate that signed ends; a newer stamp must cover this
            one by then.
    """

    raw: bytes
    at: datetime
    serial: str
    policy: str
    signer: str
    ends_at: datetime


def checked(
    raw: bytes, data: bytes, *, trust: Trust, nonce: int | None = None
) -> Token:
    """Read a reply and hold it against the bytes, the question and the trust.

    Raises:
        AuthorityError: it is no stamp over these bytes by somebody trusted.
    """
    try:
        reply = decode_timestamp_response(raw)
        if PKIStatus(reply.status) is not PKIStatus.GRANTED:
            raise AuthorityError(
                f"The time-stamp authority refuses: {'; '.join(reply.status_string)}"
            )
        _verifier(trust, nonce).verify_message(reply, data)
        return _token(raw, reply)
    except (VerificationError, ValueError, TypeError) as error:
        raise AuthorityError(
            f"That is no time stamp over these bytes by who is trusted: {error}"
        ) from error


def digest_in(raw: bytes) -> str:
    """The SHA-256 that a reply says it is over, "" where it is none."""
    try:
        return decode_timestamp_response(raw).tst_info.message_imprint.message.hex()
    except ValueError:
        return ""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def certificates_in(raw: bytes) -> Sequence[Certificate]:
    """The certificates that came with a stamp, in no order."""
    found = decode_timestamp_response(raw).signed_data.certificates
    return [load_der_x509_certificate(one) for one in sorted(found)]


def _verifier(trust: Trust, nonce: int | None) -> Verifier:
    return VerifierBuilder(
        policy_id=ObjectIdentifier(trust.policy) if trust.policy else None,
        roots=list(trust.roots),
        intermediates=list(trust.between),
        nonce=nonce,
    ).build()


def _token(raw: bytes, reply: TimeStampResponse) -> Token:
    said = reply.tst_info
    signer = _signer(reply)
    return Token(
        raw=raw,
        at=said.gen_time.astimezone(UTC),
        serial=f"{said.serial_number:x}",
        policy=said.policy.dotted_string,
        signer=signer.subject.rfc4514_string(),
        ends_at=signer.not_valid_after_utc,
    )


def _signer(reply: TimeStampResponse) -> Certificate:
    (info,) = reply.signed_data.signer_infos
    for raw in reply.signed_data.certificates:
        found = load_der_x509_certificate(raw)
        if (found.issuer, found.serial_number) == (info.issuer, info.serial_number):
            return found
    raise ValueError("it does not carry its signer's certificate")
