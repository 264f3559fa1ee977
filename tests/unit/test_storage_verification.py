"""Whatever a hand changes in the data folder, verification names it."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kamizero.errors import KeyMissingError
from storage import audit
from storage.directory import DirectoryStore
from storage.manifest import signed_bytes
from storage.proofs.report import Difference
from storage.tables import Approval
from storage.vault import KeyRing, Vault
from storage.verification import verify
from tests.archive import LONG, NOW, Archive, archive, sha256


@pytest.fixture
def kept(tmp_path: Path, migrated_folder: Path) -> Iterator[Archive]:
    """Two approved filings, everything sealed under two heads."""
    shutil.copytree(migrated_folder, tmp_path, dirs_exist_ok=True)
    opened = archive(tmp_path, f"sqlite:///{tmp_path / 'kamizero.db'}")
    for data in (b"first", b"second"):
        opened.approve(opened.receive(data))
        opened.seal()
    yield opened
    opened.database.close()


def _tamper(kept: Archive, *statements: str) -> None:
    """Change the database behind the program's back, guards taken away."""
    with sqlite3.connect(kept.folder / "kamizero.db") as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        )
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def _update(kept: Archive, table: str, change: str, where: str) -> None:
    _tamper(kept, " ".join(["UPDATE", table, "SET", change, "WHERE", where]))


def _differences(kept: Archive) -> list[Difference]:
    return verify(kept.database, kept.store, kept.vault).differences


def _found(kept: Archive) -> list[tuple[str, str, str]]:
    return [(each.kind, each.id, each.found) for each in _differences(kept)]


def _file(kept: Archive, data: bytes) -> Path:
    key = sha256(data)
    return kept.folder / "objects" / "originals" / key[:2] / key


def _overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def test_an_untouched_archive_has_no_differences(kept: Archive) -> None:
    assert _differences(kept) == []


def test_a_manifest_from_before_rules_were_named_still_verifies(
    kept: Archive,
) -> None:
    kept.approve(kept.receive(b"older"), without=["rules"])
    kept.seal()

    assert _differences(kept) == []


def test_one_flipped_byte_names_the_original_by_its_hash(kept: Archive) -> None:
    _overwrite(_file(kept, b"first"), b"fIrst")

    assert _differences(kept) == [
        Difference(
            kind="original",
            id=sha256(b"first"),
            path=f"objects/originals/{sha256(b'first')[:2]}/{sha256(b'first')}",
            expected=sha256(b"first"),
            found=sha256(b"fIrst"),
        )
    ]


def test_a_removed_file_is_named(kept: Archive) -> None:
    _file(kept, b"first").unlink()

    assert _found(kept) == [("original", sha256(b"first"), "missing")]


def test_a_changed_size_is_named(kept: Archive) -> None:
    _tamper(kept, "UPDATE original SET size = 6 WHERE id = 1")

    (difference,) = _differences(kept)

    assert (difference.id, difference.expected, difference.found) == (
        sha256(b"first"),
        "6 bytes",
        "5 bytes",
    )


def test_a_shortened_lock_is_named(kept: Archive) -> None:
    folder = kept.folder / "objects" / "locks" / "originals"
    for lock in folder.rglob("*.json"):
        body = json.loads(lock.read_text())
        body["retain_until"] = NOW.isoformat()
        _overwrite(lock, json.dumps(body).encode())

    found = {each.found for each in _differences(kept)}

    assert found == {"kept until 2026-11-24"}


def test_a_row_that_was_removed_whole_is_missed(kept: Archive) -> None:
    _tamper(kept, "DELETE FROM original WHERE id = 1")

    found = _found(kept)

    assert ("original", sha256(b"first"), "missing") in found
    assert ("reference", "arrival 1", "missing") in found
    assert ("manifest", "1", "missing") in found
    assert (
        verify(kept.database, kept.store, kept.vault).checked["original_without_row"]
        == 1
    )


