"""An archive with a worker that asks for time stamps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from forms.library import Library
from forms.standards import Standards
from ingest.page_image import Limits
from ocr.engines.onnx_engine import OnnxRecogniser
from ocr.engines.text_finder import TextFinder
from storage.proofs.outside import Outside
from storage.tables import TimeStamp, Work
from storage.time_stamps.asking import STAMP_WORK, Stamping
from storage.time_stamps.authority import TimeAuthority
from storage.time_stamps.demo import DemoAuthority
from storage.time_stamps.token import Token, Trust
from storage.verification import verify
from tests.archive import NOW, Archive
from workers.loop import Loop
from workers.recheck import Recheck
from workers.rooms import Rooms
from workers.stamping import ask_for_stamps


class OutsideAuthority:
    """The demo's stamps, believed: an authority whose key this machine has not.

    Attributes:
        fails: what it raises instead of stamping.
    """

    name = "http://authority.example"

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        folder.mkdir(exist_ok=True)
        self._demo = DemoAuthority(folder, clock)
        self.trust = Trust(roots=self._demo.trust.roots)
        self.fails: Exception | None = None

    def stamp(self, data: bytes) -> Token:
        if self.fails is not None:
            raise self.fails
        return self._demo.stamp(data)


@dataclass
class StampRoom:
    """An archive, the time, and who stamps."""

    kept: Archive
    stamping: Stamping
    now: datetime = field(default=NOW)

    def clock(self) -> datetime:
        return self.now

    @property
    def rooms(self) -> Rooms:
        library = Library.shipped()
        return Rooms(
            database=self.kept.database,
            store=self.kept.store,
            vault=self.kept.vault,
            library=library,
            recheck=Recheck(
                library=library,
                vault=self.kept.vault,
                records=lambda _: None,
                clock=self.clock,
                standards=Standards.shipped(),
            ),
            engine=OnnxRecogniser,
            finder=TextFinder,
            limits=Limits(),
            clock=self.clock,
            lease=timedelta(seconds=60),
            stamping=self.stamping,
        )

    def work(self) -> int:
        """Ask, and do what is due; return how many pieces of work were done."""
        ask_for_stamps(self.rooms)
        done = 0
        while Loop(self.rooms, worker="w").work_once(STAMP_WORK):
            done += 1
        return done

    def stamps(self) -> list[TimeStamp]:
        with self.kept.database.look() as session:
            return list(session.scalars(select(TimeStamp).order_by(TimeStamp.id)))

    def waiting(self) -> list[Work]:
        with self.kept.database.look() as session:
            rows = select(Work).where(Work.done_at.is_(None)).order_by(Work.id)
            return list(session.scalars(rows))

    def differences(self, outside: Outside | None = None) -> list[tuple[str, str]]:
        report = verify(
            self.kept.database,
            self.kept.store,
            self.kept.vault,
            outside=outside or self.outside(),
        )
        return [(one.kind, one.id) for one in report.differences]

    def outside(self) -> Outside:
        authority: TimeAuthority | None = self.stamping.authority
        return Outside(
            trust=authority.trust if authority else None,
            anchors=self.stamping.anchors,
            now=self.now,
        )
