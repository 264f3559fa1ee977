"""Commands are loaded when they are called, and all of them can be."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from kamizero.cli import app
from kamizero.cli.commands import COMMANDS, LazyGroup
from ocr.engines.processor import multiplies_bf16

SCAN = Path(__file__).parents[2] / "samples/scans/clean/2265-minato.jpg"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_loaded(name: str) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, LazyGroup)

    command = group.commands[name]

    assert command.name == name
    first = (command.help or "").partition("\n\n")[0]
    assert " ".join(first.split()) == COMMANDS[name].says


def test_the_help_names_every_command_but_the_hidden() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kamizero", "--help"], capture_output=True, text=True
    )

    named = {line.split()[1] for line in done.stdout.splitlines() if "│" in line}
    hidden = {name for name, place in COMMANDS.items() if place.hidden}
    assert COMMANDS.keys() - hidden <= named
    assert hidden.isdisjoint(named)


@pytest.mark.parametrize(
    ("call", "needless"),
    [
        (
            "from kamizero.cli import main; main()",
            {"cv2", "numpy", "sqlalchemy", "fastapi", "pydantic", "cryptography"},
        ),
        (
            "import kamizero.cli.ledger, kamizero.cli.people",
            {"alembic", "cv2", "fastapi", "minio", "numpy", "psycopg", "workers"},
        ),
        (
            "import kamizero.cli.serve",
            {"alembic", "celery", "minio", "ocr.form", "onnxruntime"},
        ),
        (
            "import kamizero.cli.doors",
            {"asyncssh", "aiosmtpd", "celery", "minio", "pyftpdlib", "wsgidav"},
        ),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(call: str, needless: set[str]) -> None:
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('', *sys.modules))\n"
        "sys.argv = ['kamizero', '--help']\n" + call
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    loaded = done.stdout.splitlines()[-1].split()
    assert "typer" in loaded
    assert not needless & set(loaded)


@pytest.mark.model
def test_reading_a_scan_loads_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from kamizero.cli.read import read\n"
        f"read([Path({str(SCAN)!r})], form=None, json=False, processes=1)\n"
        "print(*sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "onnxruntime" in loaded or "openvino" in loaded
    assert not loaded & {"sqlalchemy", "fastapi", "celery", "paddleocr", "torch"}
    assert not loaded & {"pikepdf", "pdfplumber", "fontTools"}
    assert "openvino" not in loaded or multiplies_bf16()
