"""The forms the product knows: packaged definitions by name and date."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files

import yaml
from pydantic import ValidationError

from forms.definition import FormDefinition
from forms.expansion import expand
from forms.schema import FormSource
from kamizero.errors import DefinitionError, MissingError


def load(text: str) -> FormDefinition:
    """Read one definition file.

    Raises:
        DefinitionError: The text is no definition; `forms check` says where.
    """
    try:
        return expand(FormSource.model_validate(yaml.safe_load(text)))
    except (yaml.YAMLError, ValidationError, ValueError) as error:
        raise DefinitionError(
            f"This is no form definition: {error}. "
            "Run `kamizero forms check` on the file to see each line to mend."
        ) from error


class Library:
    """A set of form revisions, found by `ID` (the one in force) or `ID@REVISION`."""

    def __init__(self, definitions: Iterable[FormDefinition]) -> None:
        self._definitions = {
            definition.name: definition
            for definition in sorted(definitions, key=lambda d: (d.form, d.revision))
        }

    @staticmethod
    @cache
    def shipped() -> "Library":
        """The forms that come with the product, loaded once a process."""
        folder = files("forms") / "definitions"
        texts = (file.read_text(encoding="utf-8") for file in folder.iterdir())
        return Library(load(text) for text in texts)

    def get(self, name: str, *, on: date | None = None) -> FormDefinition:
        """The named revision, or the one in force on a date (by default the latest).

        Raises:
            MissingError: There is no such form, or it was not yet in force.
        """
        if "@" in name:
            return self._exactly(name)
        revisions = [d for d in self._definitions.values() if d.form == name]
        if not revisions:
            raise MissingError(f"There is no form {name}. Known: {self._names()}.")
        in_force = [d for d in revisions if on is None or d.in_force_from <= on]
        if not in_force:
            raise MissingError(
                f"Form {name} was not in force on {on}. Known: {self._names()}."
            )
        return in_force[-1]

    def all(self) -> tuple[FormDefinition, ...]:
        """Every revision, by form, then the oldest first."""
        return tuple(self._definitions.values())

    def _exactly(self, name: str) -> FormDefinition:
        if name not in self._definitions:
            raise MissingError(f"There is no form {name}. Known: {self._names()}.")
        return self._definitions[name]

    def _names(self) -> str:
        return ", ".join(self._definitions)
