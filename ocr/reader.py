"""Reads all fields of a form at once, so that the recogniser works in large batches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from forms.definition import Field, FieldType, FormDefinition
from forms.grammar import canonical, is_valid, my_number_is_valid
from forms.grammar.characters import DIGITS
from forms.grammar.check_digits import corporate_number_is_valid
from kamizero.model import Candidate, FieldState
from ocr.boxes.cells import SeenCells, see_cells
from ocr.boxes.comb_field import (
    CombAnswer,
    CombPiece,
    Rule,
    Spelling,
    answer_of,
    choose,
)
from ocr.boxes.date_field import read_date
from ocr.boxes.digit_row import NO_NUMBER, PHONE, PHONE_RULE, DigitRow, ranked_as_phone
from ocr.boxes.one_hand import Digits, by_one_hand
from ocr.boxes.said_in_boxes import ditto_in_words
from ocr.boxes.settled import CHECK_DIGIT
from ocr.boxes.sums import with_sums
from ocr.boxes.symbol_field import SYMBOL_ALPHABET, read_symbol
from ocr.calibration import FREE_WRITING, Calibration, calibrated
from ocr.cuts import MARKS, Cut, cut_field
from ocr.engine import GreyImage, Posteriors, Recogniser
from ocr.outcome import Outcome
from ocr.strokes.corrected import corrected
from ocr.strokes.crossed_rows import with_crossed_rows
from ocr.strokes.diagonals import without_diagonals
from ocr.strokes.dittos import (
    DITTO_TEXTS,
    has_entry_above,
    may_be_ditto,
    with_dittos,
)
from ocr.strokes.ink import Ink
from ocr.strokes.marks import circlings, read_circles, read_marks
from ocr.words.addresses import with_addresses
from ocr.words.free_field import FreePiece, read_free
from ocr.words.free_words import read_words
from ocr.words.people import with_people
from ocr.words.word import WordReading, alphabets_of, both, second_look

FORMAT_RULES = {
    "my_number": Rule(
        "common.my_number_check_digit", CHECK_DIGIT, my_number_is_valid, 0.1
    ),
    "corporate_number": Rule(
        "common.corporate_number_check_digit",
        CHECK_DIGIT,
        corporate_number_is_valid,
        0.12,
    ),
    PHONE: PHONE_RULE,
    # Many misread ones fit these all the same: they speak for no reading that fits.
    **{
        format: Rule(
            f"common.{format}",
            "number",
            partial(is_valid, FieldType.DIGITS, format),
            1.0,
        )
        for format in ("month", "day", "days")
    },
}
"""Formats whose rule ranks readings."""

_NO_PAGE = Outcome(FieldState.UNREADABLE, certainty=0.0, doubts=("page missing",))
_BLANK_SURE = 0.9995
# What strokes say of a field without being read.
_SURE = {FieldState.STRUCK: 0.999, FieldState.DITTO: 0.9, FieldState.BLANK: 0.9}
# A word less sure than this is looked at again, blurred.
_LOOK_AGAIN = 0.9
_UNUSED_TEXTS = frozenset({"余白", "以下余白"})


def read_fields(
    definition: FormDefinition,
    ink: Mapping[int, Ink],
    *,
    engine: Recogniser,
    calibration: Calibration = FREE_WRITING,
) -> dict[str, Outcome]:
    """The outcome of each field, by name."""
    cuts, lines = [], {}
    for page, whole in ink.items():
        clean, crossings = without_diagonals(whole)
        lines[page] = crossings
        fields = (field for field in definition.fields if field.page == page)
        cuts += [cut_field(one, clean, crossings, whole=whole) for one in fields]
    reader = _Reader(definition, cuts, engine)
    missing = {field.name: _NO_PAGE for field in definition.fields}
    read = with_sums(definition, missing | reader.outcomes())
    read = with_addresses(definition, with_people(definition, read))
    read = calibrated(definition, read, calibration)
    return with_crossed_rows(definition, with_dittos(definition, read), lines)


class _Reader:
    """What the recogniser says of the fields of one form, and what that means."""

    def __init__(
        self, definition: FormDefinition, cuts: Sequence[Cut], engine: Recogniser
    ) -> None:
        self._definition = definition
        self._cuts = cuts
        self._engine = engine
        self._alphabets = alphabets_of(engine.alphabet)
        answers = _ask(engine, {cut.field.name: cut.pictures for cut in cuts})
        self._words = self._read_words(answers)
        alone = _read_alone(cuts)
        self._combs = _weighed(
            cuts,
            {
                cut.field.name: self._comb_answers(cut, answers[cut.field.name], alone)
                for cut in cuts
            },
        )
        self._ditto = ditto_in_words([cut for cut in cuts if self._is_odd(cut)], engine)

    def outcomes(self) -> dict[str, Outcome]:
        return {cut.field.name: self._outcome(cut) for cut in self._cuts}

    def _is_odd(self, cut: Cut) -> bool:
        """Tell whether boxes for digits below another entry hold something else."""
        answers = self._combs[cut.field.name]
        return has_entry_above(cut.field) and any(
            answer is not None and answer.no_digit for answer in answers
        )

    def _read_words(
        self, answers: Mapping[str, Sequence[Posteriors]]
    ) -> dict[str, list[WordReading]]:
        """Each free field's words; those that are not sure are looked at twice."""
        free = {cut.field.name: cut for cut in self._cuts if _is_free(cut)}
        first = {name: self._words_of(cut, answers[name]) for name, cut in free.items()}
        unsure = {name: free[name] for name, words in first.items() if _unsure(words)}
        again = _ask(
            self._engine,
            {
                name: [second_look(cut.field, picture) for picture in cut.pictures]
                for name, cut in unsure.items()
            },
        )
        for name, cut in unsure.items():
            second = self._words_of(cut, again[name])
            first[name] = [both(a, b) for a, b in zip(first[name], second, strict=True)]
        return first

    def _words_of(self, cut: Cut, answers: Sequence[Posteriors]) -> list[WordReading]:
        piece = cut.pieces[0]
        return (
            read_words(piece, answers, self._alphabets)
            if isinstance(piece, FreePiece)
            else []
        )

    def _comb_answers(
        self, cut: Cut, answers: Sequence[Posteriors], alone: Iterator[SeenCells]
    ) -> list[CombAnswer | None]:
        """What stands in the comb boxes of a field; None where they are empty."""
        lines = iter(answers)
        found: list[CombAnswer | None] = []
        for piece, digits in _combs(cut):
            if not piece.pictures:
                found.append(None)
                continue
            alphabet = self._alphabets.of(DIGITS if digits else SYMBOL_ALPHABET)
            cells = next(alone) if digits else None
            found.append(answer_of(piece, next(lines), alphabet, cells))
        return found

    def _outcome(self, cut: Cut) -> Outcome:
        if cut.state is not None:
            outcome = Outcome(cut.state, certainty=_SURE[cut.state])
        elif cut.field.name in self._ditto:
            outcome = Outcome(FieldState.DITTO, certainty=_SURE[FieldState.DITTO])
        else:
            outcome = self._read(cut)
            if cut.corrected:
                outcome = corrected(outcome)
        return replace(outcome, doubts=(*outcome.doubts, *cut.doubts))

    def _read(self, cut: Cut) -> Outcome:
        field = cut.field
        if field.type in MARKS:
            return read_marks(cut.ink, field, self._definition)
        combs = self._combs[field.name]
        piece = cut.pieces[0]
        if isinstance(piece, FreePiece):
            outcome = _plain(read_free(piece, self._words[field.name]), field)
            return ranked_as_phone(field, outcome) if field.format == PHONE else outcome
        if field.type is FieldType.DATE:
            return read_date(piece, combs[0], self._era(cut))
        if len(combs) > 1:
            return _symbol(cut, combs)
        return _digits(field, piece, combs[0])

    def _era(self, cut: Cut) -> Outcome:
        """The era circled, or the only one there is, which is printed."""
        choices = cut.field.choices
        if len(choices) == 1:
            printed = Candidate(choices[0].code, choices[0].code, 1.0)
            return Outcome(FieldState.READ, (printed,))
        return read_circles(circlings(cut.ink, cut.field, self._definition))


