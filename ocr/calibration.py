"""From what the recogniser says of free writing to how probably a field is right.

The constants are fitted by `bench/calibration/free_writing.py` on made-up scans whose
seeds are used for nothing else, among them names and places that no list holds.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from forms.definition import Field, FieldType, FormDefinition
from kamizero.model import FieldState
from ocr.outcome import Outcome

_LEAST, _MOST = 1e-4, 1 - 1e-6
_LEAST_STROKES, _MOST_LEAD = 1e-5, 8.0
_READINGS = frozenset({"kana", "kanji"})
_GAP = "\u3000"


class Evidence(NamedTuple):
    """What speaks for the first candidate of a field.

    Attributes:
        sureness: the logarithm of its odds, as read.
        reading: kana and kanji say the same.
        code: the postal code belongs to the place.
        chosen: it came first for these reasons only.
        strokes: how much likelier the strokes make it than any other way to read
            them, as a logarithm. A list knows what should be written there; only
            the strokes know what is.
    """

    sureness: float
    reading: bool
    code: bool
    chosen: bool
    strokes: float


class Weights(NamedTuple):
    """What each piece of evidence adds to the logarithm of the odds."""

    constant: float
    sureness: float
    reading: float
    code: float
    chosen: float
    strokes: float


Calibration = Mapping[str, Weights]
"""The weights of each kind of free writing."""

# Whatever a list makes of a reading, nobody is spared looking at it unless the strokes
# speak for it by so much (a logarithm): less where kana and kanji say the same.
_LEAST_LEAD, _LONE_LEAD = 1.0, 3.5

UNCALIBRATED: Calibration = MappingProxyType({})

FREE_WRITING: Calibration = MappingProxyType(
    {
        "address_kana": Weights(-0.89, 0.25, 1.19, 0.71, 1.12, 0.2),
        "address_kanji": Weights(1.03, 0.55, 0.14, 1.02, 0.26, 0.16),
        "name_kana": Weights(-0.13, 0.91, -0.19, 0.0, 0.68, -0.0),
        "name_kanji": Weights(0.4, 0.98, 0.4, 0.0, 0.2, 0.17),
        "text": Weights(0.16, -0.1, 0.0, 0.0, 0.0, 1.18),
    }
)
_KINDS = {
    "name_kana": "name_kana",
    "name_kanji": "name_kanji",
    "owner_name": "name_kanji",
    "address_kana": "address_kana",
}


def kind_of(field: Field) -> str | None:
    """Which weights a field takes; None where it is no free writing."""
    if field.cells is not None:
        return None
    for item, kind in _KINDS.items():
        if field.holds(item):
            return kind
    if field.type is FieldType.ADDRESS:
        return "address_kanji"
    plain = field.type is FieldType.TEXT and field.format is None
    return "text" if plain else None


def evidence_of(outcome: Outcome) -> Evidence:
    """What speaks for a reading that has not been calibrated."""
    probability = min(max(outcome.confidence, _LEAST), _MOST)
    return Evidence(
        sureness=math.log(probability / (1 - probability)),
        reading=not _READINGS.isdisjoint(outcome.grounds),
        code="postal code" in outcome.grounds,
        chosen=outcome.chosen_by is not None,
        strokes=_lead_of_strokes(outcome),
    )


def _lead_of_strokes(outcome: Outcome) -> float:
    # Where the parts of a name are is no matter of strokes, if kana and kanji agree.
    agreed = not _READINGS.isdisjoint(outcome.grounds)
    shares: dict[str, float] = {}
    for value, share in outcome.strokes.items():
        text = value.replace(_GAP, "") if agreed else value
        shares[text] = shares.get(text, 0.0) + share
    best = outcome.best.value
    own = shares.pop(best.replace(_GAP, "") if agreed else best, 0.0)
    other = max(shares.values(), default=0.0)
    lead = math.log((own + _LEAST_STROKES) / (other + _LEAST_STROKES))
    return min(max(lead, -_MOST_LEAD), _MOST_LEAD)


def probability(evidence: Evidence, weights: Weights) -> float:
    """How probably a reading with this evidence is right."""
    odds = weights.constant + sum(
        weight * value for weight, value in zip(weights[1:], evidence, strict=True)
    )
    return 1 / (1 + math.exp(-odds))


def calibrated(
    definition: FormDefinition,
    outcomes: Mapping[str, Outcome],
    calibration: Calibration,
) -> dict[str, Outcome]:
    """The outcomes with honest probabilities for what is written freely."""
    found = dict(outcomes)
    for field in definition.fields:
        weights = calibration.get(kind_of(field) or "")
        outcome = found[field.name]
        if weights and outcome.state is FieldState.READ and outcome.candidates:
            found[field.name] = _weighed(outcome, weights)
    return found


def _weighed(outcome: Outcome, weights: Weights) -> Outcome:
    """The first candidate's probability calibrated, the others sharing the rest."""
    evidence = evidence_of(outcome)
    sure = probability(evidence, weights)
    unclear = evidence.strokes < (_LEAST_LEAD if evidence.reading else _LONE_LEAD)
    best, *others = outcome.candidates
    rest = sum(one.probability for one in others)
    factor = min((1 - sure) / rest, 1.0) if rest else 0.0
    return replace(
        outcome,
        candidates=(
            replace(best, probability=sure),
            *(replace(one, probability=one.probability * factor) for one in others),
        ),
        doubts=(*outcome.doubts, "strokes") if unclear else outcome.doubts,
    )
