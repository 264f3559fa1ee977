"""The command line: JSON on stdout, progress and logs on stderr, exit codes 0 to 3."""

import sys
from io import TextIOWrapper
from typing import NoReturn

import typer

from kamizero import logs
from kamizero.cli.commands import LazyGroup
from kamizero.cli.console import Exit, say
from kamizero.errors import (
    KamizeroError,
    LostError,
    MissingError,
    RefusedError,
    WrongCallError,
)


def _leave(code: Exit | None) -> NoReturn:
    """End with the exit code a command returned."""
    raise typer.Exit(code or Exit.OK)


app = typer.Typer(
    name="kamizero",
    cls=LazyGroup,
    help="Turn scanned paper filings into approved records and keep the originals.",
    no_args_is_help=True,
    result_callback=_leave,
    pretty_exceptions_enable=False,
)


@app.callback()
def _kamizero() -> None:
    """Typer makes a group of an application without commands only with this."""


def main() -> NoReturn:
    """Run one command; every known error becomes one clear line and an exit code."""
    logs.configure("columns", level="WARNING")
    _write_utf_8()
    try:
        # It leaves by itself: with a command's exit code, or 2 for a wrong call.
        app()
    except LostError as error:
        code = say(str(error), Exit.FAILED)
    except (WrongCallError, MissingError) as error:
        # What nobody knows was called by a wrong number or name.
        code = say(str(error), Exit.WRONG_CALL)
    except RefusedError as error:
        code = say(str(error), Exit.REFUSED)
    except KamizeroError as error:
        code = say(str(error), Exit.FAILED)
    except OSError as error:
        code = say(_told(error), Exit.FAILED)
    sys.exit(code)


def _write_utf_8() -> None:
    # Answers are UTF-8 wherever they are asked for. What cannot be written so, a
    # half character in a text, is escaped the way JSON does it.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def _told(error: OSError) -> str:
    what = error.strerror or error
    if error.filename is None:
        return f"The system says: {what}."
    return f"{error.filename} cannot be used: {what}. Check the path and the rights."
