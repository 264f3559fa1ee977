"""The engine a benchmark measures: that of the settings, so KAMIZERO_ENGINE chooses."""

from dataclasses import replace

from kamizero.cli.reading import engine_choice
from kamizero.settings import Settings
from ocr.engines.choice import EngineChoice


def engine_with(threads: int) -> EngineChoice:
    """The engine of the settings with this many threads."""
    return replace(engine_choice(Settings.load()), threads=threads)
