"""A host that is given files, and writes lists of what became of their entries."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storage.tables import AnswerLine, Delivery
from tests.desk import LATER, Desk
from tests.exporting import COLUMNS, SUBSCRIBER, open_destination
from tests.workshop import Clock, rooms
from workers.answering import hear_once
from workers.exporting import plan_exports
from workers.loop import Loop

HEAD = "番号,結果,コード,説明,整理番号\r\n"


def answers(folder: Path, **other: Any) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "file_name": "kekka-*.csv",
        "encoding": "cp932",
        "columns": {
            "$key": "番号",
            "result": "結果",
            "code": "コード",
            "message": "説明",
            "host_number": "整理番号",
        },
        "registered": ["OK"],
        "rejected": ["NG"],
        "fields": {"E1": "insured.name_kanji"},
        **other,
    }


class Host:
    """The receiver: it is given files, and writes lists of what became of them."""

    def __init__(self, desk: Desk, folder: Path, **layout: Any) -> None:
        self.desk, self.folder = desk, folder / "in"
        self.folder.mkdir()
        self.clock = Clock()
        self.clock.now = LATER
        self.rooms = rooms(desk, clock=self.clock)
        columns = [*COLUMNS, {"heading": "訂正", "field": "$corrects"}]
        open_destination(
            desk,
            folder / "out",
            columns=columns,
            answers=answers(self.folder, **layout),
        )

    def take(self) -> None:
        """Be given what waits."""
        self.clock.now += timedelta(days=1)
        plan_exports(self.rooms)
        assert Loop(self.rooms, worker="w").work_once(("export",))

    def write(self, *lines: str, name: str = "kekka-1.csv", head: str = HEAD) -> Path:
        """Write a list that is quiet by now."""
        path = self.folder / name
        path.write_bytes(
            (head + "".join(f"{one}\r\n" for one in lines)).encode("cp932")
        )
        at = (self.clock.now - timedelta(minutes=1)).timestamp()
        os.utime(path, (at, at))
        return path

    def hear(self) -> None:
        self.clock.now += timedelta(minutes=1)
        hear_once(self.rooms)


def lines(desk: Desk) -> list[tuple[int, str, str | None]]:
    with desk.database.look() as session:
        rows = session.scalars(select(AnswerLine).order_by(AnswerLine.id))
        return [(row.line, row.state, row.why) for row in rows]


def keys(desk: Desk) -> list[int]:
    with desk.database.look() as session:
        query = select(Delivery.id).where(Delivery.subscriber == SUBSCRIBER)
        return list(session.scalars(query.order_by(Delivery.id)))
