"""Holds the kana of a person's name against its kanji."""

from collections.abc import Mapping
from dataclasses import replace

from forms.definition import FormDefinition
from kamizero.model import FieldState
from ocr.outcome import Outcome
from ocr.words.free_field import GAP
from ocr.words.look_alikes import like
from ocr.words.names import Names, Part, names
from ocr.words.together import both_read, settle_pair, with_ground

RULE = "names.reading"
_GAP = "\u3000"
_UNREAD, _LOOK_ALIKE = "kana and kanji", "look-alike"
_IN_KANJI = ("name_kanji", "owner_name")
# Logarithm: how much likelier a listed reading of a part is than any other kana.
# People do write a wrong kana, and some names are read as no list knows.
_IS_READ_SO = 3.0


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
        if any(_is_likelier(part, other, writing, reading) for other in like(writing)):
            return replace(kanji, doubts=(*kanji.doubts, _LOOK_ALIKE))
    return kanji


def _is_likelier(part: Part, other: str, writing: str, reading: str) -> bool:
    """Tell whether more people are called so; with a reading, of those read so."""
    known = names(part)
    if reading and not known.is_read(other, reading):
        return False
    return _commonness(known, other) > _commonness(known, writing)


def _commonness(known: Names, name: str) -> int:
    return (name in known.writings) + known.is_common(name)


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
    return tuple(
        names(part).is_read(writing, reading)
        for part, writing, reading in zip(Part, writings, readings, strict=True)
    )
