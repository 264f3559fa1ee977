"""Lets devices in by name and password, and asks again at each of their acts."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ingest.doors.senders import Sender
from storage import devices
from storage.database import Database
from storage.lockout import WrongLoginError
from storage.tables import Device

# A login by HTTP comes with each request, and proving a password takes long.
REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 1_000


@dataclass(slots=True)
class Doorkeeper:
    """May be asked by several threads; knows a right login again for a minute."""

    database: Database
    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[bytes, tuple[float, Sender]] = field(default_factory=dict)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, name: str, password: str) -> Sender:
        """The device of this name. Raises WrongLoginError."""
        proof = self._proof(name, password)
        with self._lock:
            until, sender = self._known.get(proof, (0.0, None))
        if sender is not None and self.monotonic() < until:
            return self.as_now(sender)
        device = devices.authenticate(
            self.database, name=name, password=password, now=self.clock()
        )
        sender = sender_of(device)
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[proof] = (self.monotonic() + REMEMBERED_SECONDS, sender)
        return sender

    def as_now(self, sender: Sender) -> Sender:
        """See Accounts."""
        device = devices.open_device(self.database, sender.name, now=self.clock())
        found = sender_of(device)
        if not hmac.compare_digest(found.login, sender.login):
            raise WrongLoginError(
                f"The password of {sender.name} was changed: set the new one in the "
                "device and let it log in again."
            )
        return found

    def _proof(self, name: str, password: str) -> bytes:
        text = f"{name}\0{password}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, text, hashlib.sha256).digest()


def sender_of(device: Device) -> Sender:
    """The device as its account is at this moment."""
    # The hash is salted: a password that was set again counts as another one.
    login = hashlib.sha256(device.password_hash.encode()).hexdigest()
    return Sender(device.name, device.site, device.daily_bytes, login)
