"""Turns a template and its values into a page, in the language of the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic_core import to_json

from web.bar import bar_of
from web.language import LANGUAGES, Texts
from web.visitors import START_COOKIE, Visitor

TOKYO = ZoneInfo("Asia/Tokyo")
LANGUAGE_COOKIE = "kamizero_language"

_UNITS = (("days", 1440), ("hours", 60), ("minutes", 1))


@dataclass(frozen=True, slots=True)
class Painter:
    """Paints pages; one instance per app."""

    templates: Environment
    texts: Texts
    default_language: str

    @staticmethod
    def shipped(default_language: str) -> "Painter":
        return Painter(_templates(), Texts.shipped(), default_language)

    def language(self, request: Request, visitor: Visitor | None) -> str:
        """What the person chose, else what their browser asks for."""
        if visitor is not None:
            return visitor.language
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        if chosen in LANGUAGES:
            return chosen
        asked = request.headers.get("accept-language", "")[:2].lower()
        return asked if asked in LANGUAGES else self.default_language

    def page(
        self,
        request: Request,
        template: str,
        *,
        visitor: Visitor | None,
        here: str = "",
        status: int = 200,
        **values: Any,
    ) -> HTMLResponse:
        """One whole page."""
        html = self.paint(request, template, visitor=visitor, here=here, **values)
        return HTMLResponse(html, status_code=status)

    def paint(
        self,
        request: Request,
        template: str,
        *,
        visitor: Visitor | None,
        here: str = "",
        **values: Any,
    ) -> str:
        """The HTML of a template, whole page or fragment."""
        language = self.language(request, visitor)
        clock = request.app.state.rooms.clock
        common: Mapping[str, Any] = {
            "language": language,
            "t": lambda key, **more: self.texts.say(key, language, **more),
            "when": when,
            "age": partial(self.age, language=language, now=clock()),
            "size": size,
            "door": partial(self.door, language=language),
            "media_form": partial(self.media_form, language=language),
            "refusal": partial(self.refusal, language=language),
            "visitor": visitor,
            "bar": bar_of(visitor.role) if visitor else None,
            "here": here,
            "back": request.url.path,
            "csrf": visitor.csrf if visitor else request.cookies.get(START_COOKIE, ""),
        }
        return self.templates.get_template(template).render({**common, **values})

    def age(self, since: datetime, *, language: str, now: datetime) -> str:
        """How long ago, in the one unit that says enough."""
        minutes = int((now - since).total_seconds() // 60)
        if minutes < 1:
            return self.texts.say("age.now", language)
        unit, length = next(one for one in _UNITS if minutes >= one[1])
        return self.texts.say(f"age.{unit}", language, n=minutes // length)

    def refusal(self, code: str, message: str, *, language: str) -> str:
        """Why a file or page was refused; `message` is what was written down then."""
        key = f"refusal.{code}"
        return self.texts.say(key, language) if self.texts.knows(key) else message

    def media_form(self, code: str, *, language: str) -> str:
        """A form code of a medium with what it is called, where we know it."""
        key = f"mediaform.{code}"
        known = self.texts.knows(key)
        return f"{code} {self.texts.say(key, language)}" if known else code

    def door(self, name: str, *, language: str) -> str:
        """What a door is called; its own name where we have none for it."""
        key = f"door.{name.replace(' ', '_')}"
        return self.texts.say(key, language) if self.texts.knows(key) else name


@cache
def _templates() -> Environment:
    """One for all apps of a process: it keeps what it compiled."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_function"] = _json
    return environment


def painter_of(request: Request) -> Painter:
    """The painter of the app that answers this request."""
    painter: Painter = request.app.state.painter
    return painter


def when(moment: datetime) -> str:
    """A moment as clocks in the office show it."""
    return moment.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")


def business_day(moment: datetime) -> date:
    """The office's date at a moment."""
    return moment.astimezone(TOKYO).date()


def size(number: int) -> str:
    """A number of bytes for people."""
    if number < 1024:
        return f"{number} B"
    if number < 1024 * 1024:
        return f"{number / 1024:.0f} KB"
    return f"{number / 1024 / 1024:.1f} MB"


def _json(value: Any, **_: Any) -> str:
    """Views as scripts read them: pydantic's writer knows dataclasses, json's none."""
    return to_json(value).decode()
