"""Text that a digital PDF paints, beside what is seen of it."""

from forms.definition import Field, FieldType
from kamizero.model import Box, Candidate, FieldState, Word
from ocr.embedded import typed_value, with_typed, words_in
from ocr.outcome import Outcome, empty

BOX = Box(100, 100, 200, 40)


def field(
    type: FieldType = FieldType.DIGITS,
    *,
    format: str | None = None,
    name: str = "insured.1.my_number",
    sensitive: bool = False,
) -> Field:
    return Field(
        name=name,
        label="",
        label_en="",
        item="",
        type=type,
        format=format,
        box_mm=Box(0, 0, 20, 4),
        sensitive=sensitive,
    )


def word(text: str, x: float, y: float = 110, w: float = 40) -> Word:
    return Word(text=text, box_px=Box(x, y, w, 20))


def seen(value: str, *grounds: str) -> Outcome:
    return Outcome(
        FieldState.READ,
        (Candidate(value, value, 0.9),),
        grounds=grounds,
        doubts=("faint",),
    )


def test_words_in_a_box_come_from_left_to_right() -> None:
    words = [word("B", 180), word("A", 120), word("C", 400)]

    assert [one.text for one in words_in(words, BOX)] == ["A", "B"]


def test_words_of_a_second_line_come_after_the_first() -> None:
    words = [word("C", 110, 124), word("B", 180, 101), word("A", 120, 100)]

    assert [one.text for one in words_in(words, BOX)] == ["A", "B", "C"]


def test_groups_of_digits_are_one_number() -> None:
    typed = typed_value(
        field(format="my_number"),
        [word("1234", 100), word("5678", 150), word("9018", 200)],
        empty(certainty=1),
    )

    assert typed is not None
    assert typed.value == "123456789018"


def test_family_and_given_name_are_parted() -> None:
    name = field(FieldType.TEXT, name="insured.1.name_kanji")

    typed = typed_value(name, [word("佐藤", 100), word("涼", 160)], seen(""))

    assert typed is not None
    assert typed.value == "佐藤　涼"


def test_typed_digits_of_a_date_take_the_circled_era() -> None:
    circled = Outcome(FieldState.READ, (Candidate("", "7 020512", 0.5),))
    date = field(FieldType.DATE, name="insured.1.birth_date")

    typed = typed_value(date, [word("020512", 100)], circled)

    assert typed is not None
    assert typed.value == "1990-05-12"


def test_without_words_the_picture_stands() -> None:
    picture = seen("12", "line")

    assert with_typed(field(), picture, None) == (picture, False)


def test_text_and_picture_that_agree_are_two_grounds() -> None:
    outcome, differs = with_typed(
        field(), seen("12", "line"), Candidate("12", "12", 0.9999)
    )

    assert outcome.grounds == ("text", "line")
    assert not outcome.doubts
    assert not differs


def test_a_sensitive_field_whose_picture_differs_is_reported() -> None:
    outcome, differs = with_typed(
        field(sensitive=True), seen("13", "line"), Candidate("12", "12", 0.9999)
    )

    assert differs
    assert outcome.doubts
    assert outcome.candidates[1].value == "13"


def test_typed_text_counts_more_than_the_picture_of_it() -> None:
    outcome, differs = with_typed(
        field(), seen("13", "line"), Candidate("12", "12", 0.9999)
    )

    assert outcome.best.value == "12"
    assert not differs
