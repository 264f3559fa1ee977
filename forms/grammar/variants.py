"""Variant kanji (異体字) of names, and what of a name a CSV can carry."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from forms.grammar.characters import outside_jis_x_0208

# Compatibility ideographs that Japanese sets have: old forms under a code of their own.
_COPIES = (
    *"\uf91d\uf928\uf929\uf936\uf970\uf9d0\uf9dc",
    *map(chr, range(0xFA0E, 0xFA2E)),
    *map(chr, range(0xFA30, 0xFA6B)),
)
_COMPATIBILITY = re.compile("[\uf900-\ufaff]")


class Carried(NamedTuple):
    """A text as it goes out in a CSV of JIS X 0208.

    Attributes:
        text: with the usual form in place of what the set lacks; a character that
            has no other form is left out.
        lost: the characters that are not in it, in order.
    """

    text: str
    lost: str


@cache
def variant_groups() -> Sequence[str]:
    """The kanji that are forms of each other, the usual one first."""
    text = (files("forms.grammar") / "variants.yaml").read_text(encoding="utf-8")
    return tuple(_with_copies(yaml.safe_load(text)["groups"].split()))


def variants_of(char: str) -> str:
    """The other forms this kanji is written in, "" where none is known."""
    return _group_of().get(char, "").replace(char, "")


def usual(text: str) -> str:
    """Each kanji in its usual form; for comparing only, never to be kept."""
    plain = text.translate(_usual())
    return _COMPATIBILITY.sub(lambda m: unicodedata.normalize("NFKC", m[0]), plain)


def carried(text: str) -> Carried:
    """What of a text a CSV can carry, and what it cannot."""
    lost = outside_jis_x_0208(text)
    replaced = "".join(usual(char) if char in lost else char for char in text)
    unknown = set(outside_jis_x_0208(replaced))
    return Carried("".join(c for c in replaced if c not in unknown), lost)


def _with_copies(known: Sequence[str]) -> Sequence[str]:
    found = {group[0]: group for group in known}
    first = {char: group[0] for group in known for char in group}
    for copy in _COPIES:
        kanji = unicodedata.normalize("NFKC", copy)
        if kanji == copy or outside_jis_x_0208(kanji):
            continue
        head = first.get(kanji, kanji)
        group = found.get(head, head)
        if copy not in group:
            found[head] = group + copy
    return list(found.values())


@cache
def _group_of() -> Mapping[str, str]:
    return {char: group for group in variant_groups() for char in group}


@cache
def _usual() -> Mapping[int, str]:
    return str.maketrans(
        {char: group[0] for group in variant_groups() for char in group[1:]}
    )
