"""Paper goes by whole boxes and two people, on SQLite and PostgreSQL."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kamizero.errors import ConflictError, ForbiddenError, WrongCallError
from kamizero.model import Role
from review.refusals import ReasonMissingError
from review.sorting import boxes as acts
from review.sorting import custody
from review.sorting.boxes import BoxClosedError
from review.sorting.record import Clerk
from storage.retention import boxes, holds, paper
from storage.tables import (
    AuditEvent,
    Bundle,
    EntryState,
    HoldKind,
    PaperBox,
    PaperDisposal,
    RecordFile,
    SheetAct,
    Site,
)
from storage.verification import verify
from tests.archive import NOW, Archive, archive
from tests.boxes import (
    KEN,
    approve,
    boxed,
    destroy,
    first_page,
    let_image_count,
    look_at,
    propose,
    put_into_box,
    ready_box,
    write_list,
)

MONTH_AGO = NOW - timedelta(days=30)


@pytest.fixture
def kept(tmp_path: Path, database_url: str) -> Iterator[Archive]:
    opened = archive(tmp_path, database_url)
    yield opened
    opened.database.close()


def _refused(kept: Archive, change: str, words: str) -> None:
    with pytest.raises(IntegrityError, match=words), kept.database.begin() as session:
        session.execute(text(change))


def _kept_by(kept: Archive, box_id: int, *, now: datetime = NOW) -> dict[str, int]:
    with kept.database.look() as session:
        box = boxes.box_of(session, box_id)
        sides = boxes.sides_in(session, box)
        return {
            one.keeps.value: one.sheets
            for one in boxes.what_keeps(session, box, sides, now=now)
        }


def _sides(kept: Archive, box_id: int) -> int:
    with kept.database.look() as session:
        return len(boxes.sides_in(session, boxes.box_of(session, box_id)))


def _forged(kept: Archive, box_id: int, *, at: str = "2026-11-24 00:00:00") -> str:
    """A proposal as somebody writes it at the database's prompt; its approval."""
    with kept.database.begin() as session:
        session.execute(
            text(
                "INSERT INTO paper_disposal (id, site, paper_box_id, state, reason, "
                "proposed_by, proposed_at) VALUES (99, 'main', :box, 'proposed', '-', "
                "'rika', '2026-11-24 00:00:00')"
            ),
            {"box": box_id},
        )
        session.execute(
            text(
                "INSERT INTO disposed_paper (disposal_id, page_id, bundle_id, "
                "original_id) SELECT 99, page_id, bundle_id, original_id "
                "FROM paper_in_box WHERE paper_box_id = :box"
            ),
            {"box": box_id},
        )
    return (
        f"UPDATE paper_disposal SET state = 'approved', approved_by = 'ryo', "  # noqa: S608
        f"approved_at = '{at}' WHERE id = 99"
    )


def test_a_box_goes_by_two_people_with_its_list_and_a_certificate(
    kept: Archive,
) -> None:
    box = ready_box(kept, b"one", b"two")
    disposal = propose(kept, box)
    approve(kept, disposal)
    write_list(kept, disposal)

    destroy(kept, disposal)

    with kept.database.look() as session:
        found = paper.disposal_of(session, disposal)
        acts = list(session.scalars(select(AuditEvent.act)))
    certificate = json.loads(
        kept.store.read(
            found.store_key or "",
            version=found.store_version or "",
            sha256=found.certificate_sha256 or "",
        )
    )
    assert (found.state, found.box.gone_at) == ("destroyed", NOW)
    assert certificate["approved"]["by"] == "ryo"
    assert [one["sheets"] for one in certificate["bundles"]] == [1, 1]
    assert certificate["destroyed"]["way"] == "溶解（委託）"
    assert certificate["list_sha256"] == found.list_sha256
    assert acts[-4:] == [
        "paper.proposed",
        "paper.approved",
        "paper.listed",
        "paper.destroyed",
    ]


def test_a_box_that_went_rightly_is_no_difference_and_its_certificate_is_read(
    kept: Archive,
) -> None:
    disposal = propose(kept, ready_box(kept))
    approve(kept, disposal)
    write_list(kept, disposal)
    destroy(kept, disposal)
    kept.seal()
    whole = verify(kept.database, kept.store, kept.vault)
    with kept.database.look() as session:
        key = paper.disposal_of(session, disposal).store_key or ""

    (kept.folder / (kept.store.path_of(key) or "")).unlink()

    assert whole.differences == []
    assert whole.checked["paper_certificate"] == 1
    report = verify(kept.database, kept.store, kept.vault)
    assert [(one.kind, one.found) for one in report.differences] == [
        ("paper_certificate", "missing")
    ]


