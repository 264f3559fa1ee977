"""A loaded register and a system asked over HTTP answer the same questions alike."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kamizero.errors import RecordsUnavailableError
from kamizero.records import (
    AttorneyRecord,
    BranchRecord,
    InsuredRecord,
    OfficeRecord,
    PayeeRecord,
    PostcodeRecord,
    RecordKind,
    Records,
)
from storage.database import Database, embedded_url
from storage.records.divided import DividedRecords
from storage.records.loading import load
from storage.records.register import Register
from storage.records.remote import RemoteRecords
from storage.vault import KeyRing, Vault
from tests.record_system import TOKEN, RecordSystem
from tests.register import ListedRecords

OFFICE = OfficeRecord(
    "01-ケイト", "12345", "けいと", "山田　花子", "1000001", "東京都", "03-1234-5678"
)
TARO = InsuredRecord(
    "01-ケイト",
    "7",
    "ヤマダ　タロウ",
    "山田　太郎",
    date(1990, 5, 12),
    "123456789018",
    "1234567890",
    date(2020, 12, 1),
    None,
    former_name_kanji="鈴木　太郎",
)
HANA = PayeeRecord("2234567890", "1150", "ヤマダ　ハナ", "", date(1950, 1, 2))
BRANCH = BranchRecord("9900", "018", "ゆうちょ", "〇一八")
PLACE = PostcodeRecord("1000013", "東京都", "千代田区", "霞が関")
LAWYER = AttorneyRecord("12345678", "社労　一郎", "", "", "", "")

KNOWN: dict[RecordKind, Any] = {
    RecordKind.OFFICES: OFFICE,
    RecordKind.ATTORNEYS: LAWYER,
    RecordKind.INSURED: TARO,
    RecordKind.PAYEES: HANA,
    RecordKind.BRANCHES: BRANCH,
    RecordKind.POSTCODES: PLACE,
}
LISTED = ListedRecords(
    offices=[OFFICE],
    people=[TARO],
    payees=[HANA],
    branches=[BRANCH],
    postcodes=[PLACE],
    attorneys=[LAWYER],
)


@pytest.fixture
def system() -> Iterator[RecordSystem]:
    running = RecordSystem(LISTED)
    yield running
    running.stop()


@pytest.fixture(params=["loaded", "asked elsewhere", "divided"])
def records(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_folder: Path
) -> Iterator[Records]:
    if request.param == "asked elsewhere":
        yield _remote(request.getfixturevalue("system"))
        return
    shutil.copy(migrated_folder / "kamizero.db", tmp_path)
    database = Database(embedded_url(tmp_path))
    vault = Vault(KeyRing.load(tmp_path / "keys"))
    for kind, record in KNOWN.items():
        cells = {name: str(said or "") for name, said in asdict(record).items()}
        load(database, vault, kind, [(2, cells)])
    register = Register(database, vault)
    if request.param == "loaded":
        yield register
    else:
        remote = _remote(request.getfixturevalue("system"))
        yield DividedRecords(register, remote, [RecordKind.INSURED])
    database.close()


QUESTIONS: Sequence[tuple[Callable[[Records], Sequence[object]], list[object]]] = [
    (lambda r: r.office("01-ケイト", ""), [OFFICE]),
    (lambda r: r.office("", "12345"), [OFFICE]),
    (lambda r: r.office("99-ナシ", ""), []),
    (lambda r: r.office("", ""), []),
    (lambda r: r.insured(my_number="123456789018"), [TARO]),
    (lambda r: r.insured(pension_number="1234567890"), [TARO]),
    (lambda r: r.insured(serial="7", office_symbol="01-ケイト"), [TARO]),
    (lambda r: r.insured(serial="7"), []),
    (lambda r: r.insured(my_number="999999999999"), []),
    (lambda r: r.payee(pension_number="2234567890"), [HANA]),
    (lambda r: r.payee(), []),
    (lambda r: r.branch("9900", "018"), [BRANCH]),
    (lambda r: r.branch("9900", ""), [BRANCH]),
    (lambda r: r.branch("9900", "028"), []),
    (lambda r: r.postcode("1000013"), [PLACE]),
    (lambda r: r.attorney("12345678"), [LAWYER]),
]


def test_the_same_question_has_the_same_answer(records: Records) -> None:
    answers = [list(ask(records)) for ask, _ in QUESTIONS]

    assert answers == [expected for _, expected in QUESTIONS]
    assert all(records.holds(kind) for kind in RecordKind)


def test_a_number_stands_in_no_address(system: RecordSystem) -> None:
    _remote(system).insured(my_number="123456789018")

    assert system.asked == [("/v1/insured", {"my_number": "123456789018"})]


def test_what_was_asked_ahead_is_not_asked_again(system: RecordSystem) -> None:
    now = [0.0]
    remote = _remote(system, clock=lambda: now[0])

    for now[0] in (0, 100, 200):
        assert list(remote.office("01-ケイト", "")) == [OFFICE]

    assert len(system.asked) == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, None),
        (302, None),
        (200, b"{"),
        (200, b"[]"),
        (200, b'{"records": ["text"]}'),
        (200, '{"records": [{"symbol": "01-ケイト"}]}'.encode()),
    ],
)
def test_what_cannot_be_understood_is_no_answer(
    system: RecordSystem, status: int, body: bytes | None
) -> None:
    system.status, system.body = status, body

    with pytest.raises(RecordsUnavailableError):
        _remote(system).office("01-ケイト", "")


def test_a_wrong_token_is_no_answer(system: RecordSystem) -> None:
    with pytest.raises(RecordsUnavailableError):
        RemoteRecords(system.address, token="another").office("01-ケイト", "")


def test_who_hangs_is_left_alone_for_a_while(system: RecordSystem) -> None:
    now = [0.0]
    remote = _remote(system, seconds=0.2, clock=lambda: now[0])
    system.answers.clear()
    for _ in range(3):
        with pytest.raises(RecordsUnavailableError) as said:
            remote.insured(my_number="123456789018")
    asked = len(system.asked)
    system.answers.set()
    now[0] = 31

    assert list(remote.insured(my_number="123456789018")) == [TARO]
    assert asked == 1
    assert "123456789018" not in str(said.value)


def test_a_system_that_is_down_does_not_answer(system: RecordSystem) -> None:
    system.stop()

    with pytest.raises(RecordsUnavailableError):
        _remote(system).payee(pension_number="2234567890")


def _remote(system: RecordSystem, **how: Any) -> RemoteRecords:
    return RemoteRecords(system.address, token=TOKEN, **how)
