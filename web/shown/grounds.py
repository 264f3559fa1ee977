"""Why a value is processed that is not the one written, as the approver reads it."""

from collections.abc import Iterable, Mapping

from review.item import ShownValue
from storage.tables import Page
from storage.words import MASK
from web.writing import Pen

_SEPARATOR = " · "


def ground_said(decided: ShownValue, pen: Pen, pages: Iterable[Page]) -> str:
    """The ground in one line: its kind, then when, whom and what, or where to look."""
    ground = decided.ground
    if not ground:
        return ""
    key = f"ground.{ground.get('kind')}"
    if not pen.texts.knows(key):
        return ""
    kind = pen.texts.say(key, pen.language)
    return _SEPARATOR.join([kind, *_details(ground, decided.text, pen, pages)])


def _details(
    ground: Mapping[str, object], words: str, pen: Pen, pages: Iterable[Page]
) -> Iterable[str]:
    match ground.get("kind"):
        case "inquiry":
            yield " ".join(str(ground[key]) for key in ("on", "at") if key in ground)
            # The words name people: of a number that is covered they are not told.
            if words and words != MASK:
                yield words
        case "attachment":
            numbers = (page.number for page in pages if page.id == ground.get("page"))
            yield from (
                pen.texts.say("decision.of_page", pen.language, n=n) for n in numbers
            )
        case "register":
            yield pen.texts.say(f"record.{ground.get('record')}", pen.language)