def test_a_destruction_of_paper_that_is_only_written_into_rows_is_found(
    kept: Archive,
) -> None:
    approval = _forged(kept, ready_box(kept))
    with kept.database.begin() as session:
        session.execute(text(approval))
        session.execute(
            text(
                "UPDATE paper_disposal SET listed_at = '2026-11-25 00:00:00', "
                "list_sha256 = '00', listed_by = 'rika'"
            )
        )
        session.execute(
            text(
                "UPDATE paper_disposal SET state = 'destroyed', way = '-', "
                "destroyed_at = '2026-11-25 00:00:00', certificate_sha256 = '00', "
                "store_key = 'certificates/00/00', store_version = '1'"
            )
        )
    kept.seal()

    report = verify(kept.database, kept.store, kept.vault)

    assert {(one.kind, one.expected) for one in report.differences} >= {
        ("paper_certificate", paper.DESTROYED)
    }


def test_what_nobody_held_against_its_image_stays(kept: Archive) -> None:
    box = boxed(kept, b"one", b"two")
    let_image_count(kept)

    with pytest.raises(ConflictError, match="not held against"):
        propose(kept, box)

    assert _kept_by(kept, box) == {"unchecked": 2}
    _refused(kept, _forged(kept, box), "was not checked")


def test_a_sheet_unlike_its_image_keeps_the_box_until_all_are_looked_at_again(
    kept: Archive,
) -> None:
    box = boxed(kept)
    let_image_count(kept)
    look_at(kept, box, unlike=1)

    before = _kept_by(kept, box)
    look_at(kept, box)

    assert (before, _kept_by(kept, box)) == ({"unchecked": 1}, {})


def test_what_comes_in_after_the_check_is_unchecked(kept: Archive) -> None:
    box = ready_box(kept)

    boxed(kept, b"another")
    let_image_count_of_new = _kept_by(kept, box)

    assert let_image_count_of_new == {"unchecked": 2, "paper_counts": 1}


def test_what_is_not_decided_stays(kept: Archive) -> None:
    box = ready_box(kept)
    filing = kept.receive(b"open")
    put_into_box(kept, filing)
    look_at(kept, box)

    with pytest.raises(ConflictError, match="not decided"):
        propose(kept, box)

    assert _kept_by(kept, box)["undecided"] == 1
    _refused(kept, _forged(kept, box), "not decided|not the legal original")


def test_what_is_worked_on_again_stays(kept: Archive) -> None:
    box = ready_box(kept)
    with kept.database.begin() as session:
        page = first_page(session)
        session.execute(
            text(
                "INSERT INTO entry (filing_id, n, version, state, straight_through, "
                "reasons) VALUES (:filing, 1, 2, :state, FALSE, '[]')"
            ),
            {"filing": page.filing_id, "state": EntryState.IN_REVIEW},
        )

    assert _kept_by(kept, box) == {"undecided": 1}


def test_paper_that_is_the_legal_original_stays(kept: Archive) -> None:
    box = boxed(kept)
    look_at(kept, box)

    with pytest.raises(ConflictError, match="legal original"):
        propose(kept, box)

    _refused(kept, _forged(kept, box), "not the legal original")


def test_paper_waits_for_its_days_by_every_clock(kept: Archive) -> None:
    box = ready_box(kept, decided=MONTH_AGO)
    approval = _forged(kept, box)

    # The 25th of October, and 90 days.
    with kept.database.look() as session:
        row = boxes.box_of(session, box)
        sides = boxes.sides_in(session, row)
        (reason,) = boxes.what_keeps(session, row, sides, now=NOW)
    assert f"{reason.until}" == "2027-01-23"
    assert _kept_by(kept, box, now=datetime(2027, 1, 23, 14, tzinfo=UTC))
    assert not _kept_by(kept, box, now=datetime(2027, 1, 23, 15, tzinfo=UTC))
    _refused(kept, approval, "the paper waits")
    # Nor is a program heard whose clock runs ahead.
    _refused(kept, approval.replace("2026-11-24", "2099-01-01"), "the paper waits")


def test_a_hold_keeps_paper_at_every_step(kept: Archive) -> None:
    box = ready_box(kept)
    first = _hold(kept)
    with pytest.raises(ConflictError, match="hold"):
        propose(kept, box)
    _lift(kept, first)
    disposal = propose(kept, box)
    second = _hold(kept)
    with pytest.raises(ConflictError, match="hold"):
        approve(kept, disposal)
    _refused(
        kept,
        "UPDATE paper_disposal SET state = 'approved', approved_by = 'ryo', "
        "approved_at = '2026-11-24 00:00:00'",
        "a hold forbids it",
    )
    _lift(kept, second)
    approve(kept, disposal)
    write_list(kept, disposal)
    _hold(kept)
    with pytest.raises(ConflictError, match="hold"):
        destroy(kept, disposal)


