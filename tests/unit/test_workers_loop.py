"""A worker outlives what the machine under it cannot do for a while."""

import threading
from datetime import UTC, datetime, timedelta

from forms.library import Library
from forms.standards import Standards
from ingest.page_image import Limits
from ocr.engines.onnx_engine import OnnxRecogniser
from ocr.engines.text_finder import TextFinder
from storage.database import Database
from tests.desk import Desk
from workers.loop import Loop
from workers.recheck import Recheck
from workers.rooms import Rooms

NOW = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)


def test_a_database_that_cannot_be_used_stops_no_worker(desk: Desk) -> None:
    library = Library.shipped()
    recheck = Recheck(
        library=library,
        vault=desk.vault,
        records=lambda _: None,
        clock=lambda: NOW,
        standards=Standards.shipped(),
    )
    rooms = Rooms(
        database=Database("sqlite:////sys/kamizero.db"),
        store=desk.store,
        vault=desk.vault,
        library=library,
        recheck=recheck,
        engine=OnnxRecogniser,
        finder=TextFinder,
        limits=Limits(),
        clock=lambda: NOW,
        lease=timedelta(seconds=60),
    )
    stop = threading.Event()
    asked = threading.Event()

    def is_wanted() -> bool:
        asked.set()
        return True

    worker = threading.Thread(
        target=Loop(rooms, worker="w").run, args=[stop], kwargs={"wanted": is_wanted}
    )
    worker.start()
    asked.wait(5)
    worker.join(0.5)
    is_alive = worker.is_alive()
    stop.set()
    worker.join(5)

    assert is_alive
