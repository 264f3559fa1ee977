"""The way of an entry through people's hands is the same on every database."""

from delivery.records import record
from review.history import history
from review.waiting import waiting
from storage.tables import Filing
from tests.desk import NOW, Desk

NAME = "insured.1.name_kana"


def test_an_entry_goes_from_the_queue_to_an_approved_record(desk: Desk) -> None:
    filing = desk.receive(entries=3, doubtful=[NAME, "office.name"])
    finding = desk.find(filing, "date.order", entry_n=1)
    desk.route(filing)
    with desk.database.look() as session:
        queued = waiting(session, now=NOW, limit=2)
        rest = waiting(session, now=NOW, after=queued[-1].cursor)
    claim = desk.claim(filing)
    desk.settle(claim, NAME, "ヤマダ　ジロウ")
    desk.undo(claim, NAME)
    desk.settle(claim, NAME, "ヤマダ　サブロウ")
    desk.accept(claim, "office.name")
    desk.waive(claim, finding, why="確認済み")
    desk.finish(claim)

    desk.approve(filing)

    with desk.database.look() as session:
        row = session.get_one(Filing, filing)
        found = record(session, desk.vault, row)
        lines = history(session, row)
    assert [line.n for line in (*queued, *rest)] == [1, 2, 3]
    assert queued[0].doubtful == 2
    assert found["state"] == "approved"
    assert found["entries"][0]["fields"][NAME]["as_decided"] == "ヤマダ　サブロウ"
    assert len(lines) > len(row.fields)
