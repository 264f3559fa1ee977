"""Expands a form as written down into every box, text and line on its pages."""

from collections.abc import Iterator

from forms.definition import (
    Choice,
    Field,
    FormDefinition,
    JudgementPoint,
    Printed,
    PrintedLine,
    PrintedShade,
    PrintedText,
    Weight,
)
from forms.placing import (
    around,
    cell_boxes,
    choice_boxes,
    corner_boxes,
    edges,
    field_area,
    group_boxes,
    moved,
)
from forms.schema import (
    BlockSource,
    CellsSource,
    ChoicesSource,
    EntrySource,
    FieldSource,
    FormSource,
    NoteSource,
    PartSource,
    Segment,
)
from kamizero.model import Box

CHOICE_SIZE_PT = 6.4
UNIT_SIZE_PT = 5.0
CIRCLE_ROOM_MM = 0.8


def expand(source: FormSource) -> FormDefinition:
    """Give the definition with one field for each entry's field.

    Raises:
        ValueError: A field has no writing area; check before expanding.
    """
    heads = (source.head, *source.continued)
    blocks = [*map(_Placed, heads), *_entries(source.entry)]
    code = Box(*source.code.at, source.code.size, source.code.size)
    return FormDefinition(
        form=source.form,
        revision=source.revision,
        title=source.title,
        title_en=source.title_en,
        nature=source.nature,
        page_size_mm=source.page_size_mm,
        pages=source.pages,
        marks=(*corner_boxes(source.marks, source.page_size_mm), code),
        fields=tuple(field for block in blocks for field in block.fields()),
        entry_prefix=source.entry.prefix,
        entries=source.entry.count,
        newcomers=source.entry.newcomers,
        sums=source.entry.sums,
        occasion=source.entry.occasion,
        attachments=source.attachments,
        sums_up=source.sums_up,
        printed=Printed(
            texts=tuple(text for block in blocks for text in block.texts()),
            lines=tuple(line for block in blocks for line in block.lines()),
            shades=tuple(shade for block in blocks for shade in block.shades()),
        ),
        title_area=source.title_area,
        judgement=tuple(
            JudgementPoint(id=one.id, label=one.label, label_en=one.label_en)
            for one in source.judgement
        ),
    )


def _entries(entry: EntrySource) -> Iterator["_Placed"]:
    for index in range(entry.count):
        n = index + 1
        x, y = entry.at[0], entry.at[1] + index * entry.pitch
        prefix = f"{entry.prefix}.{n}."
        yield _Placed(entry, prefix=prefix, number=str(n), at=(x, y))
        for part in entry.parts:
            yield from _repeated(part, prefix)


def _repeated(part: PartSource, prefix: str) -> Iterator["_Placed"]:
    for index in range(part.count):
        k = index + 1
        x, y = part.at[0], part.at[1] + index * part.pitch
        name = f"{prefix}{part.prefix}{k}_"
        yield _Placed(part, prefix=name, number=str(k), at=(x, y))


class _Placed:
    """One block where it stands on the page."""

    def __init__(
        self,
        block: BlockSource,
        *,
        prefix: str = "",
        number: str = "",
        at: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        self._block = block
        self._prefix = prefix
        self._number = number
        self._at = at

    def fields(self) -> Iterator[Field]:
        for source in self._block.fields:
            yield self._field(source)

    def texts(self) -> Iterator[PrintedText]:
        for note in self._all_notes():
            yield self._text(note)
        for field in self._block.fields:
            if field.choices:
                yield from self._choice_texts(field.choices)
            if field.cells:
                yield from self._unit_texts(field.cells)

    def lines(self) -> Iterator[PrintedLine]:
        lines = self._block.lines
        framing = tuple(edge for frame in lines.frames for edge in edges(frame))
        for segment in lines.thin:
            yield self._line(segment, "thin")
        for segment in lines.dotted:
            yield self._line(segment, "dotted")
        for segment in lines.thick + framing:
            yield self._line(segment, "thick")

    def shades(self) -> Iterator[PrintedShade]:
        for note in self._all_notes():
            if note.shade:
                yield PrintedShade(box_mm=self._box(note.box), page=self._block.page)

    def _field(self, source: FieldSource) -> Field:
        area = field_area(source)
        if area is None:
            raise ValueError(f"{source.name} has no writing area")
        return Field(
            name=self._prefix + source.name,
            label=source.label,
            label_en=source.label_en,
            item=source.item,
            type=source.type,
            format=source.format,
            page=self._block.page,
            box_mm=self._box(area),
            cells=self._cells(source),
            align=source.align,
            required=source.required,
            sensitive=source.sensitive,
            critical=source.critical,
            uncertain=source.uncertain,
            choices=tuple(self._choices(source)),
        )

    def _cells(self, source: FieldSource) -> tuple[Box, ...] | None:
        if source.cells is None:
            return None
        return tuple(self._box(box) for box in cell_boxes(source.cells))

    def _choices(self, source: FieldSource) -> Iterator[Choice]:
        if source.tick:
            yield Choice(code="1", label=source.label, box_mm=self._box(source.tick))
        if source.choices:
            options = source.choices.options.items()
            for (code, label), box in zip(
                options, choice_boxes(source.choices), strict=True
            ):
                yield Choice(code=code, label=label, box_mm=self._box(box))

    def _all_notes(self) -> Iterator[NoteSource]:
        yield from self._block.notes
        for field in self._block.fields:
            if field.caption:
                yield NoteSource(
                    text=field.caption.text or f"{field.item}\n{field.label}".strip(),
                    box=field.caption.box,
                    size=field.caption.size,
                    shade=True,
                )
            yield from field.notes

    def _text(self, note: NoteSource) -> PrintedText:
        return PrintedText(
            text=note.text.replace("{n}", self._number),
            box_mm=self._box(note.box),
            size_pt=note.size,
            align=note.align,
            bold=note.bold,
            page=self._block.page,
        )

    def _choice_texts(self, choices: ChoicesSource) -> Iterator[PrintedText]:
        boxes = choice_boxes(choices)
        for (code, label), box in zip(choices.options.items(), boxes, strict=True):
            yield PrintedText(
                text=_printed_choice(code, label, alone=len(boxes) == 1),
                box_mm=self._box(around([box], margin=-CIRCLE_ROOM_MM)),
                size_pt=CHOICE_SIZE_PT,
                align="left",
                page=self._block.page,
            )

    def _unit_texts(self, cells: CellsSource) -> Iterator[PrintedText]:
        # Units stand above the cells: between them they would be in the writing area.
        for unit, box in zip(cells.units, group_boxes(cells), strict=False):
            yield PrintedText(
                text=unit,
                box_mm=self._box(Box(box.x, box.y - 2.5, box.w, 2.3)),
                size_pt=UNIT_SIZE_PT,
                page=self._block.page,
            )

    def _line(self, segment: Segment, weight: Weight) -> PrintedLine:
        x1, y1, x2, y2 = segment
        return PrintedLine(
            start_mm=self._point(x1, y1),
            end_mm=self._point(x2, y2),
            weight=weight,
            page=self._block.page,
        )

    def _box(self, box: Box) -> Box:
        return moved(box, self._at)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        place = self._box(Box(x, y, 0, 0))
        return place.x, place.y


def _printed_choice(code: str, label: str, *, alone: bool) -> str:
    if alone:
        return label
    # A label that starts with a digit would run into its code: 7.75歳.
    space = " " if label[:1].isdigit() else ""
    return f"{code}.{space}{label}"
