"""Forms make filings, separators end them, and no page is dropped."""

from itertools import product

import pytest

from ingest.grouping import FilingPages, Seen, group
from kamizero.model import PageKind

FORM, ATTACHMENT = PageKind.FORM, PageKind.ATTACHMENT
BLANK, SEPARATOR = PageKind.BLANK, PageKind.SEPARATOR
UNKNOWN, FAILED = PageKind.UNKNOWN, PageKind.FAILED


def _form(number: int, page: int = 1, form: str = "2200") -> Seen:
    return Seen(number, FORM, form=form, revision="2020-12", form_page=page)


def _pages(filing: FilingPages) -> tuple[list[int], list[int]]:
    return filing.pages, filing.attachments


def test_a_page_without_a_code_is_an_attachment_of_the_filing_before_it() -> None:
    grouped = group([_form(1), Seen(2, ATTACHMENT), Seen(3, UNKNOWN), _form(4)])

    assert [_pages(filing) for filing in grouped.filings] == [([1], [2, 3]), ([4], [])]


def test_a_page_without_a_code_before_any_filing_is_loose() -> None:
    grouped = group([Seen(1, UNKNOWN), _form(2)])

    assert grouped.loose == [1]
    assert _pages(grouped.filings[0]) == ([2], [])


def test_the_next_page_of_a_form_joins_its_filing() -> None:
    grouped = group([_form(1), _form(2, page=2)])

    assert [_pages(filing) for filing in grouped.filings] == [([1, 2], [])]


def test_the_next_page_joins_past_a_blank_back() -> None:
    grouped = group([_form(1), Seen(2, BLANK), _form(3, page=2)])

    assert [_pages(filing) for filing in grouped.filings] == [([1, 3], [])]


@pytest.mark.parametrize(
    "second", [_form(2), _form(2, page=3), _form(2, page=2, form="2201")]
)
def test_a_page_that_does_not_follow_opens_a_filing_of_its_own(second: Seen) -> None:
    grouped = group([_form(1), second])

    assert [filing.pages for filing in grouped.filings] == [[1], [2]]
    assert grouped.filings[1].form == second.form


def test_a_separator_ends_the_filing_before_it() -> None:
    grouped = group([_form(1), Seen(2, SEPARATOR), Seen(3, ATTACHMENT)])

    assert grouped.separators == [2]
    assert grouped.filings[0].attachments == []
    assert grouped.loose == [3]


def test_blank_backs_are_marked_and_do_not_end_a_filing() -> None:
    grouped = group([_form(1), Seen(2, BLANK), Seen(3, ATTACHMENT)])

    assert grouped.blanks == [2]
    assert grouped.filings[0].attachments == [3]


def test_a_failed_page_belongs_to_no_filing() -> None:
    grouped = group([_form(1), Seen(2, FAILED), Seen(3, ATTACHMENT)])

    assert grouped.loose == [2]
    assert grouped.filings[0].attachments == [3]


def test_every_page_stands_in_exactly_one_place() -> None:
    kinds = (FORM, ATTACHMENT, BLANK, SEPARATOR, UNKNOWN, FAILED)

    for file in product(kinds, repeat=4):
        seen = [
            _form(number) if kind is FORM else Seen(number, kind)
            for number, kind in enumerate(file, start=1)
        ]
        grouped = group(seen)
        placed = [*grouped.separators, *grouped.blanks, *grouped.loose]
        for filing in grouped.filings:
            placed += [*filing.pages, *filing.attachments]
        assert sorted(placed) == [1, 2, 3, 4], file


def test_a_form_page_must_say_which_form() -> None:
    with pytest.raises(ValueError, match="page 7"):
        group([Seen(7, FORM)])
