"""What the QR codes of forms and separator sheets say, and how to read it back.

Only characters of the QR alphanumeric mode are used, so the modules stay large.
"""

import zlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_FORM = "KZ1:F"
_SEPARATOR = "KZ1:S"
# Version 2 says what version 1 cannot: other sheets than that of a new bundle.
_OTHER_SHEET = "KZ2:S"
_RECEIPT = "KZ1:R"
# A code is paper anybody may print: what it says must fit wherever it is kept.
_MOST = 1_000_000
_LARGEST_NUMBER = 10**12
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


class SheetKind(StrEnum):
    """What a sheet between papers is there for."""

    BUNDLE = "B"
    # Lies on top of several bundles and counts them.
    COVER = "C"
    # A returned filing (返戻) that comes again.
    REENTRY = "R"
    # Papers that come after the filing they belong to (追送).
    LATE = "L"


@dataclass(frozen=True, slots=True)
class SeparatorCode:
    """What a separator sheet declares about the bundle it starts.

    A code is written in the oldest version that can say it, so that sheets of new
    bundles are understood by installations that were not updated.

    Attributes:
        site: code of the site that received the papers.
        scheme: code of the pension scheme, e.g. KOSEI.
        form: the form all filings of the bundle are on, e.g. 2200.
        sheets: declared sheets (枚), the separator not counted.
        entries: declared entries (件); on a cover, declared bundles (束).
        received_on: the day of receipt (受付日).
        number: number of the bundle, unique in its site and day.
        kind: what the sheet is there for.
        reference: on a re-entry or late papers, the filing's receipt number.
    """

    site: str
    scheme: str
    form: str
    sheets: int
    entries: int
    received_on: date
    number: int
    kind: SheetKind = SheetKind.BUNDLE
    reference: str = ""

    def __post_init__(self) -> None:
        refers = self.kind in (SheetKind.REENTRY, SheetKind.LATE)
        named = {"reference": self.reference} if refers else {}
        parts = {"site": self.site, "scheme": self.scheme, "form": self.form}
        for name, part in (parts | named).items():
            if not part or not _ALLOWED.issuperset(part):
                raise ValueError(
                    f"the {name} {part!r}: use capital letters, digits and hyphens"
                )
        if len(self.site) > 16 or len(self.form) > 16:
            raise ValueError("the codes of a site and a form have at most 16 letters")
        if len(self.scheme) > 32 or len(self.reference) > 32:
            raise ValueError("a scheme and a reference have at most 32 letters")
        if max(self.sheets, self.entries) > _MOST or self.number > _LARGEST_NUMBER:
            raise ValueError(f"a bundle has at most {_MOST:,} sheets and entries")
        if self.reference and not refers:
            raise ValueError("only a re-entry and late papers refer to a filing")
        if min(self.sheets, self.entries, self.number) < 0:
            raise ValueError("sheets, entries and number cannot be negative")

    @property
    def text(self) -> str:
        declared = (
            self.site,
            self.scheme,
            self.form,
            str(self.sheets),
            str(self.entries),
            f"{self.received_on:%Y%m%d}",
            str(self.number),
        )
        if self.kind is SheetKind.BUNDLE:
            return _signed(_SEPARATOR, *declared)
        return _signed(_OTHER_SHEET, *declared, self.kind, self.reference or "-")


def form_code(form: str, revision: str, page: int) -> str:
    """The text of the QR code on a page of a form."""
    return FormCode(form, revision, page).text


def receipt_code(bundle: int) -> str:
    """The text of the QR code on a receipt (受領票): which bundle it is for."""
    return _signed(_RECEIPT, str(bundle))


def parse_receipt(text: str) -> int | None:
    """The bundle a receipt is for; None for other codes, and other texts."""
    body, _, checksum = text.strip().upper().rpartition(":")
    kind, _, bundle = body.rpartition(":")
    if kind != _RECEIPT or checksum != _checksum(body) or not bundle.isdecimal():
        return None
    return int(bundle)


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
        if kind == _OTHER_SHEET:
            *declared, variant, reference = parts
            return _parse_separator(
                declared, SheetKind(variant), "" if reference == "-" else reference
            )
    except ValueError:
        # A sum of 16 bits also fits one stranger's text in 65,536.
        return None
    return None


def _parse_form(parts: list[str]) -> FormCode:
    form, revision, page = parts
    return FormCode(form, revision, int(page))


def _parse_separator(
    parts: list[str], kind: SheetKind = SheetKind.BUNDLE, reference: str = ""
) -> SeparatorCode:
    site, scheme, form, sheets, entries, received_on, number = parts
    return SeparatorCode(
        site=site,
        scheme=scheme,
        form=form,
        sheets=int(sheets),
        entries=int(entries),
        received_on=date.fromisoformat(received_on),
        number=int(number),
        kind=kind,
        reference=reference,
    )


def _signed(*parts: str) -> str:
    body = ":".join(parts)
    return f"{body}:{_checksum(body)}"


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()) & 0xFFFF:04X}"
