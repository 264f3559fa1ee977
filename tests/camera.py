"""Takes the pictures of the documentation where KAMIZERO_PICTURES is set."""

import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Page

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
# A third of the size of full colour, and nothing anybody would miss.
COLOURS = 256


@dataclass(frozen=True, slots=True)
class Camera:
    """Takes what one window shows."""

    page: Page

    def __call__(self, name: str) -> None:
        """In both languages and both schemes: `NAME`, `-dark`, `-en`, `-en-dark`.

        The page is loaded anew for each language.
        """
        if self._is_wanted():
            self._in_both_schemes(name)
            self._change_language()
            self._in_both_schemes(f"{name}-en")
            self._change_language()

    def as_it_is(self, name: str) -> None:
        """In the language it is in: what is open would be gone with another."""
        if self._is_wanted():
            self._in_both_schemes(name)

    def _is_wanted(self) -> bool:
        return os.environ.get("KAMIZERO_PICTURES") == "1"

    def _change_language(self) -> None:
        self.page.get_by_test_id("language").click()
        self.page.wait_for_load_state("networkidle")

    def _in_both_schemes(self, name: str) -> None:
        self._take("dark", f"{name}-dark")
        self._take("light", name)

    def _take(self, scheme: Literal["dark", "light"], name: str) -> None:
        self.page.emulate_media(color_scheme=scheme)
        # The scan comes after the page: without it there is nothing to see.
        self.page.wait_for_load_state("networkidle")
        image = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        # Coverage keeps the colours of small things, as of the dots of a state.
        few = image.quantize(
            COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        few.save(PICTURES / f"{name}.png", optimize=True)
