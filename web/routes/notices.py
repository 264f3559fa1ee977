"""What a page says after an act: a word in the address, a sentence on the page."""

from fastapi import Request

from web.painting import painter_of
from web.visitors import Visitor


def notice(request: Request, visitor: Visitor) -> str:
    """The sentence for `?notice=…`, "" where there is none or it is unknown."""
    texts = painter_of(request).texts
    key = f"notice.{request.query_params.get('notice', '')}"
    return texts.say(key, visitor.language) if texts.knows(key) else ""
