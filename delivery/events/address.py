"""Where events may go: nowhere inside, unless the settings name the place.

A receiver's name is resolved once, every address it has must be allowed, and the
connection goes to an address that was looked at: a name that answers otherwise the next
time leads nowhere else.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Self
from urllib.parse import SplitResult, urlsplit

from kamizero.errors import KamizeroError, SetupError, WrongCallError

# What leads inside although Python calls it global: addresses translated to IPv4, and
# those of a site as they were before RFC 4193.
_INSIDE = (
    ip_network("64:ff9b:1::/48"),
    ip_network("::/96"),
    ip_network("::ffff:0:0:0/96"),
    ip_network("fec0::/10"),
)

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


class PlaceForbiddenError(KamizeroError):
    """Events may not be sent there."""

    code = "place_forbidden"


class UnknownPlaceError(KamizeroError):
    """The receiver's name has no address now."""

    code = "place_unknown"
    retryable = True


@dataclass(frozen=True, slots=True)
class Place:
    """One receiver as it is connected to: by address, under its name."""

    url: SplitResult
    address: str
    port: int

    @property
    def host(self) -> str:
        return self.url.hostname or ""


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name. Raises UnknownPlaceError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnknownPlaceError(f"{host} has no address now ({error}).") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets events out to public addresses, and to what the settings name.

    Attributes:
        hosts, networks: what may be told although it is private, and without TLS.
    """

    hosts: frozenset[str] = frozenset()
    networks: tuple[str, ...] = ()
    resolve: Resolve = resolve

    @classmethod
    def read(cls, words: str) -> Self:
        """The gate of the setting: names and networks, commas between.

        Raises:
            SetupError: a network is none.
        """
        hosts, networks = set(), []
        for word in filter(None, (one.strip() for one in words.split(","))):
            if "/" not in word:
                hosts.add(word.lower())
                continue
            try:
                networks.append(str(ip_network(word)))
            except ValueError as error:
                raise SetupError(
                    f"KAMIZERO_EVENTS_ALLOW: {word} is no network ({error}). "
                    "Write 10.1.2.0/24, or the name of a host."
                ) from error
        return cls(frozenset(hosts), tuple(networks))

    def check(self, url: str) -> SplitResult:
        """The address of a subscription, as far as it can be judged unresolved.

        Raises:
            WrongCallError: it is none that can be told.
        """
        if not (url.isascii() and url.isprintable()) or " " in url:
            raise WrongCallError(
                "Write the address in plain ASCII: a host in other letters as xn--…, "
                "anything else in a path with %."
            )
        try:
            parts = urlsplit(url)
            port = parts.port
            # Says which names cannot be one: empty labels, or too long ones.
            (parts.hostname or "").encode("idna")
        except ValueError as error:
            raise WrongCallError(f"{url} is no address.") from error
        if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
            raise WrongCallError("Events are sent to an https address.")
        if parts.username is not None or parts.password is not None:
            raise WrongCallError("Leave name and password out of the address.")
        return parts

    def find(self, url: str) -> Place:
        """Where to connect to now.

        Raises:
            PlaceForbiddenError: one of its addresses is not allowed.
            UnknownPlaceError: it has none now.
        """
        parts = self.check(url)
        host = (parts.hostname or "").lower()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = self.resolve(host, port)
        allowed = [self._is_named(host, ip_address(one)) for one in found]
        if not found:
            raise UnknownPlaceError(f"{host} has no address now.")
        if parts.scheme == "http" and not all(allowed):
            raise PlaceForbiddenError(
                f"{host} is told without TLS only where KAMIZERO_EVENTS_ALLOW names it."
            )
        for one, is_named in zip(found, allowed, strict=True):
            if not (is_named or _is_public(ip_address(one))):
                raise PlaceForbiddenError(
                    f"{host} is a private address; name it in KAMIZERO_EVENTS_ALLOW if "
                    "it may be told."
                )
        return Place(parts, found[0], port)

    def _is_named(self, host: str, address: Address) -> bool:
        plain = _plain(address)
        return host in self.hosts or any(
            plain in ip_network(one) for one in self.networks
        )


def _is_public(address: Address) -> bool:
    plain = _plain(address)
    if any(plain in one for one in _INSIDE):
        return False
    return plain.is_global and not plain.is_multicast


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to, where it does."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in ip_network("64:ff9b::/96"):
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        return inner or address
    return address
