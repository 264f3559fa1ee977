"""What a receiver is sent: a CloudEvent, signed as Standard Webhooks says."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kamizero.errors import WrongCallError
from storage.tables import AuditEvent

MEDIA_TYPE = "application/cloudevents+json"
SOURCE = "/kamizero"
_PREFIX = "whsec_"
# Standard Webhooks asks for 24 to 64 bytes.
_SECRET_BYTES = 32


def cloud_event(event: AuditEvent) -> dict[str, Any]:
    """An event as CloudEvents 1.0: ids and codes, nothing that stands on a paper."""
    return {
        "specversion": "1.0",
        "id": str(event.id),
        "source": SOURCE,
        "type": type_of(event.act),
        "subject": f"{event.subject_kind}/{event.subject_id}",
        "time": event.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": event.body,
    }


def type_of(act: str) -> str:
    return f"kamizero.{act}"


def new_secret() -> str:
    """A secret as receivers' libraries read it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def demand_secret(secret: str) -> None:
    """Raises WrongCallError."""
    try:
        size = len(base64.b64decode(secret.removeprefix(_PREFIX), validate=True))
    except ValueError:
        size = 0
    if not secret.startswith(_PREFIX) or not 24 <= size <= 64:
        raise WrongCallError("A secret is whsec_ and 24 to 64 bytes in base64.")


def body_of_event(event: AuditEvent) -> bytes:
    return json.dumps(
        cloud_event(event), ensure_ascii=False, separators=(",", ":")
    ).encode()


def headers_of(
    body: bytes, *, name: str, now: datetime, secrets: Sequence[str]
) -> Mapping[str, str]:
    """The headers of one attempt; signed with every secret that is good now.

    Args:
        name: the same at every attempt, so that the receiver knows it again.
    """
    stamp = str(int(now.timestamp()))
    signed = f"{name}.{stamp}.".encode() + body
    return {
        "Content-Type": MEDIA_TYPE,
        "User-Agent": "kamizero",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(signed, one) for one in secrets),
    }


def _signature(signed: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
