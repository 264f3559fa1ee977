"""Commands are loaded when they are called, and all of them can be."""

import subprocess
import sys

import pytest
import typer

from kamizero.cli import app
from kamizero.cli.commands import COMMANDS, LazyGroup


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_loaded(name: str) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, LazyGroup)

    command = group.commands[name]

    assert command.name == name
    assert command.help


def test_the_help_names_every_command_but_the_hidden() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kamizero", "--help"], capture_output=True, text=True
    )

    named = {line.split()[1] for line in done.stdout.splitlines() if "│" in line}
    hidden = {name for name, place in COMMANDS.items() if place.hidden}
    assert COMMANDS.keys() - hidden <= named
    assert hidden.isdisjoint(named)


def test_reading_loads_neither_server_nor_database() -> None:
    code = "import sys; import kamizero.cli.read; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    loaded = set(done.stdout.split())
    assert "ocr.reader" in loaded
    assert not loaded & {"sqlalchemy", "fastapi", "celery", "openvino", "paddleocr"}
