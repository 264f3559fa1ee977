"""The forms the product knows: packaged definitions by name and date."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Protocol

from forms.checking import read
from forms.csv.forms import form_of_rows, is_of_rows, layout_named
from forms.definition import FormDefinition
from kamizero.errors import DefinitionError, MissingError

_TOLD_AT_ONCE = 5
_ENDING = ".yaml"


class OnForm(Protocol):
    """What knows the form and the revision that it was filed on."""

    @property
    def form(self) -> str: ...

    @property
    def revision(self) -> str: ...


def load(text: str, *, laid_out: bool = False) -> FormDefinition:
    """Read one definition file; `laid_out` as `read` knows it.

    Raises:
        DefinitionError: The text is no definition; the message names each line.
    """
    definition, problems = read(text, laid_out=laid_out)
    if definition is None:
        found = [f"line {p.line}: {p.message}" for p in problems[:_TOLD_AT_ONCE]]
        if len(problems) > _TOLD_AT_ONCE:
            found.append(f"and {len(problems) - _TOLD_AT_ONCE} more")
        raise DefinitionError(
            f"This form definition cannot be used: {'; '.join(found)}."
        )
    return definition


class Library:
    """A set of form revisions, found by `ID` (the one in force) or `ID@REVISION`."""

    def __init__(self, definitions: Iterable[FormDefinition]) -> None:
        self._definitions: Mapping[str, FormDefinition] = {
            definition.name: definition
            for definition in sorted(definitions, key=lambda d: (d.form, d.revision))
        }
        # Forms of rows are made when asked for; nobody chooses one from a list.
        self._of_rows: dict[str, FormDefinition] = {}

    @staticmethod
    @cache
    def shipped() -> "Library":
        """The forms that come with the product, each loaded when first asked for."""
        library = Library(())
        library._definitions = _Shipped()
        return library

    def get(self, name: str, *, on: date | None = None) -> FormDefinition:
        """The named revision, or the one in force on a date (by default the latest).

        Raises:
            MissingError: There is no such form, or it was not yet in force.
        """
        if "@" in name:
            return self._exactly(name)
        revisions = self._revisions(name)
        if not revisions:
            raise MissingError(f"There is no form {name}. Known: {self._names()}.")
        in_force = [d for d in revisions if on is None or d.in_force_from <= on]
        if not in_force:
            raise MissingError(
                f"Form {name} was not in force on {on}. Known: {self._names()}."
            )
        return in_force[-1]

    def of(self, what: OnForm) -> FormDefinition:
        """The form and revision that something was filed on.

        Raises:
            MissingError: There is no such form.
        """
        return self.get(f"{what.form}@{what.revision}")

    def all(self) -> tuple[FormDefinition, ...]:
        """Every revision, by form, then the oldest first."""
        return tuple(self._definitions.values())

    def summed_by(self, form: str) -> str | None:
        """The form whose filings this one sums up, None for one that sums up none."""
        revisions = self._revisions(form)
        return revisions[-1].sums_up if revisions else None

    def _exactly(self, name: str) -> FormDefinition:
        form, _, revision = name.partition("@")
        layout = layout_named(form, revision) if is_of_rows(revision) else None
        if layout is not None and name not in self._of_rows:
            paper = self._revisions(form)
            self._of_rows[name] = form_of_rows(layout, paper[-1] if paper else None)
        if name in self._of_rows:
            return self._of_rows[name]
        if name not in self._definitions:
            raise MissingError(f"There is no form {name}. Known: {self._names()}.")
        return self._definitions[name]

    def _revisions(self, form: str) -> list[FormDefinition]:
        return [
            self._definitions[name]
            for name in self._definitions
            if name.partition("@")[0] == form
        ]

    def _names(self) -> str:
        return ", ".join(self._definitions)


class _Shipped(Mapping[str, FormDefinition]):
    """The packaged definitions by name: reading all takes longer than a page."""

    def __init__(self) -> None:
        folder = files("forms") / "definitions"
        found = {file.name.removesuffix(_ENDING): file for file in folder.iterdir()}
        self._files = dict(sorted(found.items()))
        self._loaded: dict[str, FormDefinition] = {}

    def __getitem__(self, name: str) -> FormDefinition:
        if name not in self._loaded:
            text = self._files[name].read_text(encoding="utf-8")
            # Its layout is looked at by the tests, not at each start.
            self._loaded[name] = load(text, laid_out=True)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