def test_bytes_without_a_row_are_counted_and_no_difference(kept: Archive) -> None:
    kept.store.put(b"left by a crash", prefix="originals", retain_until=LONG)

    report = verify(kept.database, kept.store, kept.vault)

    assert report.checked["original_without_row"] == 1
    assert report.differences == []


def test_a_row_that_points_to_nothing_is_named(kept: Archive) -> None:
    _tamper(kept, "DELETE FROM job WHERE id = 2")

    assert _found(kept) == [("reference", "arrival 2", "missing")]


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'nobody'",
        "act = 'other'",
        "at = '2026-11-24 01:02:04.000400'",
        "subject_id = '9'",
        """body = '{"approval": 2}'""",
        "body = 'no json'",
        "at = 'no time'",
    ],
)
def test_an_edited_event_is_named(kept: Archive, change: str) -> None:
    _update(kept, "audit_event", change, "id = 3")

    found = [(kind, key) for kind, key, _ in _found(kept)]

    assert ("audit_event", "3") in found


def test_a_removed_event_is_named(kept: Archive) -> None:
    _tamper(kept, "DELETE FROM audit_event WHERE id = 3")

    assert _found(kept) == [
        ("reference", "audit_seal 3", "missing"),
        ("audit_event", "3", "missing"),
    ]


def test_an_event_removed_with_its_seal_leaves_a_gap(kept: Archive) -> None:
    _tamper(
        kept,
        "DELETE FROM audit_seal WHERE seq = 4",
        "DELETE FROM audit_event WHERE id = 4",
    )

    found = [(kind, key) for kind, key, _ in _found(kept)]

    assert ("audit_seal", "4") in found
    assert ("audit_head", "4") in found


def test_an_edited_link_is_named(kept: Archive) -> None:
    _update(kept, "audit_seal", f"prev = '{'0' * 64}'", "seq = 5")

    assert _found(kept) == [("audit_seal", "5", "0" * 64)]


def test_a_cut_tail_is_found_by_the_head_that_was_kept(kept: Archive) -> None:
    _tamper(
        kept,
        "DELETE FROM audit_head WHERE seq > 4",
        "DELETE FROM audit_seal WHERE seq > 4",
        "DELETE FROM audit_event WHERE id > 4",
    )

    found = [(kind, key) for kind, key, _ in _found(kept)]

    assert found == [
        ("audit_head", "7"),
        ("original", sha256(b"second")),
        ("approval", "2"),
    ]


def test_a_chain_computed_anew_is_found_by_the_heads(kept: Archive) -> None:
    _tamper(
        kept,
        "UPDATE audit_event SET actor = 'nobody' WHERE id = 2",
        "DELETE FROM audit_seal",
        "DELETE FROM audit_head",
    )
    audit.seal(kept.database, DirectoryStore(kept.folder / "elsewhere"), now=NOW)

    found = {(kind, key) for kind, key, _ in _found(kept)}

    assert found == {("audit_head", "4"), ("audit_head", "7")}


def test_a_head_that_was_removed_is_named(kept: Archive) -> None:
    shutil.rmtree(kept.folder / "objects" / "heads")

    assert [(kind, key) for kind, key, _ in _found(kept)] == [
        ("audit_head", "4"),
        ("audit_head", "7"),
    ]


def test_events_that_wait_for_the_sealer_are_counted(kept: Archive) -> None:
    kept.receive(b"third")

    report = verify(kept.database, kept.store, kept.vault)

    assert report.checked["audit_event_unsealed"] == 2
    assert report.differences == []


@pytest.mark.parametrize(
    "change",
    [
        """body = '{"value": "偽", "text": "", "candidates": []}'""",
        "body = 'no json'",
        "body = '{}'",
        "salt = x'00'",
    ],
)
def test_an_edited_value_is_named(kept: Archive, change: str) -> None:
    _update(kept, "field_value", change, "version_id = 2")

    assert [(kind, key) for kind, key, _ in _found(kept)] == [("field_value", "2")]


