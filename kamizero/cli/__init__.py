"""The command line: JSON on stdout, progress and logs on stderr, exit codes 0 to 3."""

import sys
from typing import NoReturn

import click
import typer

from kamizero import logs
from kamizero.cli import (
    doctor,
    forms,
    ingest,
    people,
    read,
    records,
    serve,
    store,
    verify,
)
from kamizero.cli.console import Exit, say
from kamizero.errors import KamizeroError, RefusedError, WrongCallError

app = typer.Typer(
    name="kamizero",
    help="Turn scanned paper filings into approved records and keep the originals.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command(name="up")(serve.up)
app.command(name="work", hidden=True)(serve.work)
app.command(name="read")(read.read)
app.command(name="ingest")(ingest.ingest)
app.command(name="verify")(verify.verify)
app.command(name="doctor")(doctor.doctor)
app.add_typer(forms.app, name="forms")
app.add_typer(records.app, name="records")
app.add_typer(people.users, name="user")
app.add_typer(people.tokens, name="token")
app.add_typer(store.app, name="store")


def main() -> NoReturn:
    """Run one command; every known error becomes one clear line and an exit code."""
    logs.configure("columns", level="WARNING")
    try:
        code = app(standalone_mode=False)
    except click.exceptions.Abort:
        code = Exit.FAILED
    except click.ClickException as error:
        error.show(file=sys.stderr)
        code = Exit.WRONG_CALL
    except WrongCallError as error:
        code = say(error, Exit.WRONG_CALL)
    except RefusedError as error:
        code = say(error, Exit.REFUSED)
    except KamizeroError as error:
        code = say(error, Exit.FAILED)
    sys.exit(code or Exit.OK)
