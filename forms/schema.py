"""The compact YAML in which a form is written down, before it is expanded.

Places count in mm from the top left of the page, inside an entry from the entry's.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from forms.attachments import Attachment
from forms.definition import FieldType, Nature
from forms.grammar import FORMATS
from forms.sums import Sum
from kamizero.model import Box


def _has_extent(size: tuple[float, float]) -> tuple[float, float]:
    if min(size) <= 0:
        raise ValueError("width and height must be more than 0 mm")
    return size


def _has_area(box: Box) -> Box:
    _has_extent((box.w, box.h))
    return box


Point = tuple[float, float]
Size = Annotated[tuple[float, float], AfterValidator(_has_extent)]
Area = Annotated[Box, AfterValidator(_has_area)]
Segment = tuple[float, float, float, float]


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CellsSource(_Source):
    """Comb boxes in a row; `gap` parts the groups, `units` stand above them."""

    at: Point
    groups: tuple[int, ...] = Field(min_length=1)
    size: Size
    gap: float = Field(default=0.0, ge=0)
    units: tuple[str, ...] = ()


class ChoicesSource(_Source):
    """Printed codes to circle, set in columns of `rows` each."""

    at: Point
    options: dict[str, str] = Field(min_length=1)
    size: Size
    rows: int = Field(default=1, ge=1)
    pitch: Point | None = None


class CaptionSource(_Source):
    """The label cell of a field; without `text` it shows item and label."""

    box: Area
    text: str | None = None
    size: float = 5.6


class NoteSource(_Source):
    """Text printed anywhere outside the writing areas."""

    text: str
    box: Area
    size: float = 5.6
    align: Literal["left", "center", "right"] = "center"
    bold: bool = False
    shade: bool = False


class FieldSource(_Source):
    """One field: its writing area is `cells`, `box` or `tick`, or its `choices`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")
    label: str = Field(min_length=1)
    label_en: str = Field(min_length=1)
    item: str = ""
    type: FieldType
    format: str | None = None
    align: Literal["left", "right"] = "left"
    required: bool = False
    sensitive: bool = False
    critical: bool = False
    # What is known of it second-hand only; a person must check it before use.
    uncertain: bool = False
    box: Area | None = None
    cells: CellsSource | None = None
    choices: ChoicesSource | None = None
    tick: Area | None = None
    caption: CaptionSource | None = None
    notes: tuple[NoteSource, ...] = ()

    @field_validator("format")
    @classmethod
    def _format_is_known(cls, value: str | None) -> str | None:
        if value is not None and value not in FORMATS:
            known = ", ".join(sorted(FORMATS))
            raise ValueError(f"unknown format {value!r}; one of: {known}")
        return value


class LinesSource(_Source):
    """Ruled lines x1, y1, x2, y2 by weight, and thick frames x, y, w, h."""

    thick: tuple[Segment, ...] = ()
    thin: tuple[Segment, ...] = ()
    dotted: tuple[Segment, ...] = ()
    frames: tuple[Area, ...] = ()


class BlockSource(_Source):
    """Fields, and what is printed around them."""

    page: int = Field(default=1, ge=1)
    fields: tuple[FieldSource, ...] = ()
    notes: tuple[NoteSource, ...] = ()
    lines: LinesSource = LinesSource()


class PartSource(BlockSource):
    """A part of an entry with a place of its own, once or several times.

    Its fields are named PREFIX1_NAME, PREFIX2_NAME; "{n}" in notes is that number.
    """

    prefix: str = Field(pattern=r"^[a-z]+$")
    count: int = Field(ge=1)
    at: Point
    pitch: float = Field(default=0.0, ge=0)


class EntrySource(BlockSource):
    """The block that repeats once for each person; "{n}" in notes is its number.

    `newcomers`: its persons join with this form, so that no register knows them at
    the office. `sums` are the totals an entry must show, `occasion` the
    items (any one group of them, in the entry or the head) by which it is known again.
    """

    prefix: str = Field(default="insured", pattern=r"^[a-z][a-z0-9_]*$")
    count: int = Field(ge=1)
    at: Point
    pitch: float = Field(gt=0)
    parts: tuple[PartSource, ...] = ()
    newcomers: bool = False
    sums: tuple[Sum, ...] = ()
    occasion: tuple[tuple[str, ...], ...] = ()


class MarksSource(_Source):
    """The square in each corner of every page."""

    size: float = Field(default=5.0, gt=0)
    inset: float = Field(default=6.0, ge=0)


class CodeSource(_Source):
    """The QR code; keep 2.5 mm around it clear of print."""

    at: Point
    size: float = Field(default=15.0, gt=0)


class JudgementSource(_Source):
    """A point the office judges before it decides (審査項目)."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    label: str = Field(min_length=1)
    label_en: str = Field(min_length=1)


class FormSource(_Source):
    """One revision of one form as it is written down."""

    form: str = Field(pattern=r"^[0-9A-Z]{1,8}$")
    revision: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    title: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    nature: Nature
    page_size_mm: Size
    pages: int = Field(default=1, ge=1)
    marks: MarksSource = MarksSource()
    code: CodeSource
    # Where 訂正 or 取消 is written by the title; without it no mark is looked for.
    title_area: Area | None = None
    # What is judged page by page; an application has some, a notice none.
    judgement: tuple[JudgementSource, ...] = ()
    # The form whose filings in its bundle its totals (`summed_…`) count (総括表).
    sums_up: str | None = Field(default=None, pattern=r"^[0-9A-Z]{1,8}$")
    # The papers that must lie with it (添付書類), and when.
    attachments: tuple[Attachment, ...] = ()
    head: BlockSource
    # What the head has on further pages.
    continued: tuple[BlockSource, ...] = ()
    entry: EntrySource

    @field_validator("revision")
    @classmethod
    def _revision_is_a_month(cls, value: str) -> str:
        date.fromisoformat(f"{value}-01")
        return value


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a definition file, for editors that check while typing."""
    return FormSource.model_json_schema()