@pytest.mark.parametrize(
    "change",
    [
        "sealed = x'00'",
        "sealed = (SELECT sealed FROM field_value WHERE version_id = 6)",
    ],
)
def test_an_edited_sealed_value_is_named(kept: Archive, change: str) -> None:
    _update(kept, "field_value", change, "version_id = 3")

    assert [(kind, key) for kind, key, _ in _found(kept)] == [("field_value", "3")]


def test_a_correction_slipped_in_after_approval_is_named(kept: Archive) -> None:
    _tamper(kept)
    kept.correct("insured.1.name_kanji", "川田　太郎")

    assert ("entry", "1") in {(kind, key) for kind, key, _ in _found(kept)}


@pytest.mark.parametrize(
    "change",
    ["SET token = x'00'", "SET entry_n = 2", "SET filing_id = 2"],
)
def test_an_edited_card_of_the_index_is_named(kept: Archive, change: str) -> None:
    _tamper(kept, f"UPDATE card {change} WHERE version_id = 3")

    assert [(kind, key) for kind, key, _ in _found(kept)] == [("index_card", "3")]


def test_an_exchanged_stamp_is_named(kept: Archive) -> None:
    _tamper(
        kept,
        "UPDATE route_step SET signature ="
        " (SELECT signature FROM route_step WHERE id = 2) WHERE id = 1",
    )

    assert [(kind, key) for kind, key, _ in _found(kept)] == [("stamp", "1")]


def test_an_exchanged_signature_is_named(kept: Archive) -> None:
    _tamper(
        kept,
        "UPDATE approval SET signature ="
        " (SELECT signature FROM approval WHERE id = 2) WHERE id = 1",
    )

    assert [(kind, key) for kind, key, _ in _found(kept)] == [("signature", "1")]


@pytest.mark.parametrize(
    "change", [""" "by" = 'tanaka'""", "at = '2026-01-01 00:00:00'"]
)
def test_another_approver_or_time_is_named(kept: Archive, change: str) -> None:
    _update(kept, "approval", change, "id = 1")

    assert ("signature", "1") in [(kind, key) for kind, key, _ in _found(kept)]


def test_a_changed_manifest_is_named(kept: Archive) -> None:
    (path, _) = sorted((kept.folder / "objects" / "manifests").rglob("[0-9a-f]" * 64))
    _overwrite(path, b"{}")

    (difference,) = _differences(kept)

    assert (difference.kind, difference.found) == ("manifest", sha256(b"{}"))
    assert difference.path == path.relative_to(kept.folder).as_posix()


def test_a_changed_commitment_is_named(kept: Archive) -> None:
    _tamper(kept, "UPDATE field_version SET commitment = 'x' WHERE id = 2")

    assert ("field_version", "2", "x") in _found(kept)


def test_an_approved_field_that_points_elsewhere_is_named(kept: Archive) -> None:
    _tamper(kept, "UPDATE field SET as_decided_id = 1 WHERE id = 2")

    (difference,) = _differences(kept)

    assert (difference.kind, difference.id) == ("entry", "1")
    assert "insured.1.name_kanji" in difference.expected


def test_a_later_version_of_an_entry_may_differ(kept: Archive) -> None:
    _tamper(
        kept,
        "UPDATE entry SET state = 'superseded' WHERE filing_id = 1 AND n = 1",
        "UPDATE field SET as_decided_id = 1 WHERE id = 2",
    )

    assert _differences(kept) == []


def test_a_version_in_force_may_not_while_the_next_one_waits(kept: Archive) -> None:
    _tamper(
        kept,
        "INSERT INTO entry (filing_id, n, version, state, straight_through, reasons)"
        " VALUES (1, 1, 2, 'ready', 0, '[]')",
        "UPDATE field SET as_decided_id = 1 WHERE id = 2",
    )

    assert [kind for kind, *_ in _found(kept)] == ["entry"]


