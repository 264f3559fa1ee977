"""The receipt: what was declared and what arrived, in one line (受領票)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from kamizero.model import LocalText
from storage.balance import weigh
from storage.tables import Bundle, BundleKind


@dataclass(frozen=True, slots=True)
class Slip:
    """What a device shows, or a slip of paper says, of one bundle.

    A bundle of paper is received in sheets (枚), a medium in records (件).
    """

    number: str
    declared: int | None
    received: int
    passes: bool
    on_medium: bool = False

    def line(self, language: str) -> str:
        """`束 0123 申告 48 枚 受領 48 枚`, and a word where it differs."""
        declared = "-" if self.declared is None else self.declared
        number = self.number.zfill(4) if self.number else "----"
        if self.on_medium:
            number = self.number or "----"
            said = LocalText(
                ja=f"媒体 {number} 申告 {declared} 件 受領 {self.received} 件",
                en=f"Medium {number}: {declared} records declared, "
                f"{self.received} received",
            )
        else:
            said = LocalText(
                ja=f"束 {number} 申告 {declared} 枚 受領 {self.received} 枚",
                en=f"Bundle {number}: {declared} sheets declared, "
                f"{self.received} received",
            )
        open_ = LocalText(ja=" 要確認", en=", does not balance yet")
        more = "" if self.passes else open_.in_language(language)
        return f"{said.in_language(language)}{more}"


def slip(session: Session, bundle: Bundle) -> Slip:
    """The receipt of a bundle as it stands now."""
    weight = weigh(session, bundle)
    if bundle.kind == BundleKind.MEDIA:
        records = bundle.declared_records
        declared = None if records is None else sum(records.values())
        return Slip(
            bundle.number, declared, weight.entries, weight.passes, on_medium=True
        )
    return Slip(bundle.number, bundle.declared_sheets, weight.sheets, weight.passes)
