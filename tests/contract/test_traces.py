"""One trace goes with a paper from its door to the receiver of its event, on both."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext
from sqlalchemy import select

from delivery.events import subscriptions
from delivery.events.address import Gate
from delivery.events.sending import Sender
from forms.library import Library
from kamizero import traces
from storage import audit
from storage.database import Database
from storage.directory import DirectoryStore
from storage.tables import FindingRow, Work
from storage.vault import KeyRing, Vault
from tests.desk import LATER, Desk
from tests.media import a_summary, a_table, take_in, work_off
from tests.receivers import Receiver, listening

PERSON = {"2200700": 1}


@pytest.fixture
def either(database: Database, tmp_path: Path) -> Desk:
    """A desk on each kind of database; what follows from the code needs but one."""
    return Desk(
        database=database,
        vault=Vault(KeyRing.load(tmp_path / "keys")),
        store=DirectoryStore(tmp_path),
        definition=Library.shipped().get("2200@2020-12"),
    )


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.start(SimpleSpanProcessor(exporter))
    yield exporter
    traces.stop()


def context_of(span: ReadableSpan) -> SpanContext:
    context = span.get_span_context()
    assert context is not None
    return context


def bring(desk: Desk) -> None:
    """Take a table of one person in, and let the machine do what it can."""
    files = {"cd/SHFD0006.CSV": a_table(PERSON), "cd/総括票.csv": a_summary(PERSON)}
    take_in(desk, files)
    work_off(desk)


def settle_and_approve(desk: Desk) -> None:
    claim = desk.claim(1)
    with desk.database.look() as session:
        findings = session.scalars(select(FindingRow.id)).all()
    for finding in findings:
        desk.waive(claim, finding, why="照会済み")
    desk.finish(claim)
    desk.approve(1)


def tell(desk: Desk) -> Receiver:
    receiver = Receiver()
    audit.seal(desk.database, desk.store, now=LATER)
    later = LATER + timedelta(minutes=1)
    assert Sender(desk.database, desk.vault, receiver, lambda: later).send_all()
    return receiver


def subscribe(desk: Desk) -> None:
    with desk.database.begin() as session:
        subscriptions.subscribe(
            session,
            desk.vault,
            Gate(),
            name="host",
            url="https://robots.example/in",
            types=("kamizero.entry.approve",),
            actor="ken",
            now=LATER,
        )


def test_one_trace_goes_from_the_door_to_the_receiver(
    either: Desk, told: InMemorySpanExporter
) -> None:
    subscribe(either)
    bring(either)
    settle_and_approve(either)
    receiver = tell(either)

    spans = {span.name: span for span in told.get_finished_spans()}
    assert list(spans) == ["receive", "identify", "read", "check", "approve", "post"]
    contexts = {name: context_of(span) for name, span in spans.items()}
    assert len({context.trace_id for context in contexts.values()}) == 1
    ids = {name: context.span_id for name, context in contexts.items()}
    parents = {name: span.parent for name, span in spans.items()}
    assert parents["receive"] is None
    for child, parent in (("identify", "receive"), ("read", "identify")):
        above = parents[child]
        assert above is not None
        assert above.span_id == ids[parent]
    (headers,) = receiver.headers.values()
    assert headers["traceparent"].split("-")[2] == f"{ids['post']:016x}"


def test_spans_name_numbers_and_codes_alone(
    desk: Desk, told: InMemorySpanExporter
) -> None:
    bring(desk)

    for span in told.get_finished_spans():
        about = dict(span.attributes or {})
        assert about.pop("kamizero.site") == "main"
        about.pop("kamizero.door", None)
        assert all(isinstance(value, int) for value in about.values()), about


def test_without_traces_rows_and_receivers_are_told_nothing(desk: Desk) -> None:
    subscribe(desk)
    bring(desk)
    settle_and_approve(desk)
    receiver = tell(desk)

    with desk.database.look() as session:
        assert set(session.scalars(select(Work.trace))) == {None}
    (headers,) = receiver.headers.values()
    assert "traceparent" not in headers


def test_a_collector_is_sent_spans_over_http(desk: Desk) -> None:
    names: list[str] = []

    def collect(headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        assert "application/x-protobuf" in headers.values()
        for about in ExportTraceServiceRequest.FromString(body).resource_spans:
            names.extend(one.name for spans in about.scope_spans for one in spans.spans)
        return 200, {}

    with listening(collect) as address:
        traces.send_to(f"{address}/v1/traces")
        try:
            bring(desk)
        finally:
            traces.stop()
    assert names == ["receive", "identify", "read", "check"]
