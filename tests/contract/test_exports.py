"""What the database itself promises of files of approved entries, on both."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from delivery.exports import blocks
from delivery.exports.layout import Laid
from delivery.exports.making import plan
from delivery.exports.sealing import note_sealing
from storage.tables import (
    Delivery,
    ExportBlock,
    ExportEnd,
    ExportFile,
    ExportItem,
    ExportState,
    HostRefusal,
)
from tests.answering import Host, keys
from tests.desk import LATER, Desk
from tests.exporting import SUBSCRIBER, approved, destination_in, open_destination

CHANGES = {
    "UPDATE export_file SET rows = 9": "stays",
    "UPDATE export_item SET line = 9": "stays",
    "UPDATE export_destination SET form = '2201'": "stays",
    "UPDATE export_destination SET backlog_after = 1": "once",
    "DELETE FROM export_item": "rows stay",
    "UPDATE export_sealing SET size = 9": "rows stay",
    "DELETE FROM export_sealing": "rows stay",
    "DELETE FROM export_file": "rows stay",
    "DELETE FROM export_destination": "rows stay",
}


def test_what_went_out_is_changed_by_nobody(desk: Desk, tmp_path: Path) -> None:
    open_destination(desk, tmp_path / "out")
    approved(desk)
    with desk.database.begin() as session:
        made = plan(session, desk.vault, destination_in(session), now=LATER)
        assert made is not None
        note_sealing(session, made.id, Laid.of(b"x"), now=LATER)

    with desk.database.begin() as session:
        for change, words in CHANGES.items():
            with pytest.raises(IntegrityError, match=words), session.begin_nested():
                session.execute(text(change))


def test_the_database_counts_the_numbers_and_lets_no_entry_out_twice(
    desk: Desk, tmp_path: Path
) -> None:
    made = open_destination(desk, tmp_path / "out")
    approved(desk)

    def file(number: int) -> ExportFile:
        return ExportFile(
            destination_id=made,
            number=number,
            name="x",
            rows=1,
            size=1,
            sha256="a" * 64,
            state=ExportState.PLANNED,
            made_on=LATER.date(),
            planned_at=LATER,
        )

    with desk.database.begin() as session:
        with pytest.raises(IntegrityError, match="next number"), session.begin_nested():
            session.add(file(2))
        first = file(1)
        session.add(first)
        session.flush()
        with pytest.raises(IntegrityError), session.begin_nested():
            # One at a time is on its way.
            session.add(file(2))
        ours = Delivery.subscriber == SUBSCRIBER
        session.execute(update(Delivery).where(ours).values(state="taken"))
        row = session.query(Delivery).where(ours).one()
        session.add(
            ExportItem(
                file_id=first.id,
                line=1,
                delivery_id=row.id,
                versions={},
                substituted=[],
            )
        )
        with pytest.raises(IntegrityError, match="already"):
            session.flush()
        session.rollback()


def test_an_entry_that_is_in_one_file_goes_into_no_other(
    desk: Desk, tmp_path: Path
) -> None:
    open_destination(desk, tmp_path / "out")
    approved(desk)
    with desk.database.begin() as session:
        # It waits still, and its file is on its way: nothing else refuses it.
        made = plan(session, desk.vault, destination_in(session), now=LATER)
        assert made is not None

    with desk.database.begin() as session:
        (first,) = session.get_one(ExportFile, made.id).items
        again = insert(ExportItem).values(
            file_id=made.id,
            line=2,
            delivery_id=first.delivery_id,
            versions={},
            substituted=[],
        )
        with pytest.raises(IntegrityError, match="another file"):
            session.execute(again)
        session.rollback()


def test_an_entry_is_let_out_only_where_its_receiver_takes_it(
    desk: Desk, tmp_path: Path
) -> None:
    open_destination(desk, tmp_path / "out")
    approved(desk)
    let_out = {"how": "substitute", "settled_at": LATER, "settled_by": "rei"}
    again = dict.fromkeys(let_out)

    with desk.database.begin() as session:
        (row,) = session.scalars(select(Delivery).filter_by(subscriber=SUBSCRIBER))
        blocks.block(session, row, ["x"], may_substitute=False, actor="k", now=LATER)
        with pytest.raises(IntegrityError, match="stays"), session.begin_nested():
            session.execute(update(ExportBlock).values(**let_out))
        # What was corrected since is another entry, and waits again if need be.
        row.changed_at = LATER + timedelta(days=1)
        session.flush()
        session.execute(update(ExportBlock).values(**let_out))
        session.execute(update(ExportBlock).values(found_at=row.changed_at, **again))
        by_hand = {**let_out, "how": "by_hand"}
        session.execute(update(ExportBlock).values(**by_hand))
        with pytest.raises(IntegrityError, match="stays"), session.begin_nested():
            session.execute(update(ExportBlock).values(**again))


def test_nobody_says_what_becomes_of_a_file_that_was_fetched(
    desk: Desk, tmp_path: Path
) -> None:
    host = Host(desk, tmp_path)
    approved(desk)
    host.take()
    said = {"settled_how": "reissue", "settled_at": LATER, "settled_by": "rei"}
    times = {"file_id": 1, "begun_at": LATER, "done_at": LATER}

    with desk.database.begin() as session:
        with pytest.raises(IntegrityError, match="lie there"), session.begin_nested():
            session.execute(insert(ExportEnd).values(how="expired", **times, **said))
        session.execute(insert(ExportEnd).values(how="fetched", **times))
        with pytest.raises(IntegrityError, match="stays"), session.begin_nested():
            session.execute(update(ExportEnd).values(**said))


ANSWERS = {
    "UPDATE answer_line SET state = 'registered'": "stays",
    "UPDATE answer_line SET line = 9": "stays",
    "UPDATE answer_list SET lines = 9": "stays",
    "UPDATE host_refusal SET code = 'E9'": "stays",
    "DELETE FROM answer_line": "rows stay",
    "DELETE FROM answer_list": "rows stay",
    "DELETE FROM host_refusal": "rows stay",
    "INSERT INTO recall (entry_id, new_entry_id, proposed_by, proposed_at, state) "
    "VALUES (1, 2, 'rei', '2026-11-24', 'proposed')": "cause",
}


def test_what_a_host_answered_is_changed_by_nobody(desk: Desk, tmp_path: Path) -> None:
    host = Host(desk, tmp_path)
    approved(desk)
    host.take()
    host.write(f"{keys(desk)[0]},NG,E1,,")
    host.hear()

    with desk.database.begin() as session:
        for change, words in ANSWERS.items():
            with pytest.raises(IntegrityError, match=words), session.begin_nested():
                session.execute(text(change))
    with desk.database.begin() as session:
        row = session.query(Delivery).filter_by(state="pending").first()
        assert row is not None
        session.add(
            HostRefusal(
                delivery_id=row.id, at=LATER, by="x", code="", message="", fields=[]
            )
        )
        with pytest.raises(IntegrityError, match="did not refuse"):
            session.flush()
        session.rollback()
