"""The receipt: what was declared and what arrived, in one line (受領票)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from kamizero.model import LocalText
from storage.balance import weigh
from storage.tables import Bundle


@dataclass(frozen=True, slots=True)
class Slip:
    """What a device shows, or a slip of paper says, of one bundle."""

    number: str
    declared: int | None
    received: int
    passes: bool

    def line(self, language: str) -> str:
        """`束 0123 申告 48 枚 受領 48 枚`, and a word where it differs."""
        number = self.number.zfill(4) if self.number else "----"
        declared = "-" if self.declared is None else self.declared
        said = LocalText(
            ja=f"束 {number} 申告 {declared} 枚 受領 {self.received} 枚",
            en=f"Bundle {number}: {declared} sheets declared, {self.received} received",
        )
        open_ = LocalText(ja=" 要確認", en=", does not balance yet")
        more = "" if self.passes else open_.in_language(language)
        return f"{said.in_language(language)}{more}"


def slip(session: Session, bundle: Bundle) -> Slip:
    """The receipt of a bundle as it stands now."""
    weight = weigh(session, bundle)
    return Slip(bundle.number, bundle.declared_sheets, weight.sheets, weight.passes)
