"""The Celery application: messages say that there is work, rows say what it is."""

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from storage.sweep import due
from workers.answering import HEAR_SECONDS, hear_once
from workers.failing import MACHINE_WORK, bury_poison
from workers.hearing import Listener
from workers.keeping import KEEP_SECONDS, keep_all_once
from workers.rooms import Rooms
from workers.sealing import seal_once
from workers.telling import tell_once

log = structlog.get_logger()

SWEEP_SECONDS = 5.0
# Nobody waits longer for a broker that says nothing.
ANSWER_SECONDS = 3
# Each hint's worker goes on to the next sweep: more would only fill the broker.
MOST_HINTS = 50


def make_app(broker_url: str) -> Celery:
    """An application that can send hints; `serve` adds the tasks."""
    app = Celery("kamizero", broker=broker_url)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        # A hint that is lost is said again in seconds: none is worth the disk.
        task_default_delivery_mode="transient",
        task_default_queue="kamizero",
        # A message is acknowledged when its work is recorded, and one at a time.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_max_tasks_per_child=500,
        broker_connection_retry_on_startup=True,
        # A worker outlives its broker however long that is away.
        broker_connection_max_retries=None,
        # Nobody asks it anything: its queue for that would be one more to lose.
        worker_enable_remote_control=False,
        # Ours writes errors without the words that may quote a document.
        worker_hijack_root_logger=False,
        broker_transport_options={
            "confirm_publish": True,
            "read_timeout": ANSWER_SECONDS,
            "write_timeout": ANSWER_SECONDS,
        },
        beat_schedule={
            "sweep": {
                "task": "kamizero.sweep",
                "schedule": SWEEP_SECONDS,
                # A sweep nobody took is worth nothing: the next one is on its way.
                "options": {"expires": SWEEP_SECONDS},
            },
            "tell": {
                "task": "kamizero.tell",
                "schedule": SWEEP_SECONDS,
                "options": {"expires": SWEEP_SECONDS},
            },
            "hear": {
                "task": "kamizero.hear",
                "schedule": HEAR_SECONDS,
                "options": {"expires": HEAR_SECONDS},
            },
            "keep": {"task": "kamizero.keep", "schedule": KEEP_SECONDS},
        },
    )
    return app


def send_hint(app: Celery, kind: str) -> None:
    """Say that there is work of a kind; the next sweep says it again."""
    try:
        app.send_task("kamizero.work", args=[kind], retry=False)
    except OperationalError as error:
        # The row is committed: whoever asked must not fail because of a message.
        log.warning("hint_not_sent", kind=kind, error=str(error))


def serve(app: Celery, listener: Listener) -> None:
    """Add the tasks; each body is one call that knows no Celery."""

    # Not shared: a second application in the process would get the first one's task.
    @app.task(name="kamizero.work", shared=False)
    def work_task(kind: str) -> None:
        with listener.told():
            listener.loop.work_once([kind])

    @app.task(name="kamizero.sweep", shared=False)
    def sweep_task() -> None:
        with listener.told() as rooms:
            # First, or an attempt that an outage cost would be the last.
            listener.loop.excuse()
            sweep(app, rooms)

    @app.task(name="kamizero.tell", shared=False)
    def tell_task() -> None:
        with listener.told() as rooms:
            tell_once(rooms)

    @app.task(name="kamizero.hear", shared=False)
    def hear_task() -> None:
        with listener.told() as rooms:
            hear_once(rooms)

    @app.task(name="kamizero.keep", shared=False)
    def keep_task() -> None:
        with listener.told() as rooms:
            keep_all_once(rooms)


def sweep(app: Celery, rooms: Rooms) -> None:
    """Hint at every row no live lease holds, end what kills its workers, and seal."""
    bury_poison(rooms)
    with rooms.database.look() as session:
        kinds = due(session, kinds=MACHINE_WORK, now=rooms.clock())
    for kind, count in kinds.items():
        for _ in range(min(count, MOST_HINTS)):
            send_hint(app, kind)
    seal_once(rooms)