def _hold(kept: Archive) -> int:
    with kept.database.begin() as session:
        file = session.scalars(select(RecordFile)).one()
        return holds.hold_file(
            session,
            file,
            kind=HoldKind.AUDIT,
            reason="会計検査",
            by="rika",
            now=NOW,
        ).id


def _lift(kept: Archive, hold: int) -> None:
    with kept.database.begin() as session:
        holds.lift(session, hold, why="終了", by="rika", now=NOW)


def test_nobody_approves_their_own_proposal(kept: Archive) -> None:
    disposal = propose(kept, ready_box(kept))

    with kept.database.begin() as session:
        with pytest.raises(ForbiddenError):
            paper.approve(
                session, disposal, by="rika", role=Role.RECORDS_MANAGER, now=NOW
            )
        with pytest.raises(ForbiddenError):
            paper.approve(session, disposal, by="ann", role=Role.APPROVER, now=NOW)

    _refused(
        kept,
        "UPDATE paper_disposal SET state = 'approved', approved_by = 'rika', "
        "approved_at = '2026-11-24 00:00:00'",
        "two_people",
    )


def test_nothing_goes_without_its_list(kept: Archive) -> None:
    disposal = propose(kept, ready_box(kept))
    with pytest.raises(ConflictError, match="not approved"):
        write_list(kept, disposal)
    approve(kept, disposal)

    with pytest.raises(ConflictError, match="Print its list"):
        destroy(kept, disposal)

    _refused(
        kept,
        "UPDATE paper_disposal SET state = 'destroyed', way = '-', "
        "certificate_sha256 = '00', destroyed_at = '2026-11-24 00:00:00'",
        "list was not printed",
    )


def test_a_box_that_is_proposed_is_closed(kept: Archive) -> None:
    box = ready_box(kept, b"one")
    propose(kept, box)
    filing = kept.receive(b"late")

    with kept.database.begin() as session:
        bundle = session.scalars(select(Bundle)).one()
        with pytest.raises(BoxClosedError):
            custody.lend(session, KEN, bundle, to="hanako")
        with pytest.raises(BoxClosedError):
            acts.move_sheet(
                session, KEN, first_page(session), act=SheetAct.OUT, reason="返却"
            )
    with pytest.raises(BoxClosedError):
        put_into_box(kept, filing)

    _refused(
        kept,
        "INSERT INTO custody (bundle_id, act, paper_box_id, box, place, at, actor) "
        "SELECT bundle_id, 'put', paper_box_id, box, place, at, actor FROM custody",
        "is proposed",
    )
    _refused(kept, "UPDATE page SET bundle_id = NULL WHERE id = 1", "paper is proposed")


def test_a_proposal_that_was_taken_back_opens_the_box(kept: Archive) -> None:
    box = ready_box(kept)
    first = propose(kept, box)
    with pytest.raises(ConflictError, match="already"):
        propose(kept, box)
    with kept.database.begin() as session:
        paper.withdraw(session, first, by="rika", now=NOW)

    second = propose(kept, box)

    assert second != first


def test_a_box_that_is_gone_takes_nothing_in(kept: Archive) -> None:
    box = ready_box(kept)
    disposal = propose(kept, box)
    approve(kept, disposal)
    write_list(kept, disposal)
    first = destroy(kept, disposal)

    with pytest.raises(BoxClosedError, match="destroyed"):
        put_into_box(kept, kept.receive(b"late"))

    assert destroy(kept, disposal) == first
    _refused(kept, "UPDATE paper_box SET gone_at = NULL", "goes once")


def test_lent_paper_keeps_the_box_and_is_looked_at_when_it_is_back(
    kept: Archive,
) -> None:
    box = ready_box(kept)
    with kept.database.begin() as session:
        bundle = session.scalars(select(Bundle)).one()
        custody.lend(session, KEN, bundle, to="hanako")
    lent = _kept_by(kept, box)
    approval = _forged(kept, box)
    _refused(kept, approval, "is lent|not checked")
    with kept.database.begin() as session:
        session.execute(
            text("UPDATE paper_disposal SET state = 'withdrawn', withdrawn_by = 'ken'")
        )
    with kept.database.begin() as session:
        bundle = session.scalars(select(Bundle)).one()
        custody.take_back(session, KEN, bundle)

    assert lent == {"lent": 1, "unchecked": 1}
    assert _kept_by(kept, box) == {"unchecked": 1}


