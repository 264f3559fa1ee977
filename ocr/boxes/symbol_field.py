"""Reads an office symbol: two digits, then up to four letters, digits or kana."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from forms.definition import Field, FieldType
from forms.grammar import canonical
from forms.grammar.characters import DIGITS, KATAKANA, LETTERS
from kamizero.model import Candidate, FieldState
from ocr.boxes.comb_field import CombAnswer, CombPiece, choose, cut_comb
from ocr.confidence import joined
from ocr.outcome import Outcome
from ocr.strokes.crops import Glyphs
from ocr.strokes.ink import Ink
from ocr.words.kana import settle_sizes
from ocr.words.sounds import likelihood

SYMBOL_ALPHABET = DIGITS + LETTERS + KATAKANA
_DISTRICT_CELLS = 2
# Kana and letters look alike (ロ 0, エ I): the kinds must differ by so much.
_LEAST_LEAD = 20.0


def cut_symbol(ink: Ink, field: Field) -> tuple[CombPiece, CombPiece]:
    """The district's cells, and those of the symbol itself."""
    cells = field.cells or ()
    return (
        cut_comb(ink, field, cells[:_DISTRICT_CELLS]),
        cut_comb(ink, field, cells[_DISTRICT_CELLS:]),
    )


def read_symbol(district: CombAnswer, symbol: CombAnswer, glyphs: Glyphs) -> Outcome:
    """Join district and symbol; a symbol is all kana, or all letters and digits."""
    head = choose(district, spell=_as_is, rule=None)
    kinds = [_only(symbol, KATAKANA), _only(symbol, DIGITS + LETTERS)]
    kinds.sort(key=lambda kind: -prod(_seen_shares(kind, symbol)))
    shares = [prod(_seen_shares(kind, symbol)) for kind in kinds]
    tails = [choose(kind, spell=_as_is, rule=None) for kind in kinds]
    sized, sure = _sized(tails[0], glyphs)
    candidates = [_joined(head.best, tail, sure) for tail in sized.candidates] + [
        _joined(other, sized.best, sure) for other in head.candidates[1:]
    ]
    lead = shares[0] / max(shares[1], 1e-12)
    other_kind = _joined(head.best, tails[1].best, 1 / (1 + lead))
    doubts = [] if lead >= _LEAST_LEAD else ["kana or letters"]
    if sure < 0.98:
        doubts.append("small kana")
    return Outcome(
        FieldState.READ,
        (*candidates, other_kind),
        grounds=tuple(set(head.grounds) & set(tails[0].grounds)),
        doubts=tuple(doubts),
    )


def _as_is(text: str) -> tuple[str, str]:
    return text, text


def _only(answer: CombAnswer, allowed: str) -> CombAnswer:
    """The answer as if no other characters existed."""
    kept = [n for n, char in enumerate(answer.characters) if char in allowed]
    line = answer.line[:, kept]
    line /= line.sum(axis=1, keepdims=True)
    characters = tuple(answer.characters[n] for n in kept)
    return CombAnswer(line, None, joined(line, None), characters)


def _seen_shares(kind: CombAnswer, whole: CombAnswer) -> list[float]:
    """The share, among all characters, of the likeliest of this kind in each cell."""
    numbers = [whole.characters.index(char) for char in kind.characters]
    return [float(row[numbers].max()) for row in whole.joined]


def _sized(tail: Outcome, glyphs: Glyphs) -> tuple[Outcome, float]:
    """Make kana small or large by their heights; only a whole line shows which."""
    heights = [float(cell.shape[0]) for cell in glyphs.cells if cell is not None]
    settled = [settle_sizes(one.text, heights) for one in tail.candidates]
    candidates = tuple(
        replace(one, value=sized.text, text=sized.text)
        for one, sized in zip(tail.candidates, settled, strict=True)
    )
    return replace(tail, candidates=_by_sound(candidates)), settled[0].sure


def _by_sound(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The same, ranked by how usual they sound too."""
    whole = sum(one.probability for one in candidates)
    sounds = [one.probability * likelihood(one.text) for one in candidates]
    factor = whole / (sum(sounds) or 1.0)
    weighed = [
        replace(one, probability=share * factor)
        for one, share in zip(candidates, sounds, strict=True)
    ]
    return tuple(sorted(weighed, key=lambda one: -one.probability))


def _joined(head: Candidate, tail: Candidate, sure: float) -> Candidate:
    text = f"{head.text}-{tail.text}"
    return Candidate(
        canonical(FieldType.TEXT, "office_symbol", text),
        text,
        head.probability * tail.probability * sure,
    )
