"""`kamizero csv`: the table of an e-filing, checked as a compiler checks a program."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from forms.definition import FormDefinition
from forms.library import Library
from kamizero.cli.clock import today
from kamizero.cli.console import Exit, answer, people
from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Severity
from kamizero.settings import Settings
from validation.csv.check import Checked, Problem, check_table

app = typer.Typer(help="The table of an e-filing (SHFD0006.CSV).", no_args_is_help=True)


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="FILE", readable=False)],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a problem on stdout.")
    ] = False,
    on: Annotated[
        str, typer.Option(help="Check as of this day (YYYY-MM-DD), not today.")
    ] = "",
) -> int:
    """Say line by line and item by item what is wrong with a table."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WrongCallError(f"{path} cannot be read: {error.strerror}.") from error
    checked = check_table(data, paper=paper_form, today=_day(on))
    language = Settings.load().language
    for problem in checked.problems:
        if as_json:
            answer(_line(path, problem))
        else:
            typer.echo(_told(path, problem, language))
    return _exit(checked)


@app.command()
def write(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    prefecture: Annotated[str, typer.Option(help="Code of the offices' prefecture.")],
    filings: Annotated[
        list[int] | None, typer.Argument(metavar="[FILING]...", help="Their ids.")
    ] = None,
    serial: Annotated[int, typer.Option(min=1, max=999, help="媒体通番.")] = 1,
    made_on: Annotated[str, typer.Option(help="YYYY-MM-DD, by default today.")] = "",
    attorney: Annotated[
        str, typer.Option(help="Labour attorney who files: CODE:NAME.")
    ] = "",
    blank_names: Annotated[
        bool, typer.Option(help="Leave names blank that the file cannot hold.")
    ] = False,
) -> int:
    """Write approved entries, as they were decided, into one table.

    Without ids it holds every approved entry. What the file cannot hold as it was
    decided is told on stderr, and so is what the checks say of the file.
    """
    # Checking a file must not wait for the database.
    from kamizero.cli.csv_writing import write_approved

    written = write_approved(
        filings or [],
        prefecture=prefecture,
        serial=serial,
        made_on=_day(made_on),
        attorney=attorney,
        blank_names=blank_names,
    )
    with open(out, "wb", opener=_private) as file:
        file.write(written.data)
    for change in written.changed:
        people.print(
            f"{out}:{change.line}:{change.item.n}: {change.item.label} "
            f"({change.item.label_en}): written otherwise or left out",
            markup=False,
            soft_wrap=True,
        )
    checked = check_table(written.data, paper=paper_form, today=today())
    for problem in checked.problems:
        told = _told(out, problem, Settings.load().language)
        people.print(told, markup=False, soft_wrap=True)
    typer.echo(f"{written.entries} entries written to {out}.")
    return _exit(checked)


def _private(path: str, flags: int) -> int:
    """Nobody else may read what names people."""
    return os.open(path, flags, 0o600)


def paper_form(form: str) -> FormDefinition | None:
    """The paper form of a row, where there is one."""
    try:
        return Library.shipped().get(form)
    except MissingError:
        return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise WrongCallError(f"{text} is no day. Write it as YYYY-MM-DD.") from error


def _exit(checked: Checked) -> Exit:
    if checked.is_refused:
        return Exit.REFUSED
    return Exit.FAILED if _errors(checked.problems) else Exit.OK


def _errors(problems: Sequence[Problem]) -> Sequence[Problem]:
    return [one for one in problems if one.severity is Severity.ERROR]


def _told(path: Path, problem: Problem, language: str) -> str:
    place = f"{path}:{problem.line}:{problem.item}"
    message = problem.message.in_language(language)
    return f"{place}: {problem.severity.value}[{problem.rule}]: {message}"


def _line(path: Path, problem: Problem) -> dict[str, object]:
    return {
        "file": str(path),
        "line": problem.line,
        "item": problem.item,
        "name": {"ja": problem.label.ja, "en": problem.label.en},
        "severity": problem.severity.value,
        "rule": problem.rule,
        "message": {"ja": problem.message.ja, "en": problem.message.en},
    }
