"""Columns of words, and of names of files: no My Number comes to lie in either.

What people write is refused, so that they write it elsewhere; what a machine calls a
file cannot be refused and is covered. It is asked where the attribute is set, so that
whoever wrote it is told, and once more on the way into the database.
"""

from typing import Any

from sqlalchemy import Dialect, String, Text, event
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.types import TypeDecorator

from forms.grammar.my_numbers import covered, holds_my_number
from kamizero.errors import NumberInWordsError
from storage.columns import Table

# As long for every number, because a mask that shows the length tells something.
MASK = "************"


class _Guarded(TypeDecorator[str]):
    impl = String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        if length is None:
            # What SQLAlchemy's stubs call a class is an instance by now.
            self.impl = Text()  # type: ignore[assignment]

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else self.guarded(value)

    def guarded(self, value: str) -> str:
        raise NotImplementedError


class Words(_Guarded):
    """What a person writes: a reason, a note, an answer."""

    cache_ok = True

    def guarded(self, value: str) -> str:
        """The same. Raises NumberInWordsError."""
        demand_no_number(value)
        return value


class FileName(_Guarded):
    """What a sender calls a file."""

    cache_ok = True

    def guarded(self, value: str) -> str:
        return covered(value, MASK)


def demand_no_number(value: str) -> None:
    """Raises NumberInWordsError where a My Number stands in it."""
    if holds_my_number(value):
        raise NumberInWordsError(
            "There is a My Number in these words, which stay for good and are shown. "
            "Say it without the number."
        )


def without_numbers(value: str) -> str:
    """What another machine wrote, which cannot be refused: its My Numbers covered.

    Twelve digits that may be a moment as well are taken for a number here.
    """
    found = covered(value, MASK)
    return MASK if holds_my_number(found) else found


@event.listens_for(Table, "attribute_instrument", propagate=True)
def _guard(_: type[Table], __: str, attribute: QueryableAttribute[Any]) -> None:
    columns = getattr(attribute.property, "columns", ())
    kind = columns[0].type if columns else None
    if not isinstance(kind, _Guarded):
        return

    def guarded(_target: object, value: Any, _old: object, _by: object) -> Any:
        return kind.guarded(value) if isinstance(value, str) else value

    event.listen(attribute, "set", guarded, retval=True)
