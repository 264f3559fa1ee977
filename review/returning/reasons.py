"""The reasons a filing may be returned for, by code; the data stands beside."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kamizero.model import LocalText


@cache
def _rows() -> Sequence[Mapping[str, Any]]:
    text = (files("review.returning") / "reasons.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text))


def reasons_of(rules: Collection[str]) -> frozenset[str]:
    """The reasons that what the rules said gives, for people to take or leave."""
    return frozenset(
        one["code"] for one in _rows() if set(rules).intersection(one.get("rules", ()))
    )


def reasons() -> Mapping[str, LocalText]:
    """Code -> its sentence, in the order they are offered."""
    return {one["code"]: LocalText(ja=one["ja"], en=one["en"]) for one in _rows()}
