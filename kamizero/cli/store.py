"""`kamizero store`: the object store of this installation."""

from typing import Annotated

import typer

from kamizero.cli.buckets import demand_locks, named_bucket
from kamizero.cli.clock import now
from kamizero.cli.console import Exit, answer
from kamizero.cli.storeroom import open_storeroom
from kamizero.settings import Settings
from storage.directory import DirectoryStore
from storage.s3.probe import NAMES, broken_promises

app = typer.Typer(help="The object store.", no_args_is_help=True)


@app.command()
def grade() -> None:
    """Say what the store defends against."""
    typer.echo(open_storeroom(Settings.load()).store.grade)


@app.command()
def unlock() -> None:
    """Take the immutable flag off every file, so that the folder can be moved."""
    settings = Settings.load()
    count = DirectoryStore(settings.data_dir, immutable=True).unlock()
    typer.echo(f"{count} files unlocked.")


@app.command()
def make() -> None:
    """Make the S3 bucket with versions and object lock, and try whether it locks."""
    bucket, keys = named_bucket(Settings.load())
    made = bucket.make()
    demand_locks(bucket, keys)
    typer.echo(f"{bucket.name} {'was made' if made else 'was there'}; it locks.")


@app.command()
def check(
    json: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> int:
    """Try on the S3 server everything that a store of originals must refuse."""
    bucket, keys = named_bucket(Settings.load())
    failed = broken_promises(bucket, keys, now=now())
    if json:
        answer({"checks": list(NAMES), "failed": list(failed)})
        return Exit.FAILED if failed else Exit.OK
    for name, meaning in NAMES.items():
        typer.echo(f"{'FAILED: ' + meaning if name in failed else 'ok':60} {name}")
    return Exit.FAILED if failed else Exit.OK
