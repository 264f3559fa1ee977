"""The form a caller names; apart from the commands on forms, which load far more."""

from forms.definition import FormDefinition
from forms.library import Library
from kamizero.cli.clock import today
from kamizero.errors import MissingError, WrongCallError


def form_named(name: str) -> FormDefinition:
    """The form a caller names, ID[@REVISION].

    Raises:
        WrongCallError: there is none; the message names those that are known.
    """
    try:
        return Library.shipped().get(name, on=today())
    except MissingError as error:
        raise WrongCallError(str(error)) from error
