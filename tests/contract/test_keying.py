"""Blind keying promises the same on every database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from forms.library import Library
from review.keying.groups import open_lot
from storage.database import Database
from storage.directory import DirectoryStore
from storage.tables import (
    GroupCheck,
    Keying,
    Mode,
    ReadingProof,
    SamplingRate,
    Source,
)
from storage.vault import KeyRing, Vault
from tests.desk import LATER, Desk
from tests.keying import TODAY, KeyingDesk

T = TypeVar("T")

KANA = "insured.1.name_kana"
KIND = "insured.*.name_kana"


@pytest.fixture
def keying(database: Database, tmp_path: Path) -> KeyingDesk:
    return KeyingDesk(
        Desk(
            database=database,
            vault=Vault(KeyRing.load(tmp_path / "keys")),
            store=DirectoryStore(tmp_path),
            definition=Library.shipped().get("2200@2020-12"),
        )
    )


def copy_version(database: Database, version_id: int | None) -> int:
    """Say once more what a version says, as accepted."""
    copied = text(
        "INSERT INTO field_version (field_id, seq, purpose, author_kind, author, at,"
        " state, accepted, grounds, commitment) SELECT field_id, seq + 1, purpose,"
        " author_kind, author, at, state, TRUE, grounds, commitment"
        " FROM field_version WHERE id = :id RETURNING id"
    )
    with database.begin() as session:
        return int(session.execute(copied, {"id": version_id}).scalar_one())


def run_together(*calls: Callable[[], T]) -> list[T]:
    """Run the calls at the same moment, each in a thread of its own."""
    start = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_what_two_people_key_alike_is_accepted_and_goes_on(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filing = keying.receive()

    keying.key("rei", "ヤマダ　タロウ")
    between = keying.desk.states(filing)
    last = keying.key("ken", "ヤマダ　タロウ")

    assert between == ["in_review"]
    assert last.accepted
    assert keying.desk.states(filing) == ["ready"]


def test_a_third_settles_what_two_people_key_differently(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filing = keying.receive()
    keying.key("rei", "ヤマダ　タロウ")
    second = keying.key("ken", "ヤマダ　タロー")
    between = keying.desk.states(filing)
    third = keying.take("jun")
    seen = keying.sees(third)

    settled = keying.key("jun", "ヤマダ　タロウ", claim=third)

    assert not second.accepted
    assert between == ["in_review"]
    assert sorted(said.value for said in seen) == ["ヤマダ　タロウ", "ヤマダ　タロー"]
    assert settled.accepted
    assert keying.desk.states(filing) == ["ready"]


def test_two_keyers_who_race_for_one_field_do_not_both_get_it(
    keying: KeyingDesk,
) -> None:
    keying.mode(KIND, Mode.COMPARE)
    keying.receive()

    claims = run_together(
        *(lambda who=who: keying.claim(who) for who in ("rei", "ken", "jun", "aki"))
    )

    assert sum(claim is not None for claim in claims) == 1


def test_four_keyers_at_once_share_the_fields_and_lose_none(
    keying: KeyingDesk,
) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filings = [keying.receive() for _ in range(6)]

    def work(person: str) -> int:
        count = 0
        while (claim := keying.claim(person)) is not None:
            keying.key(person, "ヤマダ　タロウ", claim=claim)
            count += 1
        return count

    run_together(*(lambda who=who: work(who) for who in ("rei", "ken", "jun", "aki")))
    for person in ("rei", "ken", "jun", "aki"):
        # Whoever found the last fields in other hands comes again.
        work(person)

    with keying.desk.database.look() as session:
        keyed = session.query(Keying).all()
    assert len(keyed) == 2 * len(filings)
    assert len({(one.field_id, one.person) for one in keyed}) == len(keyed)
    assert all(keying.desk.states(filing) == ["ready"] for filing in filings)


def test_nobody_keys_a_field_twice(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.COMPARE)
    keying.receive()
    keying.key("rei", "ヤマダ　タロウ")

    assert keying.claim("rei") is None
    assert keying.claim("ken") is not None


def test_the_database_refuses_a_keying_that_is_not_anothers_own(
    keying: KeyingDesk,
) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filing = keying.receive()
    keying.key("rei", "ヤマダ　タロウ")
    field = keying.field(filing, KANA)
    copied = copy_version(keying.desk.database, field.as_written_id)

    # The same person again, another's version as their own, a turn left out.
    for person, turn, match in (
        ("rei", 2, "(?i)unique"),
        ("ken", 2, "its own author"),
        ("rei", 3, "in turn"),
    ):
        keyed = Keying(
            field_id=field.id, turn=turn, person=person, version_id=copied, at=LATER
        )
        with (
            pytest.raises(IntegrityError, match=match),
            keying.desk.database.begin() as session,
        ):
            session.add(keyed)


def test_the_database_lets_no_entry_pass_before_its_mode_is_met(
    keying: KeyingDesk,
) -> None:
    for mode in (Mode.CHECK, Mode.KEY, Mode.COMPARE, Mode.SHADOW):
        keying.mode(KIND, mode)
        filing = keying.receive()
        with (
            pytest.raises(IntegrityError, match="settled under their mode"),
            keying.desk.database.begin() as session,
        ):
            session.execute(
                text("UPDATE entry SET state = 'ready' WHERE filing_id = :id"),
                {"id": filing},
            )


def test_one_keying_is_not_enough_for_two(keying: KeyingDesk) -> None:
    keying.mode(KIND, Mode.COMPARE)
    filing = keying.receive()
    keying.key("rei", "ヤマダ　タロウ")
    # As a program error would: the first keyer's word passes for accepted.
    first = keying.field(filing, KANA).as_written_id
    written = copy_version(keying.desk.database, first)
    with keying.desk.database.begin() as session:
        session.execute(
            text("UPDATE field SET as_written_id = :id WHERE name = :name"),
            {"id": written, "name": KANA},
        )

    with (
        pytest.raises(IntegrityError, match="settled under their mode"),
        keying.desk.database.begin() as session,
    ):
        session.execute(
            text("UPDATE entry SET state = 'ready' WHERE filing_id = :id"),
            {"id": filing},
        )


def test_what_was_set_keyed_and_counted_is_never_changed(
    keying: KeyingDesk,
) -> None:
    keying.mode(KIND, Mode.COMPARE)
    keying.receive()
    keying.key("rei", "ヤマダ　タロウ")
    field = keying.field(1, KANA)
    with keying.desk.database.begin() as session:
        session.add_all(
            [
                SamplingRate(
                    form="*", per_million=1, from_on=TODAY, set_by="mio", set_at=LATER
                ),
                GroupCheck(
                    version_id=field.as_written_id,
                    cell=0,
                    correct=True,
                    person="rei",
                    at=LATER,
                ),
                ReadingProof(
                    field_id=field.id,
                    form="2200",
                    revision="2020-12",
                    field=KIND,
                    reader="model@1",
                    source=Source.SAMPLE,
                    correct=True,
                    at=LATER,
                ),
            ]
        )

    for table in (
        "keying_mode",
        "sampling_rate",
        "keying",
        "reading_proof",
        "group_check",
    ):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            keying.desk.database.begin() as session,
        ):
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our names


def test_two_lots_opened_at_once_share_no_entry(keying: KeyingDesk) -> None:
    desk = keying.desk
    for _ in range(6):
        keying.receive(doubtful=[KANA])

    def open_for(person: str) -> list[int]:
        pieces = open_lot(
            desk.database,
            desk.vault,
            definition=desk.definition,
            kind=KIND,
            person=person,
            now=LATER,
        )
        return [piece.entry_id for piece in pieces]

    lots = run_together(*(lambda who=who: open_for(who) for who in ("rei", "ken")))

    entries = [entry for lot in lots for entry in lot]
    assert len(entries) == len(set(entries)) == 6
