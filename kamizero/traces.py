"""Traces: how long each step on the way of a paper took, across all processes.

Off until `send_to` names a collector; then spans carry ids and codes like logs, never
what somebody wrote on a form. What an error says is left out as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import SpanProcessor

TRACEPARENT = "traceparent"
# Sent by a thread beside the work; what a dead collector keeps waiting is dropped.
_SEND_EVERY_MS = 1000
_PATIENCE_SECONDS = 5
# One a process; spans of libraries stay out of it.
_running: list[Any] = []


def send_to(url: str | None) -> None:
    """Send this process's spans to a collector (OTLP over HTTP), where one is named."""
    if url is None or _running:
        return
    # They take a third of a second to load: only where somebody wants traces.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=url, timeout=_PATIENCE_SECONDS)
    start(BatchSpanProcessor(exporter, schedule_delay_millis=_SEND_EVERY_MS))


def start(processor: "SpanProcessor") -> None:
    """Begin to trace; at the end of the process what is left is sent."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    about = {"service.name": "kamizero", "service.version": version("kamizero")}
    provider = TracerProvider(resource=Resource(about))
    provider.add_span_processor(processor)
    _running[:] = [provider]


def stop() -> None:
    """Send what is left, and trace no more."""
    while _running:
        _running.pop().shutdown()


def is_on() -> bool:
    """Whether anybody wants to know."""
    return bool(_running)


@contextmanager
def span(
    name: str, *, parent: str | None = None, **about: str | int | None
) -> Iterator[None]:
    """Trace what is done within.

    Args:
        parent: what the process that asked for it gave as its `here`; without it the
            span around this one, if there is one.
        about: ids and codes.
    """
    if not _running:
        yield
        return
    from opentelemetry.trace import StatusCode

    with (
        _running[0]
        .get_tracer("kamizero")
        .start_as_current_span(
            name,
            context=_context(parent),
            attributes={
                f"kamizero.{key}": value
                for key, value in about.items()
                if value is not None
            },
            record_exception=False,
            set_status_on_exception=False,
        ) as one
    ):
        try:
            yield
        except BaseException as error:
            one.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def here() -> str | None:
    """The span we are in, as W3C's `traceparent` says it; None where there is none."""
    if not _running:
        return None
    from opentelemetry.trace.propagation.tracecontext import (
        TraceContextTextMapPropagator,
    )

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT)


def _context(parent: str | None) -> "Context | None":
    if parent is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import (
        TraceContextTextMapPropagator,
    )

    return TraceContextTextMapPropagator().extract({TRACEPARENT: parent})
