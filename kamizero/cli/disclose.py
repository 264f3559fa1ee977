"""`kamizero disclose`: a copy of a filing for one person, all others blacked out."""

import getpass
import hashlib
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from delivery.disclosure import Disclosure, disclosure, record_disclosure
from ingest.pictures import PagePictures
from kamizero.cli.clock import now
from kamizero.cli.console import people
from kamizero.cli.wiring import open_installation
from kamizero.errors import ConflictError, WrongCallError
from kamizero.settings import Settings


def disclose(
    receipt: Annotated[str, typer.Argument(help="The filing's receipt number.")],
    line: Annotated[int, typer.Argument(min=1, help="The person's line on it.")],
    out: Annotated[Path, typer.Option(help="The PDF that is written.")],
) -> None:
    """Write a copy that shows one person; it is an event."""
    if out.exists():
        raise WrongCallError(f"{out} is there already. Name a new file.")
    installation = open_installation(Settings.load(), create=False)
    database = installation.rooms.database
    with database.look() as session:
        made = disclosure(session, receipt, line)
    data = pdf_of(made, installation.pictures)
    with database.begin() as session:
        record_disclosure(
            session,
            made,
            sha256=hashlib.sha256(data).hexdigest(),
            actor=getpass.getuser(),
            now=now(),
        )
    out.touch(mode=0o600)
    out.write_bytes(data)
    people.print(
        f"{len(made.pages)} pages written to {out}, {made.left_out} left out. Look at "
        "each before it is handed out.",
        markup=False,
    )


def pdf_of(made: Disclosure, pictures: PagePictures) -> bytes:
    """The pages as pictures, so that nothing lies under what is blacked out."""
    if not made.pages:
        raise ConflictError(
            "No page of the filing is a form; there is nothing to show."
        )
    sheets = [
        Image.open(BytesIO(pictures.jpeg(one.page, masked=one.covered)))
        for one in made.pages
    ]
    buffer = BytesIO()
    sheets[0].save(
        buffer,
        "PDF",
        save_all=True,
        append_images=sheets[1:],
        resolution=made.pages[0].page.dpi,
    )
    return buffer.getvalue()
