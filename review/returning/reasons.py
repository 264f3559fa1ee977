"""The reasons a filing may be returned for, by code; the data stands beside."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from kamizero.model import LocalText


@cache
def reasons() -> Mapping[str, LocalText]:
    """Code -> its sentence, in the order they are offered."""
    text = (files("review.returning") / "reasons.yaml").read_text(encoding="utf-8")
    return {
        one["code"]: LocalText(ja=one["ja"], en=one["en"])
        for one in yaml.safe_load(text)
    }
