"""`kamizero forms`: the form library."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from forms.blank import blank_pdf
from forms.checking import check as check_text
from forms.definition import Field, FormDefinition
from forms.difference import differences
from forms.fill import fill as fill_form
from forms.inheritance import skeleton
from forms.library import Library
from kamizero.cli.console import Exit, answer
from kamizero.cli.form_names import form_named
from kamizero.errors import WrongCallError
from kamizero.model import Box

PICTURES = (".png", ".tif", ".tiff", ".jpg", ".jpeg")
MANY_PAGES = (".tif", ".tiff")

app = typer.Typer(help="The form library.", no_args_is_help=True)

FormName = Annotated[str, typer.Argument(metavar="ID", help="ID or ID@REVISION")]


@app.command("list")
def list_forms(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List every form revision."""
    for form in Library.shipped().all():
        if as_json:
            answer({"form": form.form, "revision": form.revision, "title": form.title})
        else:
            typer.echo(f"{form.name:14} {form.title} ({form.title_en})")


@app.command()
def show(
    name: FormName, as_json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """Show where every field of a form stands."""
    form = form_named(name)
    if as_json:
        answer(form_line(form))
        return
    typer.echo(f"{form.name}  {form.title} ({form.title_en})")
    for field in form.fields:
        typer.echo(f"  {field.item:4} {field.name:34} {field.type:8} {field.label}")


@app.command()
def blank(name: FormName, out: Annotated[Path, typer.Option()]) -> None:
    """Print the blank form as a PDF."""
    out.write_bytes(blank_pdf(form_named(name)))


@app.command()
def fill(
    name: FormName,
    values: Annotated[Path, typer.Option(help="JSON object: field name -> value.")],
    out: Annotated[Path, typer.Option(help="Picture to write, PNG or TIFF.")],
) -> None:
    """Fill a form in, as a picture."""
    try:
        wanted = json.loads(values.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WrongCallError(f"{values} is no readable JSON file: {error}") from error
    if not isinstance(wanted, dict):
        raise WrongCallError(f"{values} must hold one object: field name -> value.")
    if out.suffix.lower() not in PICTURES:
        raise WrongCallError(f"{out}: name a file that ends in {', '.join(PICTURES)}.")
    pictures = fill_form(form_named(name), wanted)
    if len(pictures) > 1 and out.suffix.lower() not in MANY_PAGES:
        raise WrongCallError(f"The form has {len(pictures)} pages: write a TIFF.")
    if len(pictures) > 1:
        pictures[0].save(out, dpi=(200, 200), save_all=True, append_images=pictures[1:])
    else:
        pictures[0].save(out, dpi=(200, 200))


@app.command()
def check(path: Path) -> int:
    """Say line by line what is wrong in a form definition."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongCallError(f"{path} is no readable UTF-8 file: {error}") from error
    problems = check_text(text)
    for problem in problems:
        typer.echo(f"{path}:{problem.line}: {problem.message}")
    return Exit.FAILED if problems else Exit.OK


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="ID@REVISION")],
    like: Annotated[str, typer.Option(help="The form or revision it begins from.")],
    out: Annotated[Path, typer.Option(help="The YAML file to write.")],
) -> None:
    """Begin a form or revision as what it changes of another one."""
    form, at, revision = name.partition("@")
    if not at or out.exists():
        raise WrongCallError(
            f"{out} is there already: name another file."
            if at
            else f"{name}: name form and revision, such as 2200@2024-12."
        )
    text = skeleton(form_named(like), form, revision)
    problems = check_text(text)
    if problems:
        raise WrongCallError(f"{name}: {problems[0].message}")
    out.write_text(text, "utf-8")
    typer.echo(f"{out}: now say what it changes, then run kamizero forms check {out}")


@app.command()
def diff(old: FormName, new: FormName) -> int:
    """Say what differs between two forms or revisions, field by field."""
    found = list(differences(form_named(old), form_named(new)))
    for line in found:
        typer.echo(line)
    return Exit.FAILED if found else Exit.OK


def form_line(form: FormDefinition) -> dict[str, Any]:
    """A definition as `forms show --json` prints it."""
    return {
        "form": form.form,
        "revision": form.revision,
        "title": form.title,
        "page_size_mm": list(form.page_size_mm),
        "pages": form.pages,
        "marks": [_mm(mark) for mark in form.marks],
        "fields": [_field(field) for field in form.fields],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "item": field.item,
        "type": field.type.value,
        "format": field.format,
        "page": field.page,
        "box_mm": _mm(field.box_mm),
        "cells": [_mm(cell) for cell in field.cells] if field.cells else None,
        "align": field.align,
        "required": field.required,
        "sensitive": field.sensitive,
        "choices": [
            {
                "code": choice.code,
                "label": choice.label,
                "box_mm": _mm(choice.box_mm),
            }
            for choice in field.choices
        ],
    }


def _mm(box: Box) -> list[float]:
    return [round(side, 3) for side in box]
