"""`kamizero sheets`: separator sheets, batch covers, re-entry and late paper sheets."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from forms.code import SeparatorCode, SheetKind
from forms.separator import separators_pdf
from kamizero.cli.clock import today
from kamizero.cli.form_names import form_named
from kamizero.errors import WrongCallError
from kamizero.settings import Settings

app = typer.Typer(help="Sheets that are scanned with papers.", no_args_is_help=True)


class Kind(StrEnum):
    """What is printed; the words of the command line."""

    BUNDLE = "bundle"
    COVER = "cover"
    REENTRY = "reentry"
    LATE = "late"


_KINDS = {
    Kind.BUNDLE: SheetKind.BUNDLE,
    Kind.COVER: SheetKind.COVER,
    Kind.REENTRY: SheetKind.REENTRY,
    Kind.LATE: SheetKind.LATE,
}


@app.command("print")
def print_sheets(
    out: Annotated[Path, typer.Option(help="PDF to write.")],
    form: Annotated[str, typer.Option(help="Form of the bundle, such as 2200.")],
    sheets: Annotated[int, typer.Option(min=0, help="Sheets, this one not counted.")],
    entries: Annotated[int, typer.Option(min=0, help="Entries; on a cover, bundles.")],
    number: Annotated[int, typer.Option(min=1, help="Number of the first sheet.")],
    count: Annotated[
        int, typer.Option(min=1, max=500, help="Sheets to print, numbered on.")
    ] = 1,
    kind: Annotated[Kind, typer.Option(help="What the sheet is for.")] = Kind.BUNDLE,
    reference: Annotated[
        str, typer.Option(help="Receipt number that a re-entry or late paper names.")
    ] = "",
    site: Annotated[str | None, typer.Option(help="Code of the site.")] = None,
    scheme: Annotated[str, typer.Option(help="Pension scheme.")] = "KOSEI",
    received: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date received; today by default."),
    ] = None,
) -> None:
    """Print sheets that start bundles, as a PDF."""
    definition = form_named(form)
    day = received.date() if received else today()
    try:
        codes = [
            SeparatorCode(
                site=(site or Settings.load().site).upper(),
                scheme=scheme.upper(),
                form=definition.form,
                sheets=sheets,
                entries=entries,
                received_on=day,
                number=number + index,
                kind=_KINDS[kind],
                reference=reference.upper(),
            )
            for index in range(count)
        ]
    except ValueError as error:
        raise WrongCallError(f"The sheet cannot be printed: {error}.") from error
    out.write_bytes(separators_pdf(codes, titles={definition.form: definition.title}))
