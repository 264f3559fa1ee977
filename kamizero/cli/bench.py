"""`kamizero bench …`: makes scans and measures reading on them; for a checkout."""

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from kamizero.cli.clock import today
from kamizero.cli.console import Exit, answer, people
from kamizero.cli.reading import limits_of, shared_engine
from kamizero.errors import SetupError
from kamizero.settings import Settings

app = typer.Typer(help="Make scans and measure reading (from a checkout).")

Scans = Annotated[
    Path, typer.Option(help="A folder of scans made by `bench scans`.", readable=False)
]


@app.command()
def scans(
    out: Annotated[Path, typer.Option(help="The folder they are written into.")],
    split: Annotated[str, typer.Option(help="development or test.")] = "development",
    pages: Annotated[int, typer.Option(min=1, help="How many.")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed makes the same.")] = 1,
    digits: Annotated[
        Path | None,
        typer.Option(help="An .npz of real digits, to stand in comb boxes."),
    ] = None,
) -> int:
    """Make filled, damaged scans and write down what stands on them."""
    _demand_checkout()
    from bench.make_scans import make_scans

    with Progress(console=people, transient=True) as progress:
        task = progress.add_task("making scans", total=pages)
        for _ in make_scans(out, split=split, pages=pages, seed=seed, digits=digits):
            progress.advance(task)
    return Exit.OK


@app.command()
def read(
    scans: Scans,
    pages: Annotated[
        int | None, typer.Option(min=1, help="Only the first so many pages.")
    ] = None,
    peer_pages: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Pages that the other readers read, evenly drawn; all by default.",
        ),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(help="A folder for the reliability diagram and the worst errors."),
    ] = None,
    threads: Annotated[
        int, typer.Option(min=1, help="Threads of each reader; a worker has one.")
    ] = 1,
    worst: Annotated[int, typer.Option(min=0, help="So many worst errors.")] = 10,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON object on stdout.")
    ] = False,
) -> int:
    """Measure accuracy, confidence and speed beside full-page readers, in one run."""
    _demand_checkout()
    from bench.engine import engine_with
    from bench.measuring import evenly, measure, truth_of
    from bench.reliability import draw
    from bench.report import report_of
    from bench.worst import WorstErrors

    engine = shared_engine(engine_with(threads))
    truth = truth_of(scans, pages=pages)
    kept = WorstErrors(worst if pictures else 0)
    with Progress(console=people, transient=True) as progress:
        task = progress.add_task("measuring", total=len(truth))
        for measurement in measure(
            scans,
            truth,
            engine=engine,
            limits=limits_of(Settings.load()),
            today=today(),
            peer_files=evenly(list(truth), peer_pages),
            worst=kept if pictures and worst else None,
        ):
            result = measurement
            progress.advance(task)
    if pictures:
        draw(result.fields, pictures / "reliability.png")
        kept.write(pictures)
    _show(report_of(result, engine=engine.name, threads=threads), as_json=json)
    return Exit.OK


def _show(report: Mapping[str, Any], *, as_json: bool) -> None:
    from bench.report import table

    if as_json:
        answer(report)
    else:
        sys.stdout.write(table(report) + "\n")


def _demand_checkout() -> None:
    """Benchmarks lie in the repository, not in the installed package."""
    if find_spec("bench") is None:
        raise SetupError(
            "Benchmarks need a checkout of kamizero: clone it, run `make test` once "
            "and call this command there."
        )
