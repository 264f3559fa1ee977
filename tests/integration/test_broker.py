"""The same work done by Celery workers that a real broker tells of it."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from kombu import Connection

from bench.crash.lines import Lines, by_port
from tests.installation import SAMPLES, Installation, until
from tests.services import free_port, rabbitmq_server
from workers.app import make_app, send_hint

SCAN = str(SAMPLES / "scans" / "clean" / "2201-hikari.png")
DONE = "SELECT count(*) FROM filing WHERE step = 'done'"


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    with rabbitmq_server() as url:
        yield url


@pytest.mark.model
def test_a_celery_worker_reads_what_the_broker_tells_it_of(
    make_installation: Callable[[str], Installation], broker: str
) -> None:
    office = make_installation("office")
    office.settings["KAMIZERO_BROKER_URL"] = broker
    office.settings["TMPDIR"] = str(office.folder)
    office.answer("ingest", SCAN, "--json")

    office.start("worker", "--no-sweep")
    until(lambda: office.rows(DONE) == [(1,)], seconds=90)

    assert office.rows("SELECT DISTINCT state FROM work WHERE kind <> 'review'") == [
        ("done",)
    ]
    # Whoever watches the processes sees that they live.
    office.start("beat")
    for name in ("worker", "beat"):
        until((office.folder / f"kamizero-{name}.alive").exists, seconds=90)


@pytest.mark.model
def test_the_sweep_finds_work_nobody_was_told_of(
    make_installation: Callable[[str], Installation], broker: str
) -> None:
    office = make_installation("office")
    office.answer("ingest", SCAN, "--json")
    office.settings["KAMIZERO_BROKER_URL"] = broker

    office.start("worker")
    until(lambda: office.rows(DONE) == [(1,)], seconds=90)
    until(lambda: not office.rows(UNSEALED), seconds=30)


@pytest.mark.model
def test_a_worker_looks_itself_where_the_broker_says_nothing(
    make_installation: Callable[[str], Installation], broker: str
) -> None:
    office = make_installation("office")
    office.answer("ingest", SCAN, "--json")
    office.settings["KAMIZERO_BROKER_URL"] = broker
    office.settings["KAMIZERO_LEASE_SECONDS"] = "5"

    # Nobody sends a message: no beat, and the door knew of no broker.
    office.start("worker", "--no-sweep")

    until(lambda: office.rows(DONE) == [(1,)], seconds=90)
    until(lambda: not office.rows(UNSEALED), seconds=30)


@pytest.mark.timeout(60)
def test_who_hints_does_not_wait_for_a_broker_that_says_nothing(broker: str) -> None:
    port = free_port()
    with Lines() as lines:
        server = urlsplit(broker).port or 0
        lines.lay("door", "broker", by_port(server), port=port)
        app = make_app(broker.replace(f":{server}", f":{port}"))
        app.conf.task_default_queue = "heard"
        send_hint(app, "read")
        lines.silence("broker")
        send_hint(app, "check")
        lines.mend("broker")
        send_hint(app, "sort")
        app.close()

    # What was said into the silence is lost: the row says it again.
    with Connection(broker) as connection:
        heard = connection.SimpleQueue("heard")
        assert [heard.get(timeout=20).payload[0] for _ in range(2)] == [
            ["read"],
            ["sort"],
        ]


UNSEALED = """
    SELECT id FROM audit_event WHERE id NOT IN (SELECT event_id FROM audit_seal)
"""


def test_a_job_is_taken_in_while_the_broker_is_away(
    installation: Installation,
) -> None:
    installation.settings["KAMIZERO_BROKER_URL"] = "amqp://guest@127.0.0.1:1//"

    job = installation.answer("ingest", SCAN, "--json")

    assert job["refused"] == []
    assert installation.rows("SELECT kind, state FROM work") == [("identify", "open")]