def _ask(
    engine: Recogniser, pictures: Mapping[str, Sequence[GreyImage]]
) -> dict[str, list[Posteriors]]:
    """The recogniser's answers by field, all pictures read in one call."""
    answers = iter(
        engine.posteriors([one for many in pictures.values() for one in many])
    )
    return {name: [next(answers) for _ in many] for name, many in pictures.items()}


def _combs(cut: Cut) -> Iterator[tuple[CombPiece, bool]]:
    """The comb pieces of a field, and which hold digits only."""
    for at, piece in enumerate(cut.pieces):
        if isinstance(piece, CombPiece):
            # An office symbol may hold kana and letters behind its district.
            yield piece, at == 0


def _weighed(
    cuts: Sequence[Cut], answers: Mapping[str, list[CombAnswer | None]]
) -> dict[str, list[CombAnswer | None]]:
    """The answers for boxes, their digits weighed by how this page's hand writes."""
    written = [
        (cut.field, piece, answer, answer.features)
        for cut in cuts
        for (piece, _), answer in zip(_combs(cut), answers[cut.field.name], strict=True)
        if answer is not None and answer.features is not None
    ]
    weighed = by_one_hand(
        [
            Digits.of(piece, answer, features, FORMAT_RULES.get(field.format or ""))
            for field, piece, answer, features in written
        ]
    )
    found = dict(answers)
    for (field, _, answer, _), shares in zip(written, weighed, strict=True):
        others = answers[field.name][1:]
        found[field.name] = [replace(answer, joined=shares), *others]
    return found


