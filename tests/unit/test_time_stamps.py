"""What was approved and sealed is stamped by somebody outside, or waits for it."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from kamizero.errors import AuthorityError, SetupError, StoreError
from storage.proofs.outside import NOTHING, Outside
from storage.tables import Stamped, WorkState
from storage.time_stamps.anchors import Anchors
from storage.time_stamps.asking import Stamping
from storage.time_stamps.authority import HttpAuthority, trust_in
from storage.time_stamps.demo import DemoAuthority, demo_trust
from storage.time_stamps.token import Trust, checked
from storage.verification import verify
from tests.archive import NOW, archive
from tests.stamping import OutsideAuthority, StampRoom

DOWN = AuthorityError("it does not answer")


@pytest.fixture
def room(tmp_path: Path, migrated_folder: Path) -> Iterator[StampRoom]:
    """One approved filing, sealed, and an authority outside."""
    shutil.copytree(migrated_folder, tmp_path / "data")
    kept = archive(tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'kamizero.db'}")
    kept.approve(kept.receive())
    kept.seal()
    anchor = tmp_path / "outside"
    anchor.mkdir()
    found = StampRoom(kept, Stamping(site="main", anchors=Anchors(anchor)))
    found.stamping = replace(
        found.stamping, authority=OutsideAuthority(tmp_path / "tsa", found.clock)
    )
    yield found
    kept.database.close()


def _authority(room: StampRoom) -> OutsideAuthority:
    authority = room.stamping.authority
    assert isinstance(authority, OutsideAuthority)
    return authority


def _tamper(room: StampRoom, *statements: str) -> None:
    with sqlite3.connect(room.kept.folder / "kamizero.db") as connection:
        named = connection.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        )
        for (name,) in named.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_manifest_and_head_are_stamped_and_verify(room: StampRoom) -> None:
    done = room.work()

    assert done == 2
    kinds = {(one.kind, one.subject, one.is_proof) for one in room.stamps()}
    assert kinds == {(Stamped.MANIFEST, 1, True), (Stamped.HEAD, 4, True)}
    room.kept.seal()
    assert room.differences() == []


def test_nothing_is_stamped_twice(room: StampRoom) -> None:
    room.work()

    assert room.work() == 0


def test_a_later_head_is_stamped_when_its_time_has_come(room: StampRoom) -> None:
    room.work()
    room.kept.seal()

    early = room.work()
    room.now = NOW + timedelta(hours=1)
    late = room.work()

    assert (early, late) == (0, 1)


def test_a_clock_set_back_delays_no_head(room: StampRoom) -> None:
    room.now = NOW + timedelta(days=300)
    room.work()
    room.kept.seal()

    room.now = NOW

    assert room.work() == 1


@pytest.mark.parametrize(("off", "told"), [(30, False), (-600, True), (600, True)])
def test_a_clock_that_is_off_is_told(room: StampRoom, off: int, told: bool) -> None:
    room.now = NOW + timedelta(seconds=off)
    exact = OutsideAuthority(room.kept.folder / "exact", lambda: NOW)
    room.stamping = replace(room.stamping, authority=exact)

    with capture_logs() as said:
        room.work()

    assert ("clock_is_off" in {one["event"] for one in said}) is told


def test_an_authority_that_is_down_is_asked_again_and_blocks_nothing(
    room: StampRoom,
) -> None:
    _authority(room).fails = DOWN

    for _ in range(30):
        room.work()
        room.now += timedelta(hours=2)

    waiting = room.waiting()
    assert {one.kind for one in waiting} == {"stamp_manifest", "stamp_head"}
    assert {one.state for one in waiting} == {WorkState.OPEN}
    assert {one.last_error for one in waiting} == {"it does not answer"}
    assert room.stamps() == []
    assert room.differences() == []
    room.kept.approve(room.kept.receive(b"second"))
    _authority(room).fails = None
    assert room.work() == 3


def test_what_waits_is_counted_and_no_difference(room: StampRoom) -> None:
    _authority(room).fails = DOWN
    room.work()

    report = verify(room.kept.database, room.kept.store, room.kept.vault)

    assert report.checked["time_stamp_waiting"] == 2
    assert report.differences == []


def test_without_a_root_stamps_are_counted_as_unchecked(room: StampRoom) -> None:
    room.work()

    report = verify(
        room.kept.database, room.kept.store, room.kept.vault, outside=NOTHING
    )

    assert report.checked["time_stamp_unchecked"] == 2


def test_the_demo_is_counted_as_no_proof(room: StampRoom) -> None:
    keys = room.kept.folder / "keys"
    demo = DemoAuthority(keys, room.clock)
    room.stamping = replace(room.stamping, authority=demo)

    room.work()

    report = verify(
        room.kept.database,
        room.kept.store,
        room.kept.vault,
        outside=Outside(demo=demo_trust(keys)),
    )
    assert report.checked["time_stamp_no_proof"] == 2
    assert report.differences == []
    assert not any(one.is_proof for one in room.stamps())


def test_a_demo_stamp_called_a_proof_is_named(room: StampRoom) -> None:
    outside = room.outside()
    demo = DemoAuthority(room.kept.folder / "keys", room.clock)
    room.stamping = replace(room.stamping, authority=demo)
    room.work()

    _tamper(room, "UPDATE time_stamp SET is_proof = 1")

    assert {kind for kind, _ in room.differences(outside)} == {"time_stamp"}


def test_what_the_demo_stamped_is_stamped_again_by_a_real_one(room: StampRoom) -> None:
    real = room.stamping
    room.stamping = replace(
        real, authority=DemoAuthority(room.kept.folder / "keys", room.clock)
    )
    room.work()

    room.stamping = real
    room.work()

    assert [one.is_proof for one in room.stamps() if one.kind == "manifest"] == [
        False,
        True,
    ]


def test_a_stamp_is_renewed_before_its_certificate_ends(
    room: StampRoom, tmp_path: Path
) -> None:
    room.work()
    room.now = room.stamps()[0].ends_at - timedelta(days=30)
    later = OutsideAuthority(tmp_path / "later", room.clock)
    room.stamping = replace(room.stamping, authority=later)

    room.work()

    renewed = [one for one in room.stamps() if one.kind == Stamped.STAMP]
    assert {one.subject for one in renewed} == {1, 2}


def test_a_certificate_that_does_not_last_longer_renews_nothing(
    room: StampRoom,
) -> None:
    room.work()
    room.now = room.stamps()[0].ends_at - timedelta(days=30)

    room.work()

    waiting = [one for one in room.waiting() if one.kind == "stamp_stamp"]
    assert len(waiting) == 2
    assert "still signs with a certificate" in (waiting[0].last_error or "")
    assert not any(one.kind == Stamped.STAMP for one in room.stamps())


def test_a_proof_that_ended_unrenewed_is_named(room: StampRoom) -> None:
    room.work()

    room.now = room.stamps()[0].ends_at + timedelta(days=1)

    assert room.differences() == [("time_stamp", "1"), ("time_stamp", "2")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE time_stamp SET stamped_at = '2020-01-01 00:00:00' WHERE id = 1",
        "UPDATE time_stamp SET ends_at = '2090-01-01 00:00:00' WHERE id = 1",
        "UPDATE time_stamp SET serial = '1' WHERE id = 1",
        "UPDATE time_stamp SET is_proof = 0 WHERE id = 1",
        "UPDATE time_stamp SET subject = 9 WHERE id = 1",
        "UPDATE time_stamp SET (sha256, store_key) ="
        " (SELECT sha256, store_key FROM time_stamp WHERE id = 2) WHERE id = 1",
        "DELETE FROM time_stamp WHERE id = 1",
    ],
)
def test_a_changed_stamp_row_is_named(room: StampRoom, statement: str) -> None:
    room.work()

    _tamper(room, statement)

    assert ("time_stamp", "1") in room.differences()


def test_a_reply_that_was_changed_in_the_store_is_named(room: StampRoom) -> None:
    room.work()
    path = room.kept.folder / (
        room.kept.store.path_of(room.stamps()[0].store_key) or ""
    )
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    assert room.differences() == [("time_stamp", "1")]


def test_heads_are_put_outside_with_their_stamps(room: StampRoom) -> None:
    room.work()

    anchors = room.stamping.anchors
    assert anchors is not None
    (head,) = anchors.heads()
    assert head.seq == 4
    assert checked(head.reply or b"", head.data, trust=_authority(room).trust)


def test_a_head_goes_outside_without_an_authority_too(room: StampRoom) -> None:
    room.stamping = replace(room.stamping, authority=None)

    room.work()

    assert room.stamping.anchors is not None
    (head,) = room.stamping.anchors.heads()
    assert head.reply is None
    assert room.stamps() == []


def test_a_chain_that_left_its_anchor_is_named(room: StampRoom) -> None:
    room.work()

    _tamper(room, "UPDATE audit_seal SET hash = 'x' WHERE seq = 4")

    assert ("anchor", "4") in room.differences()


def test_an_anchor_that_is_not_there_makes_no_false_claim(
    room: StampRoom, tmp_path: Path
) -> None:
    (tmp_path / "outside").rmdir()

    room.work()

    (waiting,) = [one for one in room.waiting() if one.kind == "stamp_head"]
    assert "anchor" in (waiting.last_error or "")
    with pytest.raises(StoreError, match="outside"):
        room.differences()


def test_another_head_of_the_same_number_is_never_put_over_one(tmp_path: Path) -> None:
    anchors = Anchors(tmp_path)
    anchors.keep(7, b"first", None)
    anchors.keep(7, b"first", b"reply")

    with pytest.raises(StoreError, match="another head"):
        anchors.keep(7, b"second", None)

    (head,) = anchors.heads()
    assert (head.data, head.reply, head.hash) == (b"first", b"reply", "")


@pytest.mark.parametrize("raw", [b"", b"no stamp", b"\x30\x03\x02\x01\x00"])
def test_nonsense_is_no_stamp(raw: bytes, room: StampRoom) -> None:
    with pytest.raises(AuthorityError):
        checked(raw, b"data", trust=_authority(room).trust)


def test_a_stamp_over_something_else_is_no_stamp(room: StampRoom) -> None:
    token = _authority(room).stamp(b"data")

    with pytest.raises(AuthorityError, match="messages"):
        checked(token.raw, b"date", trust=_authority(room).trust)


def test_a_stamp_that_answers_another_question_is_no_stamp(room: StampRoom) -> None:
    token = _authority(room).stamp(b"data")

    with pytest.raises(AuthorityError, match="Nonce"):
        checked(token.raw, b"data", trust=_authority(room).trust, nonce=1)


def test_a_stamp_under_another_policy_or_root_is_no_stamp(
    room: StampRoom, tmp_path: Path
) -> None:
    token = _authority(room).stamp(b"data")
    stranger = OutsideAuthority(tmp_path / "stranger", room.clock)
    wanted = replace(_authority(room).trust, policy="1.2.3")

    for trust, why in ((wanted, "Policy"), (stranger.trust, "certificates")):
        with pytest.raises(AuthorityError, match=why):
            checked(token.raw, b"data", trust=trust)


def test_an_address_or_root_that_cannot_be_is_refused_at_the_start(
    tmp_path: Path,
) -> None:
    with pytest.raises(SetupError, match="KAMIZERO_STAMP_URL"):
        HttpAuthority("ftp://x", Trust(roots=()))
    (tmp_path / "root.pem").write_text("no certificate")
    with pytest.raises(SetupError, match=r"root\.pem"):
        trust_in(tmp_path / "root.pem")
