"""Addresses: places that exist, their kana, their postal codes, and the rest."""

from dataclasses import replace

import numpy as np
import pytest

from forms.library import Library
from kamizero.model import Candidate, FieldState
from ocr.calibration import Evidence, Weights, calibrated, evidence_of, probability
from ocr.outcome import Outcome
from ocr.words.address_line import address_lines
from ocr.words.address_tail import spoken, usualness, with_listed_buildings
from ocr.words.addresses import with_addresses
from ocr.words.alphabets import Steps
from ocr.words.close_digits import stand_close
from ocr.words.ctc import Glyph
from ocr.words.free_field import FreePiece
from ocr.words.free_words import read_words
from ocr.words.kana import Seen
from ocr.words.places import Script, places, towns_of
from ocr.words.word import alphabets_of

_UNSEEN = Seen("", ())


def _steps(
    text: str, doubtful: dict[int, dict[str, float]]
) -> tuple[Steps, tuple[str, ...]]:
    """One step a character and a blank after each; some places are seen doubtfully."""
    seen = [doubtful.get(at, {char: 0.98}) for at, char in enumerate(text)]
    characters = ("", *sorted({char for glyph in seen for char in glyph}))
    rows = []
    for glyph in seen:
        rows.append([0.0] + [glyph.get(char, 0.0) for char in characters[1:]])
        rows.append([1.0] + [0.0] * (len(characters) - 1))
    return np.array(rows), characters


def _read(value: str, share: float, *others: tuple[str, float]) -> Outcome:
    found = [(value, share), *others]
    return Outcome(
        FieldState.READ,
        tuple(Candidate(text, text, one) for text, one in found),
        grounds=("line",),
        strokes=dict(found),
    )


def _settled(**read: Outcome) -> dict[str, Outcome]:
    definition = Library.shipped().get("2200@2020-12")
    outcomes = {field.name: Outcome(FieldState.BLANK) for field in definition.fields}
    outcomes |= {f"insured.1.{item}": one for item, one in read.items()}
    found = with_addresses(definition, outcomes)
    return {item: found[f"insured.1.{item}"] for item in read}


_KAMATA = "東京都大田区蒲田"
_KAMATA_KANA = "トウキョウトオオタクカマタ"


def test_a_postal_code_belongs_to_its_town() -> None:
    (city,) = places().named(Script.KANJI, "東京都大田区")

    towns = [
        place.town.kanji for place in towns_of(city) if place.postal_code == "1440052"
    ]

    assert towns == ["蒲田"]


def test_the_longest_town_that_fits_comes_first() -> None:
    found = places().at_the_beginning(Script.KANJI, f"{_KAMATA}本町1-2-3")

    place, tail = next(found)

    assert (place.town.kanji, tail) == ("蒲田本町", "1-2-3")


@pytest.mark.parametrize("written", ["大田区蒲田1-2", "東京都大田区蒲田1-2"])
def test_an_address_may_leave_the_prefecture_out(written: str) -> None:
    place, tail = next(places().at_the_beginning(Script.KANJI, written))

    assert (place.postal_code, tail) == ("1440052", "1-2")


def test_a_place_that_exists_wins_a_near_tie() -> None:
    steps, characters = _steps(f"{_KAMATA}3-4", {4: {"田": 0.4, "由": 0.5}})

    best = address_lines(Script.KANJI, steps, characters, _UNSEEN)[0]

    assert best.text == f"{_KAMATA}3-4"
    assert best.by_strokes < 0.5


def test_a_place_that_does_not_exist_but_is_plainly_written_stays() -> None:
    steps, characters = _steps("東京都大由区蒲田3-4", {4: {"由": 0.98, "田": 1e-4}})

    best = address_lines(Script.KANJI, steps, characters, _UNSEEN)[0]

    assert best.text == "東京都大由区蒲田3-4"


def test_kana_of_a_listed_place_get_its_small_ones() -> None:
    steps, characters = _steps("トウキヨウトオオタクカマタ3-4", {})

    best = address_lines(Script.KANA, steps, characters, _UNSEEN)[0]

    assert best.text == f"{_KAMATA_KANA}3-4"