def _read_alone(cuts: Iterable[Cut]) -> Iterator[SeenCells]:
    """The cells of each written piece of digits in turn, all of them read at once."""
    pieces = [
        piece.views
        for cut in cuts
        for piece, digits in _combs(cut)
        if digits and piece.pictures
    ]
    seen = see_cells([view for views in pieces for view in views])
    return seen.parted([len(views) for views in pieces])


def _is_free(cut: Cut) -> bool:
    return bool(cut.pieces) and isinstance(cut.pieces[0], FreePiece)


def _unsure(words: Sequence[WordReading]) -> bool:
    return any(
        not word.lines or word.lines[0].probability < _LOOK_AGAIN for word in words
    )


def _plain(outcome: Outcome, field: Field) -> Outcome:
    """Text that says nothing of its own: "as above", "left blank"."""
    text = outcome.best.text
    if text in DITTO_TEXTS and field.entry:
        return replace(outcome, state=FieldState.DITTO)
    # Written large, it seems to have the gap of a name.
    if text.replace("\u3000", "") in _UNUSED_TEXTS:
        return Outcome(FieldState.BLANK, certainty=0.9, doubts=("left blank",))
    return outcome


def _digits(field: Field, piece: CombPiece, answer: CombAnswer | None) -> Outcome:
    if answer is None:
        return _nothing(piece)

    def spell(digits: str) -> Spelling:
        text = piece.spelt(digits) if isinstance(piece, DigitRow) else digits
        return canonical(field.type, field.format, text), text

    outcome = choose(answer, spell=spell, rule=FORMAT_RULES.get(field.format or ""))
    named = (
        (
            NO_NUMBER,
            isinstance(piece, DigitRow) and not piece.can_be(outcome.best.value),
        ),
        ("perhaps as above", may_be_ditto(field, outcome.best.text)),
    )
    doubts = (name for name, holds in named if holds)
    return replace(outcome, doubts=(*outcome.doubts, *piece.doubts, *doubts))


def _symbol(cut: Cut, combs: Sequence[CombAnswer | None]) -> Outcome:
    district, symbol = combs
    pieces = [piece for piece in cut.pieces if isinstance(piece, CombPiece)]
    if district is None and symbol is None:
        return _nothing(*pieces)
    if district is None or symbol is None:
        return Outcome(
            FieldState.UNREADABLE, certainty=0.5, doubts=("half of it is missing",)
        )
    outcome = read_symbol(district, symbol, pieces[1].glyphs)
    doubts = [doubt for piece in pieces for doubt in piece.doubts]
    return replace(outcome, doubts=(*outcome.doubts, *doubts))


def _nothing(*pieces: CombPiece) -> Outcome:
    doubts = ("faint",) if any(piece.faint for piece in pieces) else ()
    return Outcome(FieldState.BLANK, certainty=_BLANK_SURE, doubts=doubts)
