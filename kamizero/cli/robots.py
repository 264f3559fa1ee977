"""`kamizero robots`: the queues that robots take entries from."""

import getpass
from datetime import timedelta
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from delivery.backlog import put_backlogs
from delivery.robots import queues
from delivery.robots.queues import Terms
from delivery.robots.standing import standing_of
from forms.library import Library
from kamizero.cli.clock import now
from kamizero.cli.console import listed
from kamizero.cli.storeroom import open_storeroom
from kamizero.errors import WrongCallError
from kamizero.settings import Settings
from review.suggesting import standing as suggesting
from review.suggesting.asking import ask_about_all
from storage.tables import LostLease, QueueStep, RobotQueue

app = typer.Typer(help="Queues of work for robots.", no_args_is_help=True)


@app.command("add")
def add_queue(
    name: str,
    title: Annotated[str, typer.Option(help="What people call it.")] = "",
    step: Annotated[
        QueueStep,
        typer.Option(
            help="`register`: approved entries, to be registered in a host. `suggest`: "
            "entries in review, whose doubtful or empty fields are looked up elsewhere."
        ),
    ] = QueueStep.REGISTER,
    form: Annotated[
        str | None, typer.Option(help="Entries of this form alone, such as 2200.")
    ] = None,
    site: Annotated[
        str | None, typer.Option(help="Entries of this site alone.")
    ] = None,
    on_lost_lease: Annotated[
        LostLease,
        typer.Option(
            help="`doubt`: one that was lost while it registered is looked up first. "
            "`retry`: the host takes the same registration twice as one."
        ),
    ] = LostLease.DOUBT,
    lease_seconds: Annotated[
        int, typer.Option(help="How long a robot has an entry without a word.")
    ] = 300,
    attempts: Annotated[
        int, typer.Option(help="How often an entry is tried before it is given up.")
    ] = 5,
    hours: Annotated[
        str | None, typer.Option(help="When the host is open, such as 08:30-21:00.")
    ] = None,
    business_days: Annotated[
        bool, typer.Option("--business-days", help="On the office's days alone.")
    ] = False,
    must_show: Annotated[
        list[str] | None,
        typer.Option(help="A field that answers must bring from the host's screen."),
    ] = None,
    writes: Annotated[
        list[str] | None,
        typer.Option(
            help="A field that robots of the step `suggest` say something about, such "
            "as insured.pension_number; several with commas."
        ),
    ] = None,
    backlog: Annotated[
        bool,
        typer.Option("--backlog", help="Also what is approved, or in review, already."),
    ] = False,
) -> None:
    """Make a queue; what comes that far from now on and fits comes into it."""
    terms = Terms(
        title=title or name,
        step=step,
        writes=tuple(one.strip() for some in writes or () for one in some.split(",")),
        form=form,
        site=site,
        on_lost_lease=on_lost_lease,
        lease=timedelta(seconds=lease_seconds),
        max_attempts=attempts,
        hours=_hours(hours),
        business_days=business_days,
        must_show=tuple(must_show or ()),
        backlog=backlog,
    )
    is_suggesting = step is QueueStep.SUGGEST
    definition = Library.shipped().get(form) if is_suggesting and form else None
    database = open_storeroom(Settings.load()).database
    with database.begin() as session:
        queue = queues.add_queue(
            session,
            name,
            terms,
            actor=getpass.getuser(),
            now=now(),
            definition=definition,
        )
        if backlog and is_suggesting:
            ask_about_all(session, queue, now=now())
    put_backlogs(database, now=now())
    typer.echo(f"Robots can lease from {name}.")


@app.command("list")
def list_queues(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the queues and how much is in each."""
    with open_storeroom(Settings.load()).database.look() as session:
        lines = [
            {
                "name": one.queue.name,
                "step": one.queue.step,
                "form": one.queue.form,
                "site": one.queue.of_site,
                "on_lost_lease": one.queue.on_lost_lease,
                "is_closed": one.queue.closed_at is not None,
                **{state.value: count for state, count in one.counts.items()},
                "given_up": one.dead,
            }
            for one in (
                standing_of(session, queue, now=now())
                for queue in queues.all_queues(session)
            )
        ]
        lines += [
            _suggesting(session, queue)
            for queue in queues.all_queues(session, step=QueueStep.SUGGEST)
        ]
    listed("queues", lines, _line, as_json=json, none="There is no queue.")


def _line(said: dict[str, Any]) -> str:
    if said["step"] == QueueStep.SUGGEST:
        return (
            f"{said['name']}  {said['waiting']} wait, {said['in_hand']} in hand, "
            f"{said['given_up']} given up"
        )
    return (
        f"{said['name']}  {said['pending']} wait, {said['in_doubt']} in doubt, "
        f"{said['given_up']} given up, {said['registered']} registered"
    )


@app.command("close")
def close_queue(name: str) -> None:
    """Hand nothing out from a queue any more."""
    with open_storeroom(Settings.load()).database.begin() as session:
        queue = queues.find_queue(session, name, step=None)
        queues.close_queue(session, queue, actor=getpass.getuser(), now=now())
    typer.echo(f"{name} hands nothing out any more.")


def _suggesting(session: Session, queue: RobotQueue) -> dict[str, Any]:
    found = suggesting.standing_of(session, queue, now=now())
    return {
        "name": queue.name,
        "step": queue.step,
        "form": queue.form,
        "site": queue.of_site,
        "writes": queue.writes,
        "is_closed": queue.closed_at is not None,
        "waiting": found.waiting,
        "in_hand": found.in_hand,
        "given_up": found.given_up,
    }


def _hours(words: str | None) -> tuple[str, str] | None:
    if words is None:
        return None
    opens, dash, closes = words.partition("-")
    if not dash:
        raise WrongCallError("Hours are given as 08:30-21:00.")
    return opens.strip(), closes.strip()
