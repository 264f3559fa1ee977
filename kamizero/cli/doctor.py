"""`kamizero doctor`: what this installation runs on, and what is wrong with it."""

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import cv2
import typer

from kamizero.cli.console import Exit, answer
from kamizero.cli.reading import engine_choice, shared_engine
from kamizero.cli.wiring import open_installation
from kamizero.settings import Settings
from ocr.engine import EngineFacts
from storage.machine_clock import Kept
from storage.time_stamps.asking import Stamping

SHOWN = ("kamizero", "onnxruntime", "paddleocr", "rapidocr", "sqlalchemy", "celery")

_CLOCK = {
    Kept.BY_SERVER: "kept right by a time server",
    Kept.BY_NOBODY: "no time server keeps it right",
    Kept.UNKNOWN: "the kernel does not say what keeps it right",
}


def doctor(
    json: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> int:
    """Show versions, the model, the store's grade and the database."""
    settings = Settings.load()
    rooms = open_installation(settings).rooms
    facts = {
        "python": platform.python_version(),
        **{name: version(name) for name in SHOWN},
        "cv2": f"{cv2.__version__} from {Path(cv2.__file__).parent}",
        **_engine_facts(shared_engine(engine_choice(settings)).facts),
        "database": rooms.database.dialect,
        "store": rooms.store.grade,
        "time stamps": _stamping(rooms.stamping),
        "clock": _CLOCK[rooms.kernel().kept],
        "data folder": str(settings.data_dir.resolve()),
    }
    if json:
        answer(facts)
    else:
        for name, fact in facts.items():
            typer.echo(f"{name:14} {fact}")
    return Exit.OK


def _stamping(stamping: Stamping | None) -> str:
    if stamping is None or stamping.authority is None:
        return "none (set KAMIZERO_STAMP_URL)"
    proof = "" if stamping.authority.trust.is_proof else " (no proof)"
    return f"{stamping.authority.name}{proof}"


def _engine_facts(facts: EngineFacts) -> dict[str, str]:
    return {
        "engine": facts.engine,
        "model": facts.model,
        "model hash": facts.sha256,
        "precision": facts.precision,
        "device": facts.device,
        "threads": str(facts.threads),
    }
