"""Holds the kana of a person's name against its kanji."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from forms.definition import FormDefinition
from forms.grammar.characters import katakana
from kamizero.model import FieldState
from ocr.outcome import Outcome
from ocr.words.free_field import GAP
from ocr.words.look_alikes import a_stroke_apart, like
from ocr.words.name_kanji import frequency
from ocr.words.names import Part, names
from ocr.words.together import both_read, settle_pair, with_ground

RULE = "names.reading"
_GAP = "\u3000"
_UNREAD, _LOOK_ALIKE = "kana and kanji", "look-alike"
_IN_KANJI = ("name_kanji", "owner_name")
# Logarithm: how much likelier a listed reading of a part is than any other kana.
# People do write a wrong kana, and some names are read as no list knows.
_IS_READ_SO = 3.0
# And so much likelier a name must be that looks like the one read to leave a doubt. Of
# 1,236 names on 200 made pages 54 were read wrongly, half of them with such a one.
_NEAR_LIKELIER, _LIKELIER = 1.0, 2.75


def with_people(
    definition: FormDefinition, outcomes: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """The outcomes with kana and kanji of each person ranked by each other."""
    found = dict(outcomes)
    for field in definition.fields:
        if not any(field.holds(item) for item in _IN_KANJI):
            continue
        kanji_name = field.name
        kana_name = kanji_name.replace("name_kanji", "name_kana")
        kana = found.get(kana_name) if kana_name != kanji_name else None
        if kana is not None and both_read(found[kanji_name], kana):
            settled = _settled(found[kanji_name], kana)
            found[kanji_name], found[kana_name] = settled
        found[kanji_name] = _told_apart(found[kanji_name], kana and found[kana_name])
    return found


def _told_apart(kanji: Outcome, kana: Outcome | None) -> Outcome:
    """The name, doubted where one that looks like it would be the likelier one."""
    if kanji.state is not FieldState.READ or not kanji.candidates:
        return kanji
    parts = kanji.best.value.split(_GAP)
    if len(parts) != len(Part):
        return kanji
    readings = [""] * len(parts)
    if kana is not None and "kana" in kanji.grounds:
        readings = kana.best.value.split(_GAP)
    for part, writing, reading in zip(Part, parts, readings, strict=True):
        if any(_likelier(part, writing, reading)):
            return replace(kanji, doubts=(*kanji.doubts, _LOOK_ALIKE))
    return kanji


def _likelier(part: Part, writing: str, reading: str) -> Iterator[str]:
    """The names that look like one and far more people have; with a reading, so read.

    What a stroke tells apart need not be as much likelier.
    """
    usual = _commonness(part, writing)
    near = ((other, _NEAR_LIKELIER) for other in a_stroke_apart(writing))
    coarse = ((other, _LIKELIER) for other in like(writing))
    for other, least in (*near, *coarse):
        if reading and not names(part).is_read(other, reading):
            continue
        if _commonness(part, other) > usual + least:
            yield other


def _commonness(part: Part, name: str) -> float:
    """How many people are called so beside names of as many kanji, as a logarithm."""
    known = names(part)
    listed = (name in known.writings) + known.is_common(name)
    kanji = (frequency(part, name, at) for at in range(len(name)))
    return listed + sum(map(math.log, kanji))


def _settled(kanji: Outcome, kana: Outcome) -> tuple[Outcome, Outcome]:
    pair = settle_pair(kanji, kana, agreement=_agreement, rule=RULE)
    if all(_are_read(pair[0].best.value, pair[1].best.value)):
        return (
            _parted(with_ground(pair[0], "kana")),
            _parted(with_ground(pair[1], "kanji")),
        )
    # One of them may be misread so that it looks well: nothing else would show it.
    kanji, kana = (replace(one, doubts=(*one.doubts, _UNREAD)) for one in pair)
    return kanji, kana


def _parted(name: Outcome) -> Outcome:
    """The same without a doubt about its gap: each part is read as the other's is."""
    doubts = tuple(doubt for doubt in name.doubts if doubt != GAP)
    return name if name.chosen_by is not None else replace(name, doubts=doubts)


def _agreement(kanji: str, kana: str) -> float:
    return _IS_READ_SO * sum(_are_read(kanji, kana))


def _are_read(kanji: str, kana: str) -> tuple[bool, ...]:
    """Whether each part is a listed reading of the kanji; none where parts differ."""
    writings, readings = kanji.split(_GAP), kana.split(_GAP)
    if len(writings) != len(Part) or len(readings) != len(Part):
        return (False,)
    return tuple(map(_is_read, Part, writings, readings))


def _is_read(part: Part, writing: str, reading: str) -> bool:
    """Tell whether a name is listed as read so, or hiragana that say the same.

    Twice the same katakana by one hand are misread alike, ン as ソ: they speak for each
    other only where the list knows the name.
    """
    known = names(part)
    if writing == reading:
        return known.knows(reading)
    return known.is_read(writing, reading) or katakana(writing) == reading
