"""The list of names, and how it ranks what the strokes leave open."""

from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from forms.library import Library
from kamizero.model import Candidate, FieldState
from ocr.outcome import Outcome
from ocr.words.alphabets import Steps
from ocr.words.ctc import Line
from ocr.words.free_field import is_name
from ocr.words.kana import Seen
from ocr.words.listed import WordTable
from ocr.words.look_alikes import a_stroke_apart, like
from ocr.words.name_kanji import frequency
from ocr.words.name_word import kana_lines, kanji_lines
from ocr.words.names import Part, names
from ocr.words.people import RULE, with_people
from ocr.words.whole_name import whole_name_lines

_GAP = "\u3000"


def _steps(*glyphs: dict[str, float]) -> tuple[Steps, tuple[str, ...]]:
    """One step a glyph, each followed by a blank."""
    characters = ("", *sorted({char for glyph in glyphs for char in glyph}))
    rows = []
    for glyph in glyphs:
        rows.append([0.0] + [glyph.get(char, 0.0) for char in characters[1:]])
        rows.append([1.0] + [0.0] * (len(characters) - 1))
    return np.array(rows), characters


def _read(value: str, probability: float, *others: tuple[str, float]) -> Outcome:
    candidates = [(value, probability), *others]
    return Outcome(
        FieldState.READ,
        tuple(Candidate(text, text, share) for text, share in candidates),
        grounds=("line",),
    )


def test_a_listed_name_has_its_readings() -> None:
    family = names(Part.FAMILY)

    assert family.is_read("佐藤", "サトウ")
    assert not family.is_read("佐藤", "スズキ")
    assert not family.is_read("佐藤", "ゾトウ")


def test_the_list_carries_its_makers_notice() -> None:
    text = (files("ocr.words") / "names.txt").read_text(encoding="utf-8")

    assert "Nara Institute of Science" in text
    assert "NO WARRANTY" in text


def test_a_table_gives_the_words_that_were_seen_whole() -> None:
    table = WordTable(["佐藤", "佐々木", "伊藤"])

    found = table.likely({"佐": 0.9, "藤": 0.5, "伊": 1e-6}, most=5)

    assert found == ["佐藤"]


def test_a_listed_name_wins_a_near_tie() -> None:
    steps, characters = _steps({"佐": 0.97}, {"藤": 0.45, "蕂": 0.5})

    best = kanji_lines(steps, characters, names(Part.FAMILY))[0]

    assert best.text == "佐藤"
    assert best.by_strokes < 0.5


def test_an_unlisted_name_that_is_plainly_written_stays() -> None:
    steps, characters = _steps({"佐": 0.99}, {"蕂": 0.99, "藤": 0.002})

    best = kanji_lines(steps, characters, names(Part.FAMILY))[0]

    assert best.text == "佐蕂"


def test_a_voiced_kana_that_is_plainly_written_stays() -> None:
    steps, characters = _steps({"ス": 0.99}, {"ス": 0.985, "ズ": 0.01}, {"キ": 0.99})

    best = kana_lines(steps, characters, names(Part.FAMILY), Seen("", ()))[0]

    assert best.text == "ススキ"


def test_a_listed_reading_has_its_small_kana() -> None:
    steps, characters = _steps({"リ": 0.99}, {"ヨ": 0.6, "ョ": 0.3}, {"ウ": 0.99})

    best = kana_lines(steps, characters, names(Part.GIVEN), Seen("", ()))[0]

    assert best.text == "リョウ"


def test_a_name_without_a_gap_is_parted_where_names_part() -> None:
    steps, characters = _steps({"半": 0.9}, {"澤": 0.9}, {"茂": 0.9}, {"雄": 0.9})

    lines: list[Line] = whole_name_lines(steps, characters)

    assert lines[0].text == f"半澤{_GAP}茂雄"


_SATO = f"佐藤{_GAP}博"


def _with_people(kanji: Outcome, kana: Outcome) -> tuple[Outcome, Outcome]:
    definition = Library.shipped().get("2200@2020-12")
    outcomes = {field.name: Outcome(FieldState.BLANK) for field in definition.fields}
    outcomes |= {"insured.1.name_kanji": kanji, "insured.1.name_kana": kana}
    settled = with_people(definition, outcomes)
    return settled["insured.1.name_kanji"], settled["insured.1.name_kana"]


def test_kana_that_are_read_so_speak_for_the_kanji_and_the_kanji_for_them() -> None:
    kana = _read(f"サトウ{_GAP}ヒロシ", 0.9)

    settled = _with_people(_read(_SATO, 0.9), kana)

    assert settled[0].grounds == ("line", "kana")
    assert settled[1].grounds == ("line", "kanji")
    assert all(one.confidence > 0.98 for one in settled)


def test_parts_that_are_read_alike_settle_where_they_part() -> None:
    kana = replace(_read(f"サトウ{_GAP}ヒロシ", 0.9), doubts=("gap", "faint"))

    settled = _with_people(replace(_read(_SATO, 0.9), doubts=("gap",)), kana)

    assert [one.doubts for one in settled] == [(), ("faint",)]


def test_parts_that_are_not_read_alike_leave_the_gap_in_doubt() -> None:
    kana = replace(_read(f"サトウヒ{_GAP}ロシ", 0.9), doubts=("gap",))

    _, settled = _with_people(_read(_SATO, 0.9), kana)

    assert settled.doubts[0] == "gap"


def test_kanji_that_are_not_read_as_their_kana_need_an_eye_and_so_do_the_kana() -> None:
    kana = _read(f"サトウ{_GAP}アキラ", 0.99)

    settled = _with_people(_read(_SATO, 0.99), kana)

    assert all(one.doubts for one in settled)


