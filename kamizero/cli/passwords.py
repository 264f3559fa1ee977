"""Passwords given to commands: piped in, or typed unseen at a terminal."""

import sys
from getpass import getpass
from typing import Annotated

import typer

from kamizero.errors import WrongCallError

OnStdin = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help="Read the password from stdin; at a terminal it is asked for.",
    ),
]


def given_password() -> str:
    """One line of stdin; at a terminal it is asked for and not shown."""
    if sys.stdin.isatty():
        return getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")


def new_password(*, is_on_stdin: bool) -> str:
    """A password that is given to somebody; typed unseen, it is typed twice.

    Raises:
        WrongCallError: it is not to come from stdin, or what was typed differs.
    """
    if not is_on_stdin:
        raise WrongCallError("Give the password on stdin, with --password-stdin.")
    password = given_password()
    if sys.stdin.isatty() and getpass("Once more: ") != password:
        raise WrongCallError("The two differ, so nothing was changed. Try again.")
    return password