@pytest.mark.parametrize(
    ("usual", "unusual"),
    [
        ("3-4-5", "3-4.5"),
        ("3-14-5", "314-5"),
        ("2丁目3番4号", "2丁自3番4号"),
        ("2チョウメ3バン4ゴウ", "2チョウメ3パン4ゴウ"),
        ("40番地", "40書地"),
        ("1-2緑ビル305", "1-2緑ピル305"),
    ],
)
def test_a_usual_tail_is_likelier(usual: str, unusual: str) -> None:
    assert usualness(usual) > usualness(unusual)


def test_a_tail_is_said_as_its_kana_are_written() -> None:
    assert spoken("3丁目2番10号") == "3チョウメ2バン10ゴウ"


def test_kana_of_building_words_are_sized_as_usual() -> None:
    assert with_listed_buildings("サンマンシヨン") == "サンマンション"
    assert with_listed_buildings("緑ハイッ201") == "緑ハイツ201"


def test_kanji_and_kana_that_agree_speak_for_each_other() -> None:
    found = _settled(
        address_kanji=_read(f"{_KAMATA}3-4", 0.8, (f"{_KAMATA}34", 0.15)),
        address_kana=_read(f"{_KAMATA_KANA}3-4", 0.9),
    )

    assert found["address_kanji"].grounds == ("line", "kana")
    assert found["address_kanji"].confidence > 0.9


def test_that_both_name_one_place_says_nothing_of_the_house_number() -> None:
    found = _settled(
        address_kanji=_read(f"{_KAMATA}3-4", 0.6),
        address_kana=_read(f"{_KAMATA_KANA}3-9", 0.6),
    )

    assert found["address_kanji"].grounds == ("line",)
    assert found["address_kanji"].confidence == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize(
    ("tail", "doubted"),
    [
        ("84", True),
        ("北413", True),
        ("2-56", True),
        ("25-6", True),
        ("2丁目18-3", True),
        ("8-4", False),
        ("2-5-6", False),
        ("84番地", False),
        ("2丁目18番3号", False),
    ],
)
def test_several_digits_may_lack_their_hyphen(tail: str, doubted: bool) -> None:
    found = _settled(address_kanji=_read(f"{_KAMATA}{tail}", 0.99))

    assert ("one number" in found["address_kanji"].doubts) is doubted


@pytest.mark.parametrize(
    ("tail", "doubted"),
    [("1-188", True), ("621", True), ("1-18-8", False), ("6-21", False)],
)
def test_digits_that_stand_close_have_no_hyphen_between_them(
    tail: str, doubted: bool
) -> None:
    read = _read(f"{_KAMATA}{tail}", 0.99)

    found = _settled(address_kanji=replace(read, close_digits=True))

    assert ("one number" in found["address_kanji"].doubts) is doubted


def test_where_the_digits_of_another_reading_stand_says_nothing() -> None:
    read = _read(f"{_KAMATA}34", 0.99)

    found = _settled(
        address_kanji=replace(read, close_digits=True, chosen_by="addresses.kana")
    )

    assert "one number" in found["address_kanji"].doubts


def test_kana_by_the_same_hand_lose_the_same_hyphen() -> None:
    found = _settled(
        address_kanji=_read(f"{_KAMATA}34", 0.99),
        address_kana=_read(f"{_KAMATA_KANA}34", 0.99),
    )

    assert "kana" in found["address_kanji"].grounds
    for address in ("address_kanji", "address_kana"):
        assert "one number" in found[address].doubts


def _glyphs(text: str, *steps: int) -> list[Glyph]:
    return [Glyph(char, at, at, 0.99) for char, at in zip(text, steps, strict=True)]


@pytest.mark.parametrize(
    ("glyphs", "close"),
    [
        (_glyphs("町34", 10, 15, 17), True),
        (_glyphs("町34", 10, 15, 18), False),
        (_glyphs("町3-4", 10, 15, 18, 21), True),
        (_glyphs("町2-16-12", 10, 15, 18, 21, 23, 26, 29, 33), False),
    ],
)
def test_a_hyphen_fits_between_digits_that_stand_apart(
    glyphs: list[Glyph], close: bool
) -> None:
    assert stand_close(glyphs) is close


def test_a_postal_code_and_an_address_speak_for_each_other() -> None:
    found = _settled(
        address_kanji=_read(f"{_KAMATA}3-4", 0.9), postal_code=_read("1440052", 0.95)
    )

    assert "postal code" in found["address_kanji"].grounds
    assert "address" in found["postal_code"].grounds


