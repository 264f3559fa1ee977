"""What the scripts need for typing Japanese: romaji, and the forms of kanji."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from forms.grammar import variant_groups

_VOWELS = "aiueo"


@cache
def aids() -> Mapping[str, Any]:
    """Syllables by their letters, signs between them, and kanji of one meaning."""
    text = (files("web") / "data" / "romaji.yaml").read_text(encoding="utf-8")
    known = yaml.safe_load(text)
    return {
        "syllables": {**_syllables(known["rows"]), **known["single"]},
        "signs": known["signs"],
        "nasal": known["nasal"],
        "doubled": known["doubled"],
        "variants": list(variant_groups()),
    }


def _syllables(rows: Mapping[str, str]) -> Mapping[str, str]:
    return {
        consonants + vowel: kana
        for consonants, row in rows.items()
        for vowel, kana in zip(_VOWELS, row.split(" "), strict=True)
        if kana != "."
    }
