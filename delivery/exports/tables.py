"""Files that are tables of e-filings (SHFD0006.CSV), by the one writer of these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from delivery.exports.fixed import wrapped
from delivery.exports.layout import Line, Unwritable
from delivery.exports.terms import Missing, TableTerms, Terms
from delivery.kana import KANA
from delivery.table import (
    PersonRow,
    TableHead,
    decided_value,
    item_name,
    person_row,
    table_with,
)
from forms.csv.forms import PREFIX
from forms.csv.layout import Layout
from forms.csv.layouts import layout_in_force, office_layout
from forms.csv.writer import write_table
from forms.definition import FormDefinition
from forms.library import Library
from kamizero.errors import MissingError, UnwritableError, WrongCallError
from kamizero.model import Severity
from storage.tables import FieldVersion
from storage.vault import Vault
from validation.csv.check import check_table

# A table counts its serial (媒体通番) in so many digits.
_SERIAL_DIGITS = 3
# Where the table of one entry says its office, and where its person.
_OFFICE_LINE = 4


@dataclass(frozen=True, slots=True)
class TableWriting:
    """One file as a table; who opens it has the keys, so numbers stand in full."""

    layout: Layout
    head: TableHead
    missing: Missing

    @classmethod
    def of(
        cls, terms: Terms, table: TableTerms, *, number: int, made_on: date
    ) -> "TableWriting":
        """Raises WrongCallError where no table holds the form."""
        layout = layout_in_force(terms.form, made_on)
        if layout is None:
            raise WrongCallError(f"No table holds the form {terms.form}.")
        head = TableHead(
            prefecture=table.prefecture,
            serial=wrapped(number, _SERIAL_DIGITS),
            made_on=made_on,
            attorney=table.attorney.said if table.attorney else None,
            blank_names=table.blank_names,
        )
        return cls(layout, head, terms.missing)

    @property
    def wanted(self) -> Mapping[str, str]:
        return {
            name: item.label
            for item in (*office_layout().items, *self.layout.items)
            if item.field is not None
            for name in (item.field, f"{PREFIX}.{item.field}")
        }

    def value(self, version: FieldVersion, vault: Vault) -> str:
        return decided_value(version, vault)

    def line(
        self, values: Mapping[str, str], *, substitute: bool = False
    ) -> Line | Unwritable:
        row, other = self._row(values)
        if other and self.missing == Missing.REFUSE and not substitute:
            return Unwritable(other)
        return Line((*row.office, *row.items), other)

    def refused(self, values: Mapping[str, str]) -> tuple[str, ...]:
        row, _ = self._row(values)
        try:
            data = self._table([row])
        except UnwritableError as error:
            return (self._label(error.line, error.item),)
        return tuple(dict.fromkeys(self._errors(data)))

    def data(self, lines: Sequence[Line]) -> bytes:
        width = len(office_layout().items)
        rows = [
            PersonRow(self.layout, line.cells[:width], line.cells[width:])
            for line in lines
        ]
        return self._table(rows)

    def _row(self, values: Mapping[str, str]) -> tuple[PersonRow, tuple[str, ...]]:
        """One person, and the items that are written otherwise than decided."""
        # What the head of a filing says comes first, as in every table.
        in_turn = sorted(values, key=lambda name: name.startswith(f"{PREFIX}."))
        said = {item_name(name): values[name] for name in in_turn if values[name]}
        row = person_row(self.layout, said, self.head)
        _, changed = table_with([row], self.head)
        other = (one.item.label for one in changed if not one.is_surplus)
        return row, tuple(dict.fromkeys(other))

    def _table(self, rows: Sequence[PersonRow]) -> bytes:
        table, _ = table_with(rows, self.head)
        return write_table(table)

    def _errors(self, data: bytes) -> list[str]:
        """What whoever takes tables in would send the whole of it back for."""
        checked = check_table(data, paper=_paper, today=self.head.made_on)
        return [
            self._label(one.line, one.item)
            for one in checked.problems
            if one.severity is Severity.ERROR
        ]

    def _label(self, line: int, item: int) -> str:
        layout = office_layout() if line <= _OFFICE_LINE else self.layout
        if not 1 <= item <= len(layout.items):
            return layout.title
        return layout.item(item).label


def demand_table(form: FormDefinition, table: TableTerms) -> None:
    """Raises WrongCallError where entries of the form cannot go into tables alone."""
    layout = layout_in_force(form.form, date.max)
    if layout is None:
        raise WrongCallError(f"No table of e-filings holds the form {form.form}.")
    if table.prefecture not in office_layout().item(1).codes:
        raise WrongCallError(
            f"{table.prefecture} is no code of a prefecture; it is not that of JIS "
            "(Tokyo is 21)."
        )
    asks = {item.field for item in layout.items if item.required}
    if KANA in asks and not any(item_name(field.name) == KANA for field in form.fields):
        raise WrongCallError(
            f"The table asks for kana of names, and the form {form.form} does not: "
            "they stand in records that may change. Use `kamizero csv write`."
        )


def _paper(form: str) -> FormDefinition | None:
    try:
        return Library.shipped().get(form)
    except MissingError:
        return None
