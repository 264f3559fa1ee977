"""Which pages belong together as filings, and which belong to none."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kamizero.model import PageKind


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen on one page, in the order of the file."""

    number: int
    kind: PageKind
    form: str | None = None
    revision: str | None = None
    form_page: int | None = None
    # Rows of a table: no paper behind them is known to be theirs.
    of_rows: bool = False


@dataclass(slots=True)
class FilingPages:
    """The pages of one filing: its form pages, and the attachments after them."""

    form: str
    revision: str
    pages: list[int] = field(default_factory=list)
    attachments: list[int] = field(default_factory=list)
    of_rows: bool = False


@dataclass(slots=True)
class Grouped:
    """A file's pages sorted; every page number stands in exactly one place."""

    filings: list[FilingPages] = field(default_factory=list)
    separators: list[int] = field(default_factory=list)
    # Blank backs are marked, never dropped.
    blanks: list[int] = field(default_factory=list)
    # Papers that belong to no filing yet: unknown ones, and failed pages.
    loose: list[int] = field(default_factory=list)


def group(pages: Sequence[Seen]) -> Grouped:
    """Sort the pages of one file.

    A separator ends the filing before it. A form's first page opens a filing; a later
    page of the same form joins it. A page without a form code is an attachment of the
    filing before it, and loose where there is none.
    """
    grouped = Grouped()
    filing: FilingPages | None = None
    for page in pages:
        match page.kind:
            case PageKind.SEPARATOR:
                grouped.separators.append(page.number)
                filing = None
            case PageKind.BLANK:
                grouped.blanks.append(page.number)
            case PageKind.FORM:
                if filing is None or not _continues(filing, page):
                    filing = _opened(page)
                    grouped.filings.append(filing)
                filing.pages.append(page.number)
            case _ if _takes(filing) and page.kind is not PageKind.FAILED:
                grouped.filings[-1].attachments.append(page.number)
            case _:
                grouped.loose.append(page.number)
    return grouped


def _continues(filing: FilingPages, page: Seen) -> bool:
    same_form = (filing.form, filing.revision) == (page.form, page.revision)
    return same_form and page.form_page == len(filing.pages) + 1


def _opened(page: Seen) -> FilingPages:
    if page.form is None or page.revision is None:
        raise ValueError(f"page {page.number} is a form page of no form")
    return FilingPages(page.form, page.revision, of_rows=page.of_rows)


def _takes(filing: FilingPages | None) -> bool:
    """Tell whether a paper without a form behind the filing is an attachment of it."""
    return filing is not None and not filing.of_rows
