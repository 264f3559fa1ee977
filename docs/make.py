"""Writes the pages of the documentation that follow from the code: `make docs`."""

import re
from pathlib import Path

from kamizero.settings_page import settings_markdown
from review.transitions import diagram
from validation.catalogue import catalogue_markdown
from validation.csv.page import tables_markdown
from web.api import ROUTERS
from web.app import PAGES
from web.rights import rights, rights_markdown

HERE = Path(__file__).parent

_STATES = re.compile(r"(?<=```mermaid\n)stateDiagram-v2\n.*?(?=```)", re.DOTALL)


def generated() -> dict[Path, str]:
    """Path -> what must stand in it."""
    architecture = HERE / "architecture.md"
    return {
        HERE / "settings.md": settings_markdown(),
        HERE / "rules.md": catalogue_markdown(),
        HERE / "csv.md": tables_markdown(),
        HERE / "rights.md": rights_markdown(rights(PAGES, ROUTERS)),
        architecture: with_states(architecture.read_text("utf-8")),
    }


def with_states(page: str) -> str:
    """The page with the diagram of states as it is now."""
    return _STATES.sub(lambda _: diagram(), page)


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, "utf-8")
