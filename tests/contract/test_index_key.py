"""The key that finds is exchanged while people look things up, on every database."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from forms.headings import Heading
from forms.library import Library
from forms.occasions import Occasion
from kamizero.errors import ConflictError
from kamizero.records import RecordKind
from storage import index_renewal, key_rotation
from storage.cards import token_of
from storage.database import Database
from storage.directory import DirectoryStore
from storage.occasions import others
from storage.proofs import values
from storage.proofs.report import Meter, Tally
from storage.records.loading import load
from storage.records.register import Register
from storage.reindexing import reindex
from storage.searches.criteria import Criteria
from storage.searches.hits import find
from storage.tables import Card, OccasionCard, RecordInsured, RecordPayee
from storage.vault import KeyRing, Vault
from tests.desk import NOW, Desk

FORMS = Library.shipped()
MY_NUMBER = "123456789018"
INSURED = {
    "office_symbol": "01-ケイト",
    "serial_number": "7",
    "name_kana": "ヤマダ　タロウ",
    "name_kanji": "山田　太郎",
    "birth_date": "1990-05-12",
    "my_number": MY_NUMBER,
    "pension_number": "1234567890",
}
PAYEE = {
    "pension_number": "1234567890",
    "pension_code": "1150",
    "name_kana": "ヤマダ　タロウ",
    "birth_date": "1990-05-12",
    "my_number": MY_NUMBER,
}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """One filing, and the records of whom it is about."""
    desk = Desk(
        database=database,
        vault=Vault(KeyRing.load(tmp_path / "keys")),
        store=DirectoryStore(tmp_path),
        definition=Library.shipped().get("2200@2020-12"),
    )
    desk.receive()
    reindex(database, desk.vault, FORMS)
    load(database, desk.vault, RecordKind.INSURED, [(2, INSURED)])
    load(database, desk.vault, RecordKind.PAYEES, [(2, PAYEE)])
    return desk


def is_found(desk: Desk, vault: Vault | None = None) -> tuple[int, int, int]:
    """Filings, insured people and pensions that the number finds."""
    vault = vault or desk.vault
    register = Register(desk.database, vault)
    with desk.database.look() as session:
        asked = Criteria(number=MY_NUMBER, name="山田")
        hits = find(session, vault, asked, before=None, limit=9)
    return (
        len(hits),
        len(register.insured(my_number=MY_NUMBER)),
        len(register.payee(my_number=MY_NUMBER)),
    )


class StoppedError(Exception):
    """The machine goes off in the middle."""


def stop(_done: int) -> None:
    raise StoppedError


def exchange(desk: Desk) -> str:
    """Exchange the key; return the name of the former one."""
    former = desk.vault.keyring().index.id
    key_rotation.rotate_index(desk.database, desk.vault, FORMS, actor="root", now=NOW)
    return former


def exchange_and_stop(desk: Desk) -> str:
    """Filings are written anew, records not yet."""
    former = desk.vault.keyring().index.id
    with pytest.raises(StoppedError):
        key_rotation.rotate_index(
            desk.database, desk.vault, FORMS, actor="root", now=NOW, progress=stop
        )
    return former


def forget(desk: Desk, key_id: str) -> None:
    key_rotation.forget(desk.database, desk.vault, key_id, actor="root", now=NOW)


def keys_in_use(desk: Desk) -> set[str | None]:
    with desk.database.look() as session:
        return {
            *session.scalars(select(Card.index_key).where(Card.token.is_not(None))),
            *session.scalars(select(OccasionCard.index_key)),
            *session.scalars(select(RecordInsured.index_key)),
            *session.scalars(select(RecordPayee.index_key)),
        }


def test_everything_is_found_by_the_new_key_alone(desk: Desk, tmp_path: Path) -> None:
    former = exchange(desk)
    forget(desk, former)

    ring = KeyRing.load(tmp_path / "keys")

    assert former not in (ring.index.id, *ring.former_index)
    assert keys_in_use(desk) == {ring.index.id}
    assert is_found(desk, Vault(ring)) == (1, 1, 1)


def test_a_stopped_exchange_finds_by_both_keys_and_goes_on(desk: Desk) -> None:
    former = exchange_and_stop(desk)
    between = is_found(desk), keys_in_use(desk)

    renewed = index_renewal.renew(desk.database, desk.vault, FORMS)

    assert between == ((1, 1, 1), {former, desk.vault.keyring().index.id})
    # The filing was written anew already.
    assert renewed == 2
    assert is_found(desk) == (1, 1, 1)
    assert index_renewal.renew(desk.database, desk.vault, FORMS) == 0


def test_double_filings_are_found_throughout(desk: Desk) -> None:
    former = exchange_and_stop(desk)
    between = doubles(desk)
    index_renewal.renew(desk.database, desk.vault, FORMS)
    forget(desk, former)

    assert (between, doubles(desk)) == (1, 1)


def test_a_filing_found_by_its_occasion_alone_is_written_anew(desk: Desk) -> None:
    with desk.database.begin() as session:
        session.execute(text("DELETE FROM card"))
    exchange(desk)

    assert keys_in_use(desk) == {desk.vault.keyring().index.id}
    assert doubles(desk) == 1


def doubles(desk: Desk) -> int:
    """How many filings tell of the person, as another one would find them."""
    person = Occasion("2200", f"my_number/{MY_NUMBER}", "")
    with desk.database.look() as session:
        return len(others(session, desk.vault, 0, [person])[person])


def test_a_key_that_still_finds_something_is_not_forgotten(desk: Desk) -> None:
    former = exchange_and_stop(desk)

    with pytest.raises(ConflictError, match=r"2 rows .*kamizero index renew"):
        forget(desk, former)
    with pytest.raises(ConflictError, match="in use"):
        forget(desk, desk.vault.keyring().index.id)


def test_what_names_no_key_yet_is_written_anew_too(desk: Desk) -> None:
    with desk.database.begin() as session:
        for table in ("card", "record_insured", "record_payee"):
            session.execute(text(f"UPDATE {table} SET index_key = NULL"))  # noqa: S608

    former = exchange_and_stop(desk)
    with pytest.raises(ConflictError, match="2 rows"):
        forget(desk, former)
    index_renewal.renew(desk.database, desk.vault, FORMS)

    assert keys_in_use(desk) == {desk.vault.keyring().index.id}
    assert is_found(desk) == (1, 1, 1)


def test_a_program_that_runs_finds_and_writes_by_the_new_key(
    desk: Desk, tmp_path: Path
) -> None:
    running = Vault(KeyRing.load(tmp_path / "keys"))

    exchange(desk)

    assert is_found(desk, running) == (1, 1, 1)
    assert running.index().key_id == desk.vault.keyring().index.id


def test_who_was_loaded_meanwhile_is_there_once(desk: Desk) -> None:
    retired = {**INSURED, "serial_number": ""}
    load(desk.database, desk.vault, RecordKind.INSURED, [(3, retired)])
    exchange_and_stop(desk)
    for kind, record in (RecordKind.PAYEES, PAYEE), (RecordKind.INSURED, retired):
        later = {**record, "name_kana": "ヤマダ　ジロウ"}
        load(desk.database, desk.vault, kind, [(2, later)])
    register = Register(desk.database, desk.vault)
    between = _names(register)

    index_renewal.renew(desk.database, desk.vault, FORMS)

    assert between == ["ヤマダ　ジロウ", "ヤマダ　タロウ", "ヤマダ　ジロウ"]
    assert _names(register) == between
    with desk.database.look() as session:
        assert session.scalar(select(func.count()).select_from(RecordPayee)) == 1
        assert session.scalar(select(func.count()).select_from(RecordInsured)) == 2


def _names(register: Register) -> list[str]:
    """Of whom the number finds: the pension, then the insured, with a serial first."""
    insured = sorted(
        register.insured(my_number=MY_NUMBER), key=lambda one: not one.serial_number
    )
    payees = register.payee(my_number=MY_NUMBER)
    return [*(one.name_kana for one in payees), *(one.name_kana for one in insured)]


def test_a_card_of_a_former_key_is_found_and_right_until_the_key_is_gone(
    desk: Desk,
) -> None:
    former = desk.vault.index()
    exchange(desk)
    with desk.database.begin() as session:
        token = token_of(desk.vault.index(), Heading.NUMBER, MY_NUMBER)
        session.execute(
            update(Card)
            .where(Card.token == token)
            .values(
                token=token_of(former, Heading.NUMBER, MY_NUMBER),
                index_key=former.key_id,
            )
        )

    between = wrong(desk), is_found(desk)
    (desk.vault.keyring().folder / f"{former.key_id}.json").unlink()

    assert between == ([], (1, 1, 1))
    assert wrong(desk, Vault(desk.vault.keyring().again())) == ["index_card"]


def wrong(desk: Desk, vault: Vault | None = None) -> list[str]:
    tally = Tally(Meter(total=1, progress=lambda _done, _total: None))
    values.prove(desk.database, vault or desk.vault, tally)
    return [one.kind for one in tally.differences]