def test_a_sheet_goes_out_into_another_box_and_back_with_a_reason(
    kept: Archive,
) -> None:
    box, other = boxed(kept, b"one", b"two"), boxed(kept, b"three", code="B-2")
    counted = [(_sides(kept, box), _sides(kept, other))]

    def move(
        act: SheetAct, *, to: int | None = None, reason: str = "保険証を返却"
    ) -> None:
        with kept.database.begin() as session:
            acts.move_sheet(
                session,
                KEN,
                first_page(session),
                act=act,
                reason=reason,
                to=session.get(PaperBox, to) if to else None,
            )
        counted.append((_sides(kept, box), _sides(kept, other)))

    with pytest.raises(ReasonMissingError):
        move(SheetAct.OUT, reason=" ")
    with pytest.raises(WrongCallError):
        move(SheetAct.MOVED, to=box)
    with pytest.raises(ConflictError):
        move(SheetAct.BACK)
    move(SheetAct.MOVED, to=other)
    move(SheetAct.BACK)
    move(SheetAct.OUT)

    assert counted == [(2, 1), (1, 2), (2, 1), (1, 1)]
    _refused(kept, "UPDATE sheet_move SET reason = 'x'", "append-only")
    _refused(kept, "DELETE FROM custody", "append-only|rows stay")


def test_a_box_is_moved_as_a_whole(kept: Archive) -> None:
    box = boxed(kept, b"one")
    with kept.database.begin() as session:
        bundle = session.scalars(select(Bundle)).one()
        with pytest.raises(ConflictError, match="stands at 書庫1"):
            custody.put(session, KEN, bundle, box="A-1", place="書庫2")
        acts.move(session, KEN, boxes.box_of(session, box), place="書庫2")
        custody.put(session, KEN, bundle, box="A-1", place="書庫2")

        assert boxes.box_of(session, box).place == "書庫2"
        with pytest.raises(ForbiddenError):
            acts.move(
                session,
                Clerk("kai", Role.KEYER, NOW),
                boxes.box_of(session, box),
                place="外",
            )


def test_more_than_a_sample_and_every_faulty_sheet_is_looked_at(kept: Archive) -> None:
    papers = [f"paper {n}".encode() for n in range(boxes.SAMPLE + 3)]
    box = boxed(kept, *papers)

    with kept.database.begin() as session:
        row = boxes.box_of(session, box)
        sides = boxes.sides_in(session, row)
        drawn = {side.page.id for side in boxes.to_check(session, row, sides)}
        left = next(side.page for side in sides if side.page.id not in drawn)
        left.quality = {"faults": ["blur"]}
        session.flush()
        seen = boxes.to_check(session, row, boxes.sides_in(session, row))

    assert len(drawn) == boxes.SAMPLE
    assert {side.page.id for side in seen} == drawn | {left.id}


def test_the_state_of_a_proposal_is_never_forgotten(kept: Archive) -> None:
    disposal = propose(kept, ready_box(kept))
    approve(kept, disposal)

    _refused(kept, "UPDATE paper_disposal SET state = 'proposed'", "one way")
    _refused(kept, "UPDATE paper_disposal SET reason = '-'", "one way|stays")
    _refused(kept, "DELETE FROM paper_disposal", "rows stay")
    _refused(kept, "DELETE FROM disposed_paper", "append-only|rows stay")
    with kept.database.look() as session:
        assert session.scalars(select(PaperDisposal.state)).one() == "approved"


def test_boxes_are_listed_page_by_page_and_none_twice(kept: Archive) -> None:
    with kept.database.begin() as session:
        session.merge(Site(code="main", name="本所"))
        session.flush()
        for code in ("C:3", "A-1", "B-2", "Z-9", "D-4"):
            gone_at = NOW if code == "A-1" else None
            session.add(
                PaperBox(
                    site="main",
                    code=code,
                    place="書庫1",
                    made_by="ken",
                    made_at=NOW,
                    gone_at=gone_at,
                )
            )

    pages: list[list[str]] = []
    mark: boxes.Mark | None = None
    with kept.database.look() as session:
        while page := boxes.boxes_behind(session, mark, limit=2):
            pages.append([box.code for box in page])
            # As an address says it.
            mark = boxes.Mark.read(str(boxes.Mark.of(page[-1])))

    assert pages == [["B-2", "C:3"], ["D-4", "Z-9"], ["A-1"]]


def test_a_page_goes_on_though_its_last_box_went_meanwhile(kept: Archive) -> None:
    mark = boxes.Mark(gone=False, site="main", code="A-0")
    boxed(kept, code="A-1")

    with kept.database.look() as session:
        (box,) = boxes.boxes_behind(session, mark, limit=9)
        counted = boxes.counted(session, [box], today=NOW.date())
        none = boxes.counted(session, [], today=NOW.date())

    assert (box.code, counted[box.id].bundles, none) == ("A-1", 1, {})


@pytest.mark.parametrize("text", ["", "7", "2:main:A", "0:main"])
def test_a_page_that_never_was_is_refused(text: str) -> None:
    with pytest.raises(WrongCallError):
        boxes.Mark.read(text)
