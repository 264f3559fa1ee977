"""Reads all fields of a form at once, so that the recogniser works in large batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from forms.definition import Field, FieldType, FormDefinition
from forms.grammar import canonical, my_number_is_valid
from forms.grammar.characters import DIGITS
from forms.grammar.check_digits import corporate_number_is_valid
from kamizero.model import Candidate, FieldState
from ocr.comb_field import CombAnswer, CombPiece, Rule, answer_of, choose, cut_comb
from ocr.confidence import HandQuality
from ocr.date_field import read_date
from ocr.engine import GreyImage, Posteriors, Recogniser
from ocr.free_field import Alphabets, FreePiece, cut_free, read_free
from ocr.ink import Ink
from ocr.marks import circlings, read_circles, read_marks
from ocr.outcome import Outcome
from ocr.symbol_field import SYMBOL_ALPHABET, cut_symbol, read_symbol

CHECK_DIGITS = {
    "my_number": Rule(
        "common.my_number_check_digit", "check_digit", my_number_is_valid, 0.1
    ),
    "corporate_number": Rule(
        "common.corporate_number_check_digit",
        "check_digit",
        corporate_number_is_valid,
        0.12,
    ),
}
"""Formats whose check digit ranks readings."""

_MARKS = (FieldType.CHOICE, FieldType.CHECK, FieldType.SEAL)
_NO_PAGE = Outcome(FieldState.UNREADABLE, certainty=0.0, doubts=("page missing",))
_BLANK_SURE = 0.9995

Piece = CombPiece | FreePiece


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """One field cut from its page, with the pictures to be read."""

    field: Field
    ink: Ink
    pieces: tuple[Piece, ...]

    @property
    def pictures(self) -> list[GreyImage]:
        return [picture for piece in self.pieces for picture in piece.pictures]


def read_fields(
    definition: FormDefinition, ink: Mapping[int, Ink], *, engine: Recogniser
) -> dict[str, Outcome]:
    """The outcome of each field, by name."""
    cuts = [
        _cut(field, ink[field.page]) for field in definition.fields if field.page in ink
    ]
    answers = engine.posteriors([picture for cut in cuts for picture in cut.pictures])
    read = _Reader(definition, engine.alphabet).read(cuts, answers)
    missing = {field.name: _NO_PAGE for field in definition.fields}
    return missing | read


def _cut(field: Field, ink: Ink) -> _Cut:
    if field.type in _MARKS:
        return _Cut(field, ink, ())
    if field.cells and field.format == "office_symbol":
        return _Cut(field, ink, cut_symbol(ink, field))
    if field.cells:
        return _Cut(field, ink, (cut_comb(ink, field, field.cells),))
    return _Cut(field, ink, (cut_free(ink, field),))


class _Reader:
    """What the answers of the recogniser mean for the fields of one form."""

    def __init__(self, definition: FormDefinition, classes: Sequence[str]) -> None:
        self._definition = definition
        self._alphabets = Alphabets(classes)

    def read(
        self, cuts: Sequence[_Cut], answers: Sequence[Posteriors]
    ) -> dict[str, Outcome]:
        by_field = dict(_shared_out(cuts, answers))
        combs = {
            cut.field.name: self._comb_answers(cut, by_field[cut.field.name])
            for cut in cuts
        }
        hand = HandQuality.of(
            [
                share
                for found in combs.values()
                for one in found
                if one is not None
                for share in one.certainties
            ]
        )
        return {
            cut.field.name: self._outcome(
                cut, by_field[cut.field.name], combs[cut.field.name], hand
            )
            for cut in cuts
        }

    def _comb_answers(
        self, cut: _Cut, answers: Sequence[Posteriors]
    ) -> list[CombAnswer | None]:
        """What stands in the comb boxes of a field; None where they are empty."""
        found: list[CombAnswer | None] = []
        start = 0
        for at, piece in enumerate(cut.pieces):
            if not isinstance(piece, CombPiece):
                continue
            end = start + len(piece.pictures)
            characters = SYMBOL_ALPHABET if at == 1 else DIGITS
            found.append(
                answer_of(piece, answers[start:end], self._alphabets.of(characters))
                if end > start
                else None
            )
            start = end
        return found

    def _outcome(
        self,
        cut: _Cut,
        answers: Sequence[Posteriors],
        combs: Sequence[CombAnswer | None],
        hand: HandQuality,
    ) -> Outcome:
        field = cut.field
        if field.type in _MARKS:
            return read_marks(cut.ink, field, self._definition)
        piece = cut.pieces[0]
        if isinstance(piece, FreePiece):
            return read_free(piece, answers, self._alphabets)
        if field.type is FieldType.DATE:
            return read_date(piece, combs[0], self._era(cut), hand)
        if len(combs) > 1:
            return _symbol(cut, combs, hand)
        return _digits(field, piece, combs[0], hand)

    def _era(self, cut: _Cut) -> Outcome:
        """The era circled, or the only one there is, which is printed."""
        choices = cut.field.choices
        if len(choices) == 1:
            printed = Candidate(choices[0].code, choices[0].code, 1.0)
            return Outcome(FieldState.READ, (printed,))
        return read_circles(circlings(cut.ink, cut.field, self._definition))


def _digits(
    field: Field, piece: CombPiece, answer: CombAnswer | None, hand: HandQuality
) -> Outcome:
    if answer is None:
        return _nothing(piece)
    outcome = choose(
        answer,
        hand=hand,
        spell=lambda text: (canonical(field.type, field.format, text), text),
        rule=CHECK_DIGITS.get(field.format or ""),
    )
    doubts = [*outcome.doubts]
    if piece.gaps:
        doubts.append("empty box between")
    if piece.faint:
        doubts.append("faint")
    return replace(outcome, doubts=tuple(doubts))


def _symbol(
    cut: _Cut, combs: Sequence[CombAnswer | None], hand: HandQuality
) -> Outcome:
    district, symbol = combs
    pieces = [piece for piece in cut.pieces if isinstance(piece, CombPiece)]
    if district is None and symbol is None:
        return _nothing(*pieces)
    if district is None or symbol is None:
        return Outcome(
            FieldState.UNREADABLE, certainty=0.5, doubts=("half of it is missing",)
        )
    outcome = read_symbol(district, symbol, pieces[1].glyphs, hand)
    faint = ["faint"] if any(piece.faint or piece.gaps for piece in pieces) else []
    return replace(outcome, doubts=(*outcome.doubts, *faint))


def _nothing(*pieces: CombPiece) -> Outcome:
    doubts = ("faint",) if any(piece.faint for piece in pieces) else ()
    return Outcome(FieldState.BLANK, certainty=_BLANK_SURE, doubts=doubts)


def _shared_out(
    cuts: Sequence[_Cut], answers: Sequence[Posteriors]
) -> Iterator[tuple[str, Sequence[Posteriors]]]:
    start = 0
    for cut in cuts:
        end = start + len(cut.pictures)
        yield cut.field.name, answers[start:end]
        start = end
