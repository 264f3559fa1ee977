"""Lets devices in by name and password."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ingest.doors.reception import Sender
from storage import devices
from storage.database import Database

# A login by HTTP comes with each request; a removed device is out within this time.
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
            return sender
        device = devices.authenticate(
            self.database, name=name, password=password, now=self.clock()
        )
        sender = Sender(device.name, device.site, device.daily_bytes)
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[proof] = (self.monotonic() + REMEMBERED_SECONDS, sender)
        return sender

    def _proof(self, name: str, password: str) -> bytes:
        text = f"{name}\0{password}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, text, hashlib.sha256).digest()
