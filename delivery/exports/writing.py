"""How the files of a destination are written: which fields, a line an entry, bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from delivery.exports.fixed import FILE_NUMBER, MADE_ON
from delivery.exports.layout import Line, Unwritable, file_bytes, line_of
from delivery.exports.tables import TableWriting
from delivery.exports.terms import Terms
from delivery.records import shown_value
from storage.tables import FieldVersion
from storage.vault import Vault


class Writing(Protocol):
    """One file of one destination. Both the same values and lines say the same."""

    @property
    def wanted(self) -> Mapping[str, str]:
        """The flat names of the fields that go in, and what their columns are called.

        Two fields may stand in one column.
        """
        ...

    def value(self, version: FieldVersion, vault: Vault) -> str:
        """What a version says there. Raises MissingError where it was erased."""
        ...

    def line(
        self, values: Mapping[str, str], *, substitute: bool = False
    ) -> Line | Unwritable:
        """One entry; with `substitute` it can always be written."""
        ...

    def refused(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The columns for which its receiver takes no such entry, substitutes or not.

        None of these is put into a file that is new.
        """
        ...

    def data(self, lines: Sequence[Line]) -> bytes:
        """The whole file. Raises UnwritableError where it holds fewer lines."""
        ...


def writing_of(terms: Terms, *, number: int, made_on: date) -> Writing:
    """How this file is written."""
    if terms.table is None:
        return ColumnWriting(terms, number, made_on)
    return TableWriting.of(terms, terms.table, number=number, made_on=made_on)


@dataclass(frozen=True, slots=True)
class ColumnWriting:
    """Columns as the destination names them; numbers are masked."""

    terms: Terms
    number: int
    made_on: date

    @property
    def wanted(self) -> Mapping[str, str]:
        return {one.field: one.heading for one in self.terms.columns}

    def value(self, version: FieldVersion, vault: Vault) -> str:
        return shown_value(version.field, version, vault)

    def line(
        self, values: Mapping[str, str], *, substitute: bool = False
    ) -> Line | Unwritable:
        return line_of(self.terms, values, substitute=substitute)

    def refused(self, values: Mapping[str, str]) -> tuple[str, ...]:
        del values
        # A sign that is missing, or a cell that is cut, is all that can be amiss.
        return ()

    def data(self, lines: Sequence[Line]) -> bytes:
        about = {FILE_NUMBER: str(self.number), MADE_ON: f"{self.made_on:%Y%m%d}"}
        return file_bytes(self.terms, lines, about=about)
