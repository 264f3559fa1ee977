"""`kamizero read`: reads files without database or server."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from forms.definition import FormDefinition
from forms.library import Library
from ingest.opening import open_original
from ingest.page_image import Limits
from kamizero.cli.clock import today
from kamizero.cli.console import Exit, answer, people
from kamizero.cli.files import files_below
from kamizero.cli.form_names import form_named
from kamizero.cli.reading import engine_choice, limits_of, shared_engine
from kamizero.errors import RefusedError
from kamizero.model import Finding, Reading
from kamizero.settings import Settings
from ocr.engines.choice import EngineChoice
from workers.paper import LoosePage, PaperFiling, read_paper


def read(
    paths: Annotated[
        # Whether they can be read is told file by file.
        list[Path], typer.Argument(readable=False, help="Files, or folders of them.")
    ],
    form: Annotated[
        str | None, typer.Option(help="Read only as this form: ID or ID@REVISION.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line on stdout.")
    ] = False,
    processes: Annotated[
        int, typer.Option(min=1, help="Files read at the same time.")
    ] = 1,
) -> int:
    """Read scanned filings and print what stands in their fields."""
    settings = Settings.load()
    library = Library.shipped()
    work = partial(
        lines_of,
        library=library,
        limits=limits_of(settings),
        language=settings.language,
        engine=engine_choice(settings),
        on=today(),
        expected=form_named(form) if form else None,
    )
    refused = False
    files = list(files_below(paths))
    with Progress(console=people, transient=True) as progress:
        task = progress.add_task("reading", total=len(files))
        for lines in _each(work, files, processes):
            for line in lines:
                refused |= "error" in line
                answer(line) if json else _show(line)
            progress.advance(task)
    return Exit.REFUSED if refused else Exit.OK


def lines_of(
    file: tuple[str, Path],
    *,
    library: Library,
    limits: Limits,
    language: str,
    engine: EngineChoice,
    on: date,
    expected: FormDefinition | None = None,
) -> list[dict[str, Any]]:
    """The JSON objects of one file: one a filing, unknown page or refusal."""
    source, path = file
    try:
        opened = open_original(_bytes(path), limits=limits)
        found = read_paper(
            opened,
            library=library,
            engine=shared_engine(engine),
            today=on,
            expected=expected,
        )
        return [{"source": source, **_line(part, language)} for part in found] or [
            {"source": source, "form": None, "pages": [], "text": ""}
        ]
    except RefusedError as refusal:
        error = {"code": refusal.refusal_code, "message": str(refusal)}
        return [{"source": source, "error": error}]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RefusedError(
            "unreadable",
            f"The file cannot be read ({error.strerror}). Look whether it is there "
            "and whether this user may read it.",
        ) from error


def _each(
    work: partial[list[dict[str, Any]]],
    files: Sequence[tuple[str, Path]],
    processes: int,
) -> Iterator[list[dict[str, Any]]]:
    if processes == 1:
        yield from map(work, files)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(work, files)


def _line(part: PaperFiling | LoosePage, language: str) -> dict[str, Any]:
    if isinstance(part, LoosePage):
        return {"form": None, "pages": [part.number], "text": part.text}
    head = {
        "form": part.pages.form,
        "revision": part.pages.revision,
        "pages": part.pages.pages,
        "attachments": part.pages.attachments,
    }
    if part.reading is None:
        return {
            **head,
            "error": {"code": "registration", "message": str(part.failure)},
        }
    return {
        **head,
        "kind": part.reading.kind.value,
        "fields": [field_line(reading) for reading in part.reading.readings],
        "findings": [
            finding_line(finding, language) for finding in part.reading.findings
        ],
    }


def field_line(reading: Reading) -> dict[str, Any]:
    """One field as `read --json` prints it."""
    return {
        "name": reading.name,
        "state": reading.state.value,
        "value": reading.value,
        "text": reading.text,
        "confidence": round(reading.confidence, 6),
        "accepted": reading.accepted,
        "chosen_by": reading.chosen_by,
        "page": reading.page,
        "box_px": [round(side) for side in reading.box_px],
        "alternatives": [
            [candidate.value, round(candidate.probability, 6)]
            for candidate in reading.alternatives
        ],
    }


def finding_line(finding: Finding, language: str) -> dict[str, Any]:
    """One finding as `read --json` prints it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "fields": list(finding.fields),
        "message": finding.message.in_language(language),
    }


def _show(line: Mapping[str, Any]) -> None:
    """The same for a person: one line a filled field, doubtful ones marked."""
    if "error" in line:
        typer.echo(f"{line['source']}  refused: {line['error']['message']}")
        return
    typer.echo(f"{line['source']}  {line.get('form') or 'unknown paper'}")
    for field in line.get("fields", ()):
        if field["state"] != "blank":
            mark = " " if field["accepted"] else "?"
            typer.echo(f"  {mark} {field['name']:32} {field['value'] or field['text']}")
    for finding in line.get("findings", ()):
        typer.echo(f"  ! {finding['message']} ({finding['rule']})")
