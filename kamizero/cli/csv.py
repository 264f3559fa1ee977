"""`kamizero csv`: the table of an e-filing, checked as a compiler checks a program."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from forms.definition import FormDefinition
from forms.library import Library
from kamizero.cli.clock import today
from kamizero.cli.console import Exit, answer
from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Severity
from kamizero.settings import Settings
from validation.csv.check import Checked, Problem, check_table

app = typer.Typer(help="The table of an e-filing (SHFD0006.CSV).", no_args_is_help=True)


@app.callback()
def tables() -> None:
    """Keep `check` a command of its own."""


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
