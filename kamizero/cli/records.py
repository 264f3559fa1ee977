"""`kamizero records`: the register that filings are checked against."""

import csv
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self, TextIO

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kamizero.cli.console import Exit, people
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.records import RecordKind
from kamizero.settings import Settings
from storage.records.loading import Loaded, Rejected, load, load_csv
from storage.records.packaged import packaged
from storage.records.rows import COLUMNS

app = typer.Typer(
    help="Records that filings are checked against.", no_args_is_help=True
)

_TOLD = 20


@app.callback()
def records() -> None:
    """Keep `load` a command of its own."""


@app.command("load")
def load_records(
    kind: Annotated[RecordKind, typer.Argument(help="What the rows are.")],
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE.csv]",
            help="Branches and postcodes come from the packages of `kamizero[lists]` "
            "where no file is named.",
        ),
    ] = None,
    aside: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Where bad rows go with their reason, to be mended and loaded; "
            "FILE.aside.csv by default.",
        ),
    ] = None,
) -> int:
    """Load records from a CSV file (UTF-8, first line names the columns)."""
    place = aside or (path or Path(f"{kind}.csv")).with_suffix(".aside.csv")
    with _Aside(kind, place) as kept, _progress() as bar:
        task = bar.add_task("loading", total=None)

        def progress(count: int) -> None:
            bar.update(task, completed=count)

        loaded = _loaded(kind, path, progress, kept)
    typer.echo(f"{loaded.count} records loaded, {loaded.rejected} kept aside.")
    if loaded.rejected:
        people.print(f"The rows kept aside are in {place}.", markup=False)
    return Exit.FAILED if loaded.rejected else Exit.OK


def _loaded(
    kind: RecordKind,
    path: Path | None,
    progress: Callable[[int], None],
    aside: Callable[[Rejected], None],
) -> Loaded:
    storeroom = open_storeroom(Settings.load())
    to = storeroom.database, storeroom.vault, kind
    if path is None:
        return load(*to, packaged(kind), progress=progress, aside=aside)
    return load_csv(*to, path, progress=progress, aside=aside)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,.0f}"),
        TimeElapsedColumn(),
        console=people,
        transient=True,
    )


class _Aside:
    """Writes bad rows to a file of their own, which is made with the first of them.

    It holds what the file of records holds, so nobody else may read it either.
    """

    def __init__(self, kind: RecordKind, path: Path) -> None:
        self._columns = COLUMNS[kind]
        self._path = path
        self._file: TextIO | None = None
        self._told = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def __call__(self, bad: Rejected) -> None:
        if self._told < _TOLD:
            people.print(f"line {bad.line}: {bad.reason}", markup=False)
        elif self._told == _TOLD:
            people.print("More are in the file of rows kept aside.")
        self._told += 1
        file = self._opened()
        cells = [bad.cells[name] for name in self._columns]
        csv.writer(file, lineterminator="\n").writerow([*cells, bad.line, bad.reason])

    def _opened(self) -> TextIO:
        if self._file is None:
            try:
                number = os.open(
                    self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600
                )
            except OSError as error:
                raise WrongCallError(
                    f"{self._path} cannot be written ({error.strerror}). Say with "
                    "--aside where bad rows go, and load the file again."
                ) from error
            self._file = os.fdopen(number, "w", encoding="utf-8", newline="")
            head = [*self._columns, "line", "reason"]
            csv.writer(self._file, lineterminator="\n").writerow(head)
        return self._file