def test_an_entry_slipped_under_a_signature_is_named(kept: Archive) -> None:
    _tamper(
        kept,
        "INSERT INTO entry (id, filing_id, n, version, state, straight_through,"
        " reasons, approval_id) VALUES (9, 1, 2, 1, 'approved', 0, '[]', 1)",
    )

    assert _found(kept) == [("entry", "9", "missing")]


def test_without_the_key_verification_says_which_is_missing(
    kept: Archive, tmp_path: Path
) -> None:
    stranger = Vault(KeyRing.load(tmp_path / "other"))

    with pytest.raises(KeyMissingError, match="data-"):
        verify(kept.database, kept.store, stranger)


def test_the_report_has_the_promised_shape(kept: Archive) -> None:
    _file(kept, b"first").unlink()

    body = verify(kept.database, kept.store, kept.vault).as_json()

    assert set(body) == {"checked", "differences"}
    assert set(body["differences"][0]) == {"kind", "id", "path", "expected", "found"}
    assert json.loads(json.dumps(body)) == body


def test_progress_ends_at_its_total(kept: Archive) -> None:
    seen: list[tuple[int, int]] = []

    verify(
        kept.database,
        kept.store,
        kept.vault,
        progress=lambda done, total: seen.append((done, total)),
    )

    assert seen[-1][0] == seen[-1][1] > 0


def test_a_shortened_time_is_named_though_store_and_row_agree(kept: Archive) -> None:
    folder = kept.folder / "objects" / "locks" / "originals"
    for lock in folder.rglob("*.json"):
        body = json.loads(lock.read_text())
        body["retain_until"] = NOW.isoformat()
        _overwrite(lock, json.dumps(body).encode())
    _tamper(kept, "UPDATE original SET retain_until = '2026-11-24 01:02:03.000400'")

    found = _found(kept)

    assert found == [
        ("original", sha256(data), "kept until 2026-11-24")
        for data in (b"first", b"second")
    ]


def test_a_value_committed_to_anew_is_named_by_its_filing(kept: Archive) -> None:
    value = kept.vault.commitment("偽")
    body = json.dumps({"value": "偽", "text": "", "candidates": []})
    with sqlite3.connect(kept.folder / "kamizero.db") as connection:
        connection.execute("DROP TRIGGER field_version_update")
        connection.execute(
            "UPDATE field_version SET commitment = ? WHERE id = 2", (value.hex,)
        )
        connection.execute(
            "UPDATE field_value SET body = ?, salt = ? WHERE version_id = 2",
            (body, value.salt),
        )
    connection.close()

    found = [(kind, key) for kind, key, _ in _found(kept)]

    assert ("filing", "1") in found
    assert ("field_value", "2") not in found


def test_an_approval_signed_anew_by_another_is_named(kept: Archive) -> None:
    with kept.database.look() as session:
        approval = session.get_one(Approval, 1)
    words = signed_bytes(
        manifest_sha256=approval.manifest_sha256, by="tanaka", at=approval.at
    )
    signed = kept.vault.sign(words).hex
    _tamper(
        kept,
        f"UPDATE approval SET signature = '{signed}' WHERE id = 1",  # noqa: S608
        """ UPDATE approval SET "by" = 'tanaka' WHERE id = 1""",
    )

    assert [(kind, key) for kind, key, _ in _found(kept)] == [("approval", "1")]


def test_an_original_and_an_approval_no_event_tells_of_are_named(kept: Archive) -> None:
    _tamper(
        kept,
        "DELETE FROM audit_event WHERE act = 'original.kept' AND id < 5",
        "UPDATE audit_event SET act = 'entry.view' WHERE id = 7",
    )

    found = [(kind, key) for kind, key, _ in _found(kept)]

    assert ("original", sha256(b"first")) in found
    assert ("approval", "2") in found


def test_an_approval_that_was_removed_is_missed(kept: Archive) -> None:
    _tamper(
        kept,
        "UPDATE entry SET approval_id = NULL, state = 'ready' WHERE id = 2",
        "DELETE FROM approval WHERE id = 2",
    )

    assert _found(kept) == [("approval", "2", "missing")]
