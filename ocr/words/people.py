"""Holds the kana of a person's name against its kanji."""

from collections.abc import Mapping
from dataclasses import replace

from forms.definition import FormDefinition
from ocr.outcome import Outcome
from ocr.words.free_field import GAP
from ocr.words.names import Part, names
from ocr.words.together import both_read, settle_pair, with_ground

RULE = "names.reading"
_GAP = "\u3000"
_UNREAD = "kana and kanji"
# Logarithm: how much likelier a listed reading of a part is than any other kana.
# People do write a wrong kana, and some names are read as no list knows.
_IS_READ_SO = 3.0


def with_people(
    definition: FormDefinition, outcomes: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """The outcomes with kana and kanji of each person ranked by each other."""
    found = dict(outcomes)
    for field in definition.fields:
        kanji_name = field.name
        kana_name = kanji_name.replace("name_kanji", "name_kana")
        if kanji_name == kana_name or kana_name not in found:
            continue
        kanji, kana = found[kanji_name], found[kana_name]
        if both_read(kanji, kana):
            found[kanji_name], found[kana_name] = _settled(kanji, kana)
    return found


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
