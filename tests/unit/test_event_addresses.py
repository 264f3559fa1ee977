"""Where events may be sent: nowhere inside, unless the settings name it."""

from collections.abc import Sequence

import pytest

from delivery.events.address import (
    Gate,
    PlaceForbiddenError,
    UnknownPlaceError,
)
from kamizero.errors import SetupError, WrongCallError

PUBLIC = "93.184.215.14"
URL = "https://robots.example/in"


def gate(*addresses: str, allow: str = "") -> Gate:
    def resolve(host: str, port: int) -> Sequence[str]:
        assert (host, port) == ("robots.example", 443)
        return addresses

    named = Gate.read(allow)
    return Gate(named.hosts, named.networks, resolve)


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "64:ff9b:1::7f00:1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "fec0::1",
    ],
)
def test_a_name_that_leads_inside_is_not_told(inside: str) -> None:
    with pytest.raises(PlaceForbiddenError):
        gate(inside).find(URL)
    with pytest.raises(PlaceForbiddenError):
        gate(PUBLIC, inside).find(URL)


def test_a_public_name_is_told_at_the_address_that_was_looked_at() -> None:
    place = gate(PUBLIC, "93.184.215.15").find(URL)

    assert (place.address, place.port, place.host) == (PUBLIC, 443, "robots.example")


@pytest.mark.parametrize("allow", ["robots.example", "10.1.0.0/16, other.example"])
def test_what_the_settings_name_is_told_although_it_is_inside(allow: str) -> None:
    assert gate("10.1.2.3", allow=allow).find(URL).address == "10.1.2.3"


def test_nothing_is_told_without_tls_but_what_the_settings_name() -> None:
    def resolve(_host: str, _port: int) -> Sequence[str]:
        return [PUBLIC]

    with pytest.raises(PlaceForbiddenError, match="without TLS"):
        Gate(resolve=resolve).find("http://robots.example/in")
    named = Gate(hosts=frozenset({"robots.example"}), resolve=resolve)
    assert named.find("http://robots.example/in").port == 80


def test_a_name_without_an_address_is_tried_again_later() -> None:
    with pytest.raises(UnknownPlaceError):
        gate().find(URL)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://robots.example/",
        "file:///etc/passwd",
        "https://",
        "https://name:word@robots.example/",
        "https://robots.example:0/",
        "https://robots.example:99999/",
        "robots.example",
        "https://a..b/",
        f"https://{'a' * 64}.example/",
        "https://受付.例.jp/",
        "https://robots.example/in\x01",
        "https://robots.example/in\x7f",
        "https://robots.example/in box",
    ],
)
def test_what_is_no_address_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(WrongCallError):
        Gate().check(url)


def test_a_network_that_is_none_is_told_as_a_setting() -> None:
    with pytest.raises(SetupError, match=r"10\.1\.2\.3/99"):
        Gate.read("10.1.2.3/99")
