"""A revision is written down as what it changes of the one before."""

import pytest

from forms.checking import check, read
from forms.definition import FormDefinition
from forms.difference import differences
from forms.inheritance import merged, resolved, skeleton
from forms.library import Library

OLD = Library.shipped().get("2201@2020-12")
RETURNED = "insured.1.cards_returned"
# What the certificates of 2024 changed: the labels, and the date in the corner.
NEW = """\
extends: 2201@2020-12
revision: "2024-12"
head:
  notes:
    - {instead_of: "(2020.12)", text: "(2024.12)"}
entry:
  fields:
    - name: cards_returned
      label: 資格確認書回収(添付)
    - name: rehired
      gone: true
"""


def revision(text: str = NEW) -> FormDefinition:
    definition, problems = read(text)
    assert problems == []
    assert definition is not None
    return definition


def test_a_revision_says_only_what_it_changes() -> None:
    new = revision()

    assert new.name == "2201@2024-12"
    assert sorted(differences(OLD, new)) == sorted(
        [
            "- insured.1.rehired",
            f"~ {RETURNED}: label {OLD.field(RETURNED).label} -> 資格確認書回収(添付)",
        ]
    )


def test_a_note_takes_the_place_of_another() -> None:
    texts = [text.text for text in revision().printed.texts]

    assert "(2024.12)" in texts
    assert "(2020.12)" not in texts
    assert len(texts) < len(OLD.printed.texts)


def test_a_new_field_and_a_new_note_are_added() -> None:
    more = """
    - name: certificate_wanted
      label: 資格確認書発行要否
      label_en: Certificate wanted
      type: check
      tick: [66.4, 36, 3.8, 3.8]
"""

    new = revision(NEW.rstrip() + more)

    assert new.fields[-1].name == "insured.4.certificate_wanted"
    assert "+ insured.1.certificate_wanted" in differences(OLD, new)


def test_what_is_wrong_is_found_on_the_line_that_changes_it() -> None:
    wrong = NEW.replace(
        "label: 資格確認書回収(添付)", "box: [0, 0, 1, 1]\n      format: nosuch"
    )

    (problem,) = check(wrong)

    assert "unknown format 'nosuch'" in problem.message
    assert wrong.splitlines()[problem.line - 1].strip() == "format: nosuch"


def test_what_a_change_makes_wrong_elsewhere_is_found_at_what_is_written() -> None:
    wrong = NEW + "  count: 5\n"

    problems = check(wrong)

    assert problems
    assert any("reaches off the page" in one.message for one in problems)
    assert {one.line for one in problems} <= {_line(wrong, "fields:"), *_fields(wrong)}


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('instead_of: "(2020.12)"', 'instead_of: "(2019.05)"', "instead_of"),
        ("name: rehired", "name: hired", "gone"),
    ],
)
def test_a_change_of_what_is_not_there_is_no_change(
    right: str, wrong: str, message: str
) -> None:
    text = NEW.replace(right, wrong)

    found = [problem.message for problem in check(text)]
    assert any(f"unknown key '{message}'" in one for one in found)


@pytest.mark.parametrize("name", [form.name for form in Library.shipped().all()])
def test_a_new_form_begins_as_the_one_it_is_like(name: str) -> None:
    old = Library.shipped().get(name)

    new = revision(skeleton(Library.shipped().get(name), "9999", "2026-04"))

    assert new.name == "9999@2026-04"
    assert list(differences(old, new)) == []
    assert "(2026.04)" in [text.text for text in new.printed.texts]
    # Of some forms no number is printed.
    has_number = "9 9 9 9" in [text.text for text in new.printed.texts]
    assert has_number == (old.form not in ("SOUKATSU", "UKETORI"))


def test_a_form_that_nobody_knows_cannot_be_extended() -> None:
    (problem,) = check(NEW.replace("2201@2020-12", "2201@1999-01"))

    assert problem.line == 1
    assert "no form '2201@1999-01' to extend" in problem.message


def _line(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


def _fields(text: str) -> list[int]:
    return [n for n, line in enumerate(text.splitlines(), 1) if "- name:" in line]


def test_what_is_given_as_null_is_taken_away() -> None:
    base = {"choices": {"options": {"7": "平成", "9": "令和"}}, "kept": 1}

    assert merged(base, {"choices": {"options": {"9": None}}}) == {
        "choices": {"options": {"7": "平成"}},
        "kept": 1,
    }


def test_a_revision_may_extend_one_that_extends_another() -> None:
    written = {
        "first": {"a": 1, "b": 1, "c": 1},
        "second": {"extends": "first", "b": 2, "c": 2},
    }
    third = {"extends": "second", "c": 3}

    assert resolved(third, written.__getitem__) == {"a": 1, "b": 2, "c": 3}


def test_blocks_of_further_pages_are_found_by_their_page() -> None:
    base = [{"page": 2, "notes": [{"text": "old"}]}, {"page": 3}]
    own = [{"page": 2, "notes": [{"instead_of": "old", "text": "new"}]}]

    assert merged(base, own) == [
        {"page": 2, "notes": [{"text": "new"}]},
        {"page": 3},
    ]