@pytest.mark.parametrize(
    ("given", "kana", "speaks"),
    [
        ("ひなた", "ヒナタ", True),
        ("マリア", "マリア", True),
        ("アソナ", "アソナ", False),
        ("ひなた", "ヒナダ", False),
    ],
)
def test_kana_speak_for_a_name_in_kana_unless_one_misreading_fits_both(
    given: str, kana: str, speaks: bool
) -> None:
    settled = _with_people(
        _read(f"佐藤{_GAP}{given}", 0.99), _read(f"サトウ{_GAP}{kana}", 0.99)
    )

    assert ("kana" in settled[0].grounds) is speaks
    assert ("kana and kanji" in settled[0].doubts) is not speaks


def test_kanji_without_kana_are_read_by_themselves() -> None:
    kanji, _ = _with_people(_read(_SATO, 0.99), Outcome(FieldState.BLANK))

    assert not kanji.doubts


@pytest.mark.parametrize(
    ("given", "doubted"),
    [
        ("純了", True),
        ("智丁", True),
        ("思", True),
        ("純子", False),
        ("由美", False),
        # More lists call 秋夫 common, and far fewer names begin so.
        ("和夫", False),
        ("裕子", False),
    ],
)
def test_a_name_that_looks_like_a_likelier_one_needs_an_eye(
    given: str, doubted: bool
) -> None:
    kanji = _read(f"佐藤{_GAP}{given}", 0.99)

    settled, _ = _with_people(kanji, Outcome(FieldState.BLANK))

    assert ("look-alike" in settled.doubts) is doubted


@pytest.mark.parametrize(
    ("family", "doubted"), [("藤太", True), ("藤木", True), ("藤本", False)]
)
def test_a_name_a_stroke_from_a_likelier_one_needs_an_eye(
    family: str, doubted: bool
) -> None:
    kanji = _read(f"{family}{_GAP}由美", 0.99)

    settled, _ = _with_people(kanji, Outcome(FieldState.BLANK))

    assert ("look-alike" in settled.doubts) is doubted


@pytest.mark.parametrize(
    ("one", "other"),
    ["大太", "犬太", "木本", "本太", "日目", "日白", "未末", "土士", "右石", "子丁"],
)
def test_kanji_a_stroke_apart_look_like_each_other(one: str, other: str) -> None:
    assert f"{other}田" in {*a_stroke_apart(f"{one}田"), *like(f"{one}田")}
    assert f"{one}田" in {*a_stroke_apart(f"{other}田"), *like(f"{other}田")}


@pytest.mark.parametrize(
    ("part", "name", "at", "rarer"),
    [
        (Part.GIVEN, "純子", 1, "純了"),
        (Part.GIVEN, "恵", 0, "思"),
        (Part.FAMILY, "藤本", 1, "藤太"),
        (Part.FAMILY, "中村", 0, "仲村"),
        (Part.GIVEN, "純子", 1, "純子郎"),
        (Part.GIVEN, "純一", 0, "子一"),
        (Part.FAMILY, "森", 0, "藤"),
    ],
)
def test_a_kanji_is_as_frequent_as_names_have_it_at_its_place(
    part: Part, name: str, at: int, rarer: str
) -> None:
    assert frequency(part, name, at) > frequency(part, rarer, at)


def test_a_kanji_that_no_name_has_there_is_rarer_than_one_met_once() -> None:
    assert 0 < frequency(Part.GIVEN, "蕂子", 0) < 1


def test_kana_rule_out_likelier_names_that_are_read_otherwise() -> None:
    read, kana = _read(f"佐藤{_GAP}藍", 0.99), _read(f"サトウ{_GAP}アイ", 0.99)

    alone, _ = _with_people(read, Outcome(FieldState.BLANK))
    beside_kana, _ = _with_people(read, kana)

    assert "look-alike" in alone.doubts
    assert "look-alike" not in beside_kana.doubts


def test_a_kanji_of_two_groups_looks_like_all_of_both() -> None:
    assert {"犬", "木", "本"} <= set(a_stroke_apart("太"))


def test_kana_tell_names_apart_that_look_alike_but_are_read_otherwise() -> None:
    kana = _read(f"サトウ{_GAP}ユウコ", 0.99)

    settled, _ = _with_people(_read(f"佐藤{_GAP}優子", 0.99), kana)

    assert settled.grounds == ("line", "kana")
    assert not settled.doubts


def test_kana_that_come_first_for_the_kanji_only_say_so() -> None:
    kana = _read(f"サトウ{_GAP}ヒロジ", 0.6, (f"サトウ{_GAP}ヒロシ", 0.3))

    _, settled = _with_people(_read(_SATO, 0.99), kana)

    assert settled.best.value == f"サトウ{_GAP}ヒロシ"
    assert settled.chosen_by == RULE
    assert settled.candidates[1].value == f"サトウ{_GAP}ヒロジ"
    assert settled.grounds == ("line",)


def test_kana_that_were_plainly_written_otherwise_stay() -> None:
    kana = _read(f"サトウ{_GAP}ヒロジ", 0.99, (f"サトウ{_GAP}ヒロシ", 0.0005))

    _, settled = _with_people(_read(_SATO, 0.99), kana)

    assert settled.best.value == f"サトウ{_GAP}ヒロジ"
    assert settled.chosen_by is None
    assert "kanji" not in settled.grounds


def test_a_spouse_has_a_family_and_a_given_name_too() -> None:
    form = Library.shipped().get("2202")

    names_of = {field.name for field in form.fields if is_name(field)}

    assert {
        f"insured.1.{who}name_kana" for who in ("", "spouse_", "other2_")
    } < names_of
    assert "insured.1.spouse_alias_kana" not in names_of
