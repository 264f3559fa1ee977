"""What reading takes from the settings; apart from wiring, which loads far more."""

from functools import cache
from typing import TYPE_CHECKING

from ingest.page_image import Limits
from kamizero.settings import Settings
from ocr.engine import Engine
from ocr.engines.choice import EngineChoice, make_engine

if TYPE_CHECKING:
    from ocr.engines.text_finder import TextFinder


def limits_of(settings: Settings) -> Limits:
    return Limits(
        file_bytes=settings.max_file_bytes,
        pages=settings.max_pages,
        page_pixels=settings.max_page_pixels,
    )


def engine_choice(settings: Settings) -> EngineChoice:
    return EngineChoice(
        engine=settings.engine,
        precision=settings.engine_precision,
        device=settings.engine_device,
        threads=settings.engine_threads,
        model=settings.engine_model,
        model_dir=settings.engine_model_dir,
    )


@cache
def shared_engine(choice: EngineChoice) -> Engine:
    """The recogniser of this process, loaded at the first page it reads."""
    # Commands that read nothing need not load it.
    import cv2

    # By itself it takes every core, those of other workers too.
    cv2.setNumThreads(choice.threads)
    return make_engine(choice)


@cache
def shared_finder() -> "TextFinder":
    """What finds text on the pages of this process, loaded at the first one."""
    from ocr.engines.text_finder import TextFinder

    return TextFinder()
