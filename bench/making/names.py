"""What made-up people and offices are called, and where they live."""

from pathlib import Path

import yaml

_LISTS = yaml.safe_load(
    Path(__file__).with_name("names.yaml").read_text(encoding="utf-8")
)

Parts = tuple[str, ...]
"""A name's writing and its reading; of a town, its postal code before them."""


def _parted(name: str) -> tuple[Parts, ...]:
    return tuple(tuple(one.split("/")) for one in _LISTS[name].split())


SURNAMES = _parted("surnames")
MEN = _parted("men")
WOMEN = _parted("women")
TOWNS = _parted("towns")
OFFICE_NAMES = _parted("office_names")
OFFICE_TRADES: Parts = tuple(_LISTS["office_trades"].split())
COMPANIES: Parts = tuple(_LISTS["companies"].split())
JOIN_REMARKS: Parts = tuple(_LISTS["join_remarks"])
LEAVE_REMARKS: Parts = tuple(_LISTS["leave_remarks"])
