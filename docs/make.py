"""Writes what follows from the code and is kept beside it: `make docs`."""

import re
from pathlib import Path

import yaml

from docs.capacity import capacity_markdown
from docs.stores import stores_markdown
from forms.library import Library
from forms.places import blank_images
from kamizero.settings_page import settings_markdown
from ocr.placing import sides
from review.transitions import diagram
from validation.catalogue import catalogue_markdown
from validation.csv.page import tables_markdown
from validation.form_pages import form_markdown, picture_name
from validation.form_table import forms_markdown
from web.api import ROUTERS
from web.app import PAGES
from web.rights import rights, rights_markdown

HERE = Path(__file__).parent
MEASURED = HERE / "forms" / "measured.yaml"

_FORM_DPI = 90

_STATES = re.compile(r"(?<=```mermaid\n)stateDiagram-v2\n.*?(?=```)", re.DOTALL)


def generated() -> dict[Path, str]:
    """Path -> what must stand in it."""
    architecture = HERE / "architecture.md"
    return {
        HERE / "settings.md": settings_markdown(),
        HERE / "rules.md": catalogue_markdown(),
        HERE / "csv.md": tables_markdown(),
        HERE / "forms" / "README.md": forms_markdown(
            Library.shipped().all(), yaml.safe_load(MEASURED.read_text("utf-8"))
        ),
        **{
            HERE / "forms" / f"{form.name}.md": form_markdown(form)
            for form in Library.shipped().all()
        },
        HERE / "capacity.md": capacity_markdown(),
        HERE / "stores.md": stores_markdown(),
        HERE / "rights.md": rights_markdown(rights(PAGES, ROUTERS)),
        architecture: with_states(architecture.read_text("utf-8")),
    }


def with_states(page: str) -> str:
    """The page with the diagram of states as it is now."""
    return _STATES.sub(lambda _: diagram(), page)


def draw_forms(folder: Path) -> None:
    """Draw the pages of each blank, small enough to be looked at beside its fields."""
    folder.mkdir(parents=True, exist_ok=True)
    for form in Library.shipped().all():
        for page, image in enumerate(blank_images(form, _FORM_DPI), start=1):
            few = image.quantize(16)
            few.save(folder / picture_name(form, page), optimize=True)


if __name__ == "__main__":
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    draw_forms(HERE / "pictures" / "forms")
    # What pages without a code are told by: slow to work out, and needed at once.
    kept = HERE.parent / "ocr" / "placing" / sides.FILE
    kept.write_bytes(sides.packed(Library.shipped().all()))
