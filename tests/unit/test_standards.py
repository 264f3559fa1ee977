"""How long a filing may take: dated data, by form and the way it came in."""

from datetime import date
from pathlib import Path

import pytest

from forms.library import Library
from forms.standards import Channel, EndsAt, Standards
from kamizero.errors import DefinitionError

DAY = date(2026, 11, 24)
TERMS = """
        terms:
          paper: {{business_days: {paper}, ends: approval}}
          media: {{months: 1, ends: approval}}
          electronic: {{business_days: 3, ends: delivery}}
"""


def revision(begins: str, paper: int) -> str:
    terms = TERMS.format(paper=paper)
    return f"""
  - from: {begins}
    others:
        priority: 100
{terms.strip(chr(10))}
"""


def test_e_filed_insurance_forms_are_handed_on_in_three_business_days() -> None:
    for form in ("2200", "2201", "2202"):
        standard = Standards.shipped().of(form, Channel.ELECTRONIC, received_on=DAY)

        assert standard.term.business_days == 3
        assert standard.term.ends is EndsAt.DELIVERY


def test_insurance_forms_come_before_all_others() -> None:
    of = Standards.shipped().of
    first = of("2200", Channel.PAPER, received_on=DAY).priority

    assert first < of("2265", Channel.PAPER, received_on=DAY).priority


def test_every_form_has_a_term_in_every_channel() -> None:
    for definition in Library.shipped().all():
        for channel in Channel:
            Standards.shipped().of(definition.form, channel, received_on=DAY)


def test_what_was_received_before_a_revision_keeps_its_old_term() -> None:
    text = f"revisions:{revision('2026-04-01', 7)}{revision('2020-04-01', 9)}"
    standards = Standards.read(text)

    terms = [
        standards.of("2265", Channel.PAPER, received_on=day).term.business_days
        for day in (date(2026, 4, 1), date(2026, 3, 31), date(2019, 1, 1))
    ]

    assert terms == [7, 9, 9]


def test_the_name_says_where_the_term_stands() -> None:
    standards = Standards.read(f"revisions:{revision('2020-04-01', 9)}")

    name = standards.of("2265", Channel.PAPER, received_on=DAY).name

    assert name == "others/paper@2020-04-01"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("revisions: []", "revisions"),
        ("revisions: [", "YAML"),
        ("- a", "dictionary"),
        (f"revisions:{revision('2020-04-01', -1)}", "business_days"),
        (
            f"revisions:{revision('2020-04-01', 1).replace('months: 1', 'weeks: 1')}",
            "weeks",
        ),
        (
            "revisions:"
            + revision("2020-04-01", 1).replace(
                "months: 1", "months: 1, business_days: 1"
            ),
            "either",
        ),
        (
            f"revisions:{revision('2020-04-01', 1).replace('media', 'paper ')}",
            "media",
        ),
    ],
)
def test_standards_that_are_wrong_say_where(text: str, complaint: str) -> None:
    with pytest.raises(DefinitionError, match=complaint):
        Standards.read(text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="own"):
        Standards.load(tmp_path / "own.yaml")
