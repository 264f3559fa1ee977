"""Pages of a filing as the picture beside the values needs them."""

from dataclasses import dataclass

from kamizero.model import PageKind
from storage.tables import Filing, Page


@dataclass(frozen=True, slots=True)
class PageView:
    """One page: its size in pixels, and how to turn it upright (clockwise)."""

    id: int
    number: int
    kind: str
    width: int
    height: int
    dpi: float
    turn: int
    url: str


def page_view(page: Page, *, task: int | None = None) -> PageView:
    """A page; within a task the picture shows that person's numbers in clear."""
    return PageView(
        id=page.id,
        number=page.number,
        kind=page.kind or "waiting",
        width=page.width_px,
        height=page.height_px,
        dpi=page.dpi,
        turn=turn_of(page),
        url=f"/pages/{page.id}.jpg" + (f"?task={task}" if task else ""),
    )


def turn_of(page: Page) -> int:
    """Clockwise degrees that bring the stored page upright; a person's word first."""
    if page.turned is not None:
        return page.turned
    return int((page.quality or {}).get("turn", 0))


def turns_of(filing: Filing) -> dict[int, int]:
    """The turn of each page of the filing, by id."""
    return {page.id: turn_of(page) for page in filing.pages}


def page_views(filing: Filing, *, task: int | None = None) -> list[PageView]:
    """The filing's pages that show something, the form first."""
    pages = sorted(
        (page for page in filing.pages if page.kind != PageKind.BLANK),
        key=lambda page: (page.kind != PageKind.FORM, page.number),
    )
    return [page_view(page, task=task) for page in pages]