def test_a_wrong_postal_code_that_is_plainly_written_stays() -> None:
    found = _settled(
        address_kanji=_read(f"{_KAMATA}3-4", 0.99),
        postal_code=_read("1440053", 0.999, ("1440052", 0.0005)),
    )

    assert found["postal_code"].best.value == "1440053"
    assert found["postal_code"].grounds == ("line",)


def test_a_code_that_comes_first_for_the_address_only_says_so() -> None:
    found = _settled(
        address_kanji=_read(f"{_KAMATA}3-4", 0.99),
        postal_code=_read("1440053", 0.5, ("1440052", 0.45)),
    )

    assert found["postal_code"].best.value == "1440052"
    assert found["postal_code"].chosen_by == "addresses.postal_code"
    assert "address" not in found["postal_code"].grounds


def test_an_empty_address_has_no_words() -> None:
    field = Library.shipped().get("2200@2020-12").field("insured.1.address_kanji")

    assert read_words(FreePiece(field, (), False), [], alphabets_of(("", "東"))) == []


_WEIGHTS = Weights(-1.0, 0.5, 2.0, 1.0, -2.0, 0.7)


@pytest.mark.parametrize(("grounds", "lead"), [(("line", "kanji"), 8.0), ((), 0.0)])
def test_where_kana_and_kanji_agree_the_gap_is_no_matter_of_strokes(
    grounds: tuple[str, ...], lead: float
) -> None:
    name = replace(
        _read("サノ\u3000エリ", 0.99),
        grounds=grounds,
        strokes={"サノ\u3000エリ": 0.5, "サノエ\u3000リ": 0.5},
    )

    assert evidence_of(name).strokes == pytest.approx(lead, abs=0.001)


def test_what_the_strokes_speak_against_is_less_probable() -> None:
    borne_out = Outcome(
        FieldState.READ, _read("ア", 0.99).candidates, strokes={"ア": 0.9, "イ": 0.01}
    )
    against = Outcome(
        FieldState.READ, _read("ア", 0.99).candidates, strokes={"ア": 0.01, "イ": 0.9}
    )

    sure, unsure = (
        probability(evidence_of(one), _WEIGHTS) for one in (borne_out, against)
    )

    assert sure > 0.9 > 0.5 > unsure


def test_calibrating_changes_free_writing_only_and_keeps_the_sum() -> None:
    definition = Library.shipped().get("2200@2020-12")
    outcomes = {
        field.name: _read("ア", 0.8, ("イ", 0.1)) for field in definition.fields
    }

    found = calibrated(definition, outcomes, {"name_kana": _WEIGHTS})

    shares = [one.probability for one in found["insured.1.name_kana"].candidates]
    assert shares[0] != 0.8
    assert sum(shares) <= 1
    assert found["insured.1.birth_date"] == outcomes["insured.1.birth_date"]


@pytest.mark.parametrize(
    ("own", "other", "grounds", "doubted"),
    [
        (0.9, 0.01, ("line",), False),
        (0.7, 0.2, ("line",), True),
        (0.7, 0.2, ("line", "kana"), False),
        (0.3, 0.6, ("line", "kana"), True),
    ],
)
def test_a_reading_its_strokes_do_not_bear_out_is_doubted(
    own: float, other: float, grounds: tuple[str, ...], doubted: bool
) -> None:
    definition = Library.shipped().get("2200@2020-12")
    outcomes = {field.name: Outcome(FieldState.BLANK) for field in definition.fields}
    outcomes["insured.1.name_kanji"] = Outcome(
        FieldState.READ,
        _read("ア", 0.99).candidates,
        grounds=grounds,
        strokes={"ア": own, "イ": other},
    )

    found = calibrated(definition, outcomes, {"name_kanji": _WEIGHTS})

    assert (found["insured.1.name_kanji"].doubts == ("strokes",)) is doubted


def test_each_ground_counts() -> None:
    plain = Evidence(2.0, reading=False, code=False, chosen=False, strokes=1.0)

    assert probability(plain._replace(reading=True), _WEIGHTS) > probability(
        plain, _WEIGHTS
    )
    assert probability(plain._replace(chosen=True), _WEIGHTS) < probability(
        plain, _WEIGHTS
    )
