"""The letter as a PDF: what comes back and why, and the sheet to lay on top again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forms.code import SeparatorCode
from forms.definition import PrintedText
from forms.grammar import ERAS, to_written
from forms.paper import Paper
from forms.separator import PAGE_SIZE_MM, draw_sheet
from forms.typesetting import MM_PER_PT, width_pt
from kamizero.model import Box
from review.returning.addressee import Addressee

_LEFT_MM, _WIDTH_MM = 25.0, 160.0
_BODY_PT, _LINE_MM = 10.5, 6.4
_CODE_MM = Box(163, 24, 22, 22)


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that stands on it, in words; `written_on` is the day it was checked.

    Attributes:
        persons: the entries it is about, in words; nobody's name.
        sheet: the code of the sheet that is laid on top when the filing comes again.
    """

    number: int
    addressee: Addressee
    sender: str
    written_on: date
    due_on: date | None
    form_title: str
    receipt_number: str
    received_on: date
    persons: str
    reasons: Sequence[str]
    note: str
    enclosures: Sequence[str]
    sheet: SeparatorCode


def letter_pdf(letter: Letter) -> bytes:
    """The letter, then the sheet for its re-entry."""
    paper = Paper(PAGE_SIZE_MM, title=f"返戻 {letter.receipt_number}")
    _Sheet(paper).write(letter)
    paper.next_page()
    draw_sheet(paper, letter.sheet, letter.form_title)
    paper.next_page()
    return paper.finish()


def day_in_words(day: date) -> str:
    written = to_written(day)
    year = int(written.digits[:2])
    return f"{ERAS[written.era].label}{year}年{day.month}月{day.day}日"


class _Sheet:
    """One page that is written from top to bottom."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._y = 102.0
        self._bold: list[PrintedText] = []

    def write(self, letter: Letter) -> None:
        self._head(letter)
        self._title("届書の返戻について")
        self._lines(
            "ご提出いただいた下記の届書は、次の理由により受け付けることができません"
            "でしたので、お返しします。内容をご確認のうえ、再度ご提出ください。"
        )
        self._rows(letter)
        self._list("返戻の理由", [*letter.reasons, *letter.note.splitlines()])
        self._list("お返しする書類", letter.enclosures or ["なし"])
        self._lines(
            "再度ご提出の際は、2枚目の用紙を一番上に重ねてください。"
            "受付番号により、この届書の再提出として受け付けます。"
        )
        # Last: whatever is set after a bold text on the same page comes out bold.
        for text in self._bold:
            self._paper.text(text)

    def _head(self, letter: Letter) -> None:
        # Where the window of an envelope is.
        one = letter.addressee
        postal = f"〒{one.postal_code[:3]}-{one.postal_code[3:]}"
        self._text(postal, Box(_LEFT_MM, 24, 90, 6), 10)
        for n, line in enumerate(_wrapped(one.address, 11, 85)):
            self._text(line, Box(_LEFT_MM, 31 + n * 6, 88, 6), 11)
        self._text(f"{one.name}　様", Box(_LEFT_MM, 51, 90, 8), 13)
        self._paper.code(_CODE_MM, letter.receipt_number)
        for n, line in enumerate(
            (
                f"返戻番号 {letter.number}",
                day_in_words(letter.written_on),
                letter.sender,
            )
        ):
            self._text(line, Box(115, 52 + n * 6.5, 70, 6), 10, align="right")

    def _title(self, text: str) -> None:
        box = Box(_LEFT_MM, 82, _WIDTH_MM, 12)
        self._bold.append(PrintedText(text=text, box_mm=box, size_pt=18, bold=True))

    def _rows(self, letter: Letter) -> None:
        rows = [
            ("届書", letter.form_title.replace("\n", " ")),
            ("受付番号", letter.receipt_number),
            ("受付日", day_in_words(letter.received_on)),
            ("対象", letter.persons),
        ]
        if letter.due_on is not None:
            rows.append(("再提出の期限", day_in_words(letter.due_on)))
        self._y += 3
        for label, value in rows:
            left = Box(_LEFT_MM, self._y, 40, 9)
            right = Box(left.right, self._y, _WIDTH_MM - 40, 9)
            self._paper.shade(left)
            for box in (left, right):
                self._paper.rectangle(box, width_pt=0.5)
            self._text(label, Box(left.x + 3, left.y, 34, 9), _BODY_PT)
            self._text(value, Box(right.x + 3, right.y, right.w - 6, 9), _BODY_PT)
            self._y += 9
        self._y += 5

    def _list(self, heading: str, items: Sequence[str]) -> None:
        box = Box(_LEFT_MM, self._y, _WIDTH_MM, 7)
        self._bold.append(
            PrintedText(text=heading, box_mm=box, size_pt=11.5, align="left", bold=True)
        )
        self._y += 7.5
        for item in items:
            self._lines(item, mark="・")
        self._y += 3

    def _lines(self, text: str, *, mark: str = "") -> None:
        indent = 5.0 if mark else 0.0
        for n, line in enumerate(_wrapped(text, _BODY_PT, _WIDTH_MM - indent)):
            if mark and n == 0:
                self._text(mark, Box(_LEFT_MM, self._y, 5, _LINE_MM), _BODY_PT)
            box = Box(_LEFT_MM + indent, self._y, _WIDTH_MM - indent, _LINE_MM)
            self._text(line, box, _BODY_PT)
            self._y += _LINE_MM

    def _text(
        self, text: str, box: Box, size_pt: float, *, align: str = "left"
    ) -> None:
        self._paper.text(
            PrintedText.model_validate(
                {"text": text, "box_mm": box, "size_pt": size_pt, "align": align}
            )
        )


def _wrapped(text: str, size_pt: float, width_mm: float) -> list[str]:
    """The text in lines that fit; Japanese breaks anywhere."""
    lines, line = [], ""
    for letter in text:
        if width_pt(line + letter, size_pt) * MM_PER_PT > width_mm:
            lines.append(line)
            line = ""
        line += letter
    return [*lines, line]
