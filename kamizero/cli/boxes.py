"""`kamizero box`: boxes of paper, and how a whole box goes by two people."""

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from forms.box_list import box_list_pdf
from kamizero.cli.clock import now
from kamizero.cli.console import answer, listed
from kamizero.cli.records_managers import As, acting
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import MissingError, WrongCallError
from kamizero.model import Role
from kamizero.settings import Settings
from review import roles
from review.sorting import boxes as acts
from review.sorting.record import Clerk
from storage.retention import boxes, paper
from storage.tables import Page, SheetAct
from web.language import Texts
from web.shown.boxes import BoxLine, box_lines, box_view, printed_list

app = typer.Typer(
    help="Boxes of paper, and how their paper goes.", no_args_is_help=True
)
_PAGE = 500
BoxId = Annotated[int, typer.Argument(metavar="BOX", help="Id of the box.")]
Number = Annotated[int, typer.Argument(metavar="N", help="Number of the proposal.")]
Reason = Annotated[str, typer.Option(help="Why, without names of people.")]


@app.command("list")
def list_boxes(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the boxes, what is in them, and how near their end they are."""
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [
            {
                "box": line.box.id,
                "code": line.box.code,
                "site": line.box.site,
                "place": line.box.place,
                "bundles": line.bundles,
                "pages": line.sides,
                "waits_until": line.until.isoformat() if line.until else None,
                "state": line.state.value,
                "proposal": line.disposal.id if line.disposal else None,
            }
            for line in _every_line(session)
        ]
    listed("boxes", lines, as_json=as_json, none="There is no box.")


def _every_line(session: Session) -> Iterator[BoxLine]:
    mark = None
    while lines := box_lines(session, after=mark, limit=_PAGE, now=now()):
        yield from lines
        mark = boxes.Mark.of(lines[-1].box)


@app.command()
def show(box: BoxId) -> None:
    """Show what lies in a box, what keeps it, and which sheets are to be checked."""
    with open_storeroom(Settings.load()).database.look() as session:
        view = box_view(session, box, now=now())
        answer(
            {
                "box": view.box.id,
                "code": view.box.code,
                "place": view.box.place,
                "sheets": view.sheets,
                "bundles": [
                    {
                        "bundle": lot.bundle.id,
                        "number": lot.bundle.number,
                        "sheets": lot.sheets,
                        "receipts": list(lot.receipts),
                        "files": list(lot.files),
                    }
                    for lot in view.lots
                ],
                "keeps": [
                    {
                        "why": one.keeps.value,
                        "sheets": one.sheets,
                        "until": one.until.isoformat() if one.until else None,
                    }
                    for one in view.keeps
                ],
                "to_check": [side.page.id for side in view.to_check],
            }
        )


@app.command()
def move(
    box: BoxId, to: Annotated[str, typer.Option(help="Where the box stands now.")]
) -> None:
    """Say that a whole box stands elsewhere now."""
    with open_storeroom(Settings.load()).database.begin() as session:
        acts.move(session, _clerk(), boxes.box_of(session, box), place=to)


@app.command()
def sheet(
    page: Annotated[int, typer.Argument(help="Id of a page of the sheet.")],
    act: Annotated[SheetAct, typer.Option(help="Where it goes.")],
    reason: Reason,
    to: Annotated[
        int | None, typer.Option(help="Of moved: the box it goes into, by id.")
    ] = None,
) -> None:
    """Take one sheet out, put it into another box, or back to its bundle."""
    if (act is SheetAct.MOVED) != (to is not None):
        raise WrongCallError("Give --to with --act moved, and only there.")
    with open_storeroom(Settings.load()).database.begin() as session:
        acts.move_sheet(
            session,
            _clerk(),
            _page(session, page),
            act=act,
            reason=reason,
            to=boxes.box_of(session, to) if to is not None else None,
        )


@app.command()
def check(
    box: BoxId,
    unlike: Annotated[int, typer.Option(min=0, help="Sheets unlike their image.")],
    who: As,
) -> None:
    """Say that the sheets to check were held against their images."""
    person = acting(who, roles=roles.BOX_KEEPERS)
    with person.database.begin() as session:
        clerk = Clerk(person.name, person.role, now())
        found = acts.check(session, clerk, boxes.box_of(session, box), unlike=unlike)
        typer.echo(f"{found.looked_at} sheets looked at, {found.unlike} unlike.")


@app.command()
def propose(box: BoxId, reason: Reason, who: As) -> None:
    """Propose that the paper of a whole box be destroyed."""
    person = acting(who, roles=roles.PROPOSERS)
    with person.database.begin() as session:
        found = paper.propose(
            session,
            boxes.box_of(session, box),
            reason=reason,
            by=person.name,
            now=now(),
        )
        typer.echo(f"Proposal {found.id}: {len(found.papers)} pages.")


@app.command()
def approve(number: Number, who: As) -> None:
    """Approve what another person proposed."""
    person = acting(who, roles=roles.DESTRUCTION_APPROVERS)
    with person.database.begin() as session:
        paper.approve(session, number, by=person.name, role=person.role, now=now())
    typer.echo(f"Proposal {number} is approved.")


@app.command()
def withdraw(number: Number, who: As) -> None:
    """Take a proposal back; the box is open again."""
    person = acting(who, roles=roles.PROPOSERS)
    with person.database.begin() as session:
        paper.withdraw(session, number, by=person.name, now=now())
    typer.echo(f"Proposal {number} is withdrawn.")


@app.command("print")
def print_list(
    number: Number,
    out: Annotated[Path, typer.Option(help="Where the PDF goes.")],
    who: As,
) -> None:
    """Print the list that goes with the box."""
    person = acting(who, roles=roles.PROPOSERS)
    at = now()
    with person.database.begin() as session:
        data = paper.write_list(
            session,
            number,
            printed=lambda found, sides: box_list_pdf(
                printed_list(
                    session,
                    found,
                    sides,
                    texts=Texts.shipped(),
                    by=person.name,
                    now=at,
                )
            ),
            by=person.name,
            now=at,
        )
        out.write_bytes(data)
    typer.echo(f"The list is in {out}.")


@app.command()
def destroy(
    number: Number,
    way: Annotated[str, typer.Option(help="How and by whom it is destroyed.")],
    who: As,
) -> None:
    """Write down that the paper goes, right before it does."""
    person = acting(who, roles=roles.PROPOSERS)
    done = paper.destroy(
        person.database,
        person.storeroom.store,
        number,
        way=way,
        by=person.name,
        now=now(),
    )
    typer.echo(f"Box {done.box.code} is gone; certificate {done.certificate_sha256}.")


def _clerk() -> Clerk:
    # Whoever may run commands here is the office; the log names the account.
    return Clerk(getpass.getuser(), Role.SCANNER, now())


def _page(session: Session, page_id: int) -> Page:
    found = session.get(Page, page_id)
    if found is None:
        raise MissingError(f"There is no page {page_id}.")
    return found
