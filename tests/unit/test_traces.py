"""Spans are told to whoever wants them, and say nothing that stands on a paper."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kamizero import traces

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.start(SimpleSpanProcessor(exporter))
    yield exporter
    traces.stop()


def test_nothing_is_traced_where_nobody_asked() -> None:
    with traces.span("read", parent=PARENT):
        assert traces.here() is None


def test_a_span_goes_on_in_the_trace_it_was_asked_for(
    told: InMemorySpanExporter,
) -> None:
    with traces.span("read", parent=PARENT, subject=7, site=None):
        here = traces.here()

    (span,) = told.get_finished_spans()
    assert here is not None
    assert here.split("-")[1] == PARENT.split("-")[1]
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == PARENT.split("-")[2]
    assert dict(span.attributes or {}) == {"kamizero.subject": 7}


def test_a_span_within_another_is_its_child(told: InMemorySpanExporter) -> None:
    with traces.span("receive"), traces.span("keep"):
        pass

    inner, outer = told.get_finished_spans()
    assert inner.parent == outer.get_span_context()


def test_what_an_error_says_is_left_out(told: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="taro"), traces.span("read"):
        raise ValueError("taro yamada")

    (span,) = told.get_finished_spans()
    assert not span.status.is_ok
    assert span.status.description == "ValueError"
    assert span.events == ()


def test_after_the_end_nothing_is_traced(told: InMemorySpanExporter) -> None:
    traces.stop()

    with traces.span("read"):
        assert traces.here() is None
    assert told.get_finished_spans() == ()
