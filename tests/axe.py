"""What axe-core finds wrong with the accessibility of a page."""

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

# WCAG 2.2 A and AA, and what axe holds to be good practice besides.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """async (options) => {
  const found = await axe.run(document, options);
  return found.violations.map((one) =>
    `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 4)}`);
}"""


def violations(page: Page, *rules: str) -> list[str]:
    """The rules a page breaks and where; only these rules where some are named."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    wanted = (
        {"type": "rule", "values": list(rules)}
        if rules
        else {"type": "tag", "values": list(TAGS)}
    )
    # To describe what is fulfilled takes a quarter of the time, and nobody asks.
    options = {"runOnly": wanted, "resultTypes": ["violations"]}
    return list(page.evaluate(_RUN, options))


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
