"""Mistakes planted in a right definition are found on their line."""

from importlib.resources import files

import pytest

from forms.checking import Problem, check

RIGHT = (files("forms") / "definitions" / "2200@2020-12.yaml").read_text("utf-8")
NAME_BOX = "box: [53.6, 5.8, 53.8, 6.7]"


@pytest.mark.parametrize(
    "name", [file.name for file in (files("forms") / "definitions").iterdir()]
)
def test_a_shipped_definition_has_no_problems(name: str) -> None:
    text = (files("forms") / "definitions" / name).read_text("utf-8")

    assert check(text) == []


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "label_en: Date of birth",
            "lable_en: Date of birth",
            "did you mean 'label_en'",
        ),
        ("type: kana", "type: kanna", "type: Input should be 'digits'"),
        ("format: my_number", "format: mynumber", "unknown format 'mynumber'; one of:"),
        ('form: "2200"', "form: 2200", "form: this must be text; put it in quotes"),
        ('revision: "2020-12"', 'revision: "2020-13"', "revision"),
        (NAME_BOX, "box: [53.6, 5.8, 53.8, -6.7]", "more than 0 mm"),
        ("nature: 届出", "pages: 1\nnature: 届出\npages: 1", "'pages' is given twice"),
        ("size: 15}", "size: 15", "this is no YAML"),
    ],
)
def test_a_wrong_key_or_value_is_found_on_its_line(
    right: str, wrong: str, message: str
) -> None:
    text = RIGHT.replace(right, wrong, 1)

    problems = check(text)

    assert any(message in problem.message for problem in problems)
    lines = {p.line for p in problems if message in p.message}
    wrong_lines = _lines_with(text, wrong)
    assert lines & set(range(min(wrong_lines), max(wrong_lines) + 2))


TWO_PAGES = (files("forms") / "definitions" / "2202@2020-12.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("count: 1", "count: 2", "an entry with parts is one"),
        ("pages: 2", "pages: 1", "the form has 1 page(s) only"),
        (
            "- name: relation_other",
            "- name: occupation",
            "occupation: there is a field of this name",
        ),
    ],
)
def test_what_is_wrong_in_a_part_of_an_entry_is_found(
    right: str, wrong: str, message: str
) -> None:
    text = TWO_PAGES.replace(right, wrong, 1)

    assert message in [problem.message for problem in check(text)]


def test_a_sum_adds_up_amounts_of_the_entry() -> None:
    wrong = RIGHT.replace("total: remuneration_total", "total: remunerations", 1)

    (problem,) = check(wrong)

    assert problem.message == "sum: the entry has no amount 'remunerations'"
    assert problem.line == _lines_with(wrong, "total: remunerations")[0] - 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("nature: 届出", "nature: 申請"), "needs points under judgement"),
        (
            (
                "nature: 届出",
                "nature: 届出\njudgement: [{id: a, label: あ, label_en: A}]",
            ),
            "has no judgement",
        ),
        (
            (
                "nature: 届出",
                "nature: 認定\njudgement:\n"
                "  - {id: a, label: あ, label_en: A}\n"
                "  - {id: a, label: い, label_en: B}",
            ),
            "there is a point of this id",
        ),
    ],
)
def test_applications_and_only_they_have_points_to_judge(
    more: tuple[str, str], message: str
) -> None:
    problems = check(RIGHT.replace(*more, 1))

    assert [message in problem.message for problem in problems] == [True]


@pytest.mark.parametrize(
    ("field", "right", "wrong", "message"),
    [
        (
            "birth_date",
            "[2, 2, 2], size: [4.4",
            "[2, 2], size: [4.4",
            "needs six cells",
        ),
        ("birth_date", '{"5": 昭和', '{"6": 昭和', "'6' is no era"),
        ("my_number", "sensitive: true", "sensitive: false", "write sensitive: true"),
        (
            "my_number",
            "groups: [4, 4, 4]",
            "groups: [4, 4, 3]",
            "needs 12 cells, it has 11",
        ),
        (
            "my_number",
            "size: [4.6, 6], gap: 1.2}",
            "size: [2, 6], gap: 1.2}",
            "too small",
        ),
        ("name_kanji", NAME_BOX, "required: false", "no writing area"),
        ("over70", "tick: [116.4", "box: [116.4", "a check needs tick"),
        ("name_kanji", "name: name_kanji", "name: name_kana", "field of this name"),
        (
            "name_kanji",
            NAME_BOX,
            "box: [53.6, 4, 53.8, 6.7]",
            "overlaps the writing area",
        ),
        ("name_kanji", NAME_BOX, "box: [53.6, 5.8, 190, 6.7]", "reaches off the page"),
        (
            "name_kanji",
            NAME_BOX,
            "box: [50, 5.8, 53.8, 6.7]",
            "is printed in its writing",
        ),
        (
            "name_kanji",
            NAME_BOX,
            "box: [53.6, 5, 53.8, 6.7]",
            "a line is ruled through",
        ),
        ("submitted_on", "at: [24, 23.8]", "at: [176, 10]", "overlaps the QR code"),
    ],
)
def test_a_field_that_cannot_be_is_explained_where_it_begins(
    field: str, right: str, wrong: str, message: str
) -> None:
    start = RIGHT.index(f"name: {field}\n")
    text = RIGHT[:start] + RIGHT[start:].replace(right, wrong, 1)

    problems = check(text)

    begins = RIGHT[:start].count("\n") + 1
    assert any(p.line == begins and message in p.message for p in problems), problems


def test_cells_outside_their_box_are_explained() -> None:
    cells = "cells: {at: [16.6, 3.6], groups: [6], size: [4.4, 6.2]}"
    text = RIGHT.replace(cells, f"{cells}\n      box: [16.6, 3.6, 20, 6.2]", 1)

    assert any("cells reach out of its box" in p.message for p in check(text))


def test_entries_that_run_into_each_other_are_found() -> None:
    text = RIGHT.replace("pitch: 53.5", "pitch: 48")

    problems = check(text)

    assert any(
        "insured.2." in p.message and "insured.1." in p.message for p in problems
    )


def test_a_mistake_in_the_entry_is_told_once_for_all_persons() -> None:
    text = RIGHT.replace(NAME_BOX, "box: [53.6, 5, 53.8, 6.7]", 1)

    messages = [problem.message for problem in check(text)]

    assert [m.partition(":")[0] for m in messages] == ["insured.1.name_kanji"]


@pytest.mark.parametrize("text", ["", "[]", "only words"])
def test_something_else_is_no_definition(text: str) -> None:
    begin = "this is no form definition; begin with form: and revision:"

    assert check(text) == [Problem(1, begin)]


@pytest.mark.parametrize("text", ["a: [", "a: !!python/object:os.x 1", "? [a]\n: 1"])
def test_text_that_is_no_plain_yaml_is_explained(text: str) -> None:
    (problem,) = check(text)

    assert problem.message.startswith("this is no YAML:")


def _lines_with(text: str, part: str) -> list[int]:
    first = part.splitlines()[0]
    return [n for n, line in enumerate(text.splitlines(), 1) if first in line]
