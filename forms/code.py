"""What the QR codes of forms and separator sheets say, and how to read it back.

Only characters of the QR alphanumeric mode are used, so the modules stay large.
"""

import zlib
from dataclasses import dataclass
from datetime import date

_FORM = "KZ1:F"
_SEPARATOR = "KZ1:S"
_ALLOWED = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")


@dataclass(frozen=True, slots=True)
class FormCode:
    """Which page of which form revision this is; pages count from 1."""

    form: str
    revision: str
    page: int

    @property
    def text(self) -> str:
        return _signed(_FORM, self.form, self.revision, str(self.page))


@dataclass(frozen=True, slots=True)
class SeparatorCode:
    """What a separator sheet declares about the bundle it starts.

    Attributes:
        site: code of the site that received the papers.
        scheme: code of the pension scheme, e.g. KOSEI.
        form: the form all filings of the bundle are on, e.g. 2200.
        sheets: declared sheets (枚), the separator not counted.
        entries: declared entries (件).
        received_on: the day of receipt (受付日).
        number: number of the bundle, unique in its site and day.
    """

    site: str
    scheme: str
    form: str
    sheets: int
    entries: int
    received_on: date
    number: int

    def __post_init__(self) -> None:
        for part in (self.site, self.scheme, self.form):
            if not part or not _ALLOWED.issuperset(part):
                raise ValueError(f"{part!r}: use capital letters, digits and hyphens")
        if min(self.sheets, self.entries, self.number) < 0:
            raise ValueError("sheets, entries and number cannot be negative")

    @property
    def text(self) -> str:
        return _signed(
            _SEPARATOR,
            self.site,
            self.scheme,
            self.form,
            str(self.sheets),
            str(self.entries),
            f"{self.received_on:%Y%m%d}",
            str(self.number),
        )


def form_code(form: str, revision: str, page: int) -> str:
    """The text of the QR code on a page of a form."""
    return FormCode(form, revision, page).text


def parse_code(text: str) -> FormCode | SeparatorCode | None:
    """Read one of our codes; None for codes of others and damaged ones."""
    body, _, checksum = text.rpartition(":")
    if checksum != _checksum(body):
        return None
    kind, parts = body[: len(_FORM)], body[len(_FORM) + 1 :].split(":")
    try:
        if kind == _FORM:
            return _parse_form(parts)
        if kind == _SEPARATOR:
            return _parse_separator(parts)
    except ValueError:
        # A sum of 16 bits also fits one stranger's text in 65,536.
        return None
    return None


def _parse_form(parts: list[str]) -> FormCode:
    form, revision, page = parts
    return FormCode(form, revision, int(page))


def _parse_separator(parts: list[str]) -> SeparatorCode:
    site, scheme, form, sheets, entries, received_on, number = parts
    return SeparatorCode(
        site=site,
        scheme=scheme,
        form=form,
        sheets=int(sheets),
        entries=int(entries),
        received_on=date.fromisoformat(received_on),
        number=int(number),
    )


def _signed(*parts: str) -> str:
    body = ":".join(parts)
    return f"{body}:{_checksum(body)}"


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()) & 0xFFFF:04X}"
