"""Structured logs on stderr: constant event names, ids as fields, never contents."""

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Literal

import structlog
from structlog.typing import ExcInfo, Processor

from kamizero.errors import KamizeroError


def configure(log_format: Literal["columns", "json"], *, level: str = "INFO") -> None:
    """Send every log line of the process to stderr in one format.

    Libraries are heard from WARNING on.
    """
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_where_it_happened),
    ]
    structlog.configure(
        processors=[*common, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(level)
        ),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    # The web server logs what a request breaks on by itself, words and all.
    _hear_libraries(common, renderer)


def _hear_libraries(common: list[Processor], renderer: Processor) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _where_it_happened(exc_info: ExcInfo) -> str:
    """The lines of code and the kinds of error, without their words.

    What an error of a library says may quote a document; our own quote none.
    """
    return "\nafter:\n".join(_told(error) for error in _chain(exc_info[1]))


def _told(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    words = f": {error}" if isinstance(error, KamizeroError) else ""
    return "".join([*traceback.format_tb(error.__traceback__), kind, words])


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        hidden = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or hidden
