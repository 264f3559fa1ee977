"""The register is loaded once, answered from, and closed to who has no key."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event, select

from kamizero.errors import KeyMissingError, WrongCallError
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
from storage.database import Database
from storage.records.loading import Loaded, Rejected, load, load_csv
from storage.records.register import Register
from storage.records.rows import COLUMNS, Record
from storage.tables import RecordInsured, RecordPayee
from storage.vault import KeyRing, Vault

SAMPLES = Path(__file__).parents[2] / "samples/records"

Asked = Callable[[Records], Sequence[object]]

OFFICES = """symbol,number,name,owner_name,postal_code,address,phone
01-ケイト,12345,株式会社けいと,山田　花子,1000001,東京都千代田区１,03-1234-5678
02-アイウ,54321,有限会社あいう,佐藤　一郎,5300001,大阪府大阪市１,06-1234-5678
"""
TARO = {
    "office_symbol": "01-ケイト",
    "serial_number": "7",
    "name_kana": "ヤマダ　タロウ",
    "name_kanji": "山田　太郎",
    "birth_date": "1990-05-12",
    "my_number": "123456789018",
    "pension_number": "1234567890",
    "acquired_on": "2020-12-01",
    "lost_on": "",
}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(KeyRing.load(tmp_path / "keys"))


def _load(database: Database, vault: Vault, *rows: dict[str, str]) -> Loaded:
    return _kept_aside(database, vault, *rows)[0]


def _kept_aside(
    database: Database, vault: Vault, *rows: dict[str, str]
) -> tuple[Loaded, list[Rejected]]:
    bad: list[Rejected] = []
    numbered = enumerate(rows, start=2)
    kind = RecordKind.INSURED
    return load(database, vault, kind, numbered, aside=bad.append), bad


def _csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "records.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_offices_are_found_by_symbol_or_number(
    database: Database, vault: Vault, tmp_path: Path, encoding: str
) -> None:
    path = _csv(tmp_path, OFFICES, encoding)

    loaded = load_csv(database, vault, RecordKind.OFFICES, path)

    register = Register(database, vault)
    expected = OfficeRecord(
        symbol="01-ケイト",
        number="12345",
        name="株式会社けいと",
        owner_name="山田　花子",
        postal_code="1000001",
        address="東京都千代田区１",
        phone="03-1234-5678",
    )
    assert loaded == Loaded(count=2, rejected=0)
    assert register.office("01-ケイト", "") == (expected,)
    assert register.office("", "12345") == (expected,)
    assert len(register.office("01-ケイト", "54321")) == 2
    assert register.office("", "") == ()
    assert register.office("99-ナシ", "") == ()


def test_a_person_is_found_by_each_number(database: Database, vault: Vault) -> None:
    _load(database, vault, TARO)

    register = Register(database, vault)
    expected = InsuredRecord(
        office_symbol="01-ケイト",
        serial_number="7",
        name_kana="ヤマダ　タロウ",
        name_kanji="山田　太郎",
        birth_date=date(1990, 5, 12),
        my_number="123456789018",
        pension_number="1234567890",
        acquired_on=date(2020, 12, 1),
        lost_on=None,
    )
    assert register.insured(my_number="123456789018") == (expected,)
    assert register.insured(pension_number="1234567890") == (expected,)
    assert register.insured(serial="7", office_symbol="01-ケイト") == (expected,)


def test_a_serial_number_counts_within_its_office_alone(
    database: Database, vault: Vault
) -> None:
    _load(database, vault, TARO)

    register = Register(database, vault)

    assert register.insured(serial="7") == ()
    assert register.insured(serial="7", office_symbol="02-アイウ") == ()
    assert register.insured() == ()


@pytest.mark.parametrize("together", [True, False], ids=["one file", "two files"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"serial_number": ""}, {}),
        ({"serial_number": "", "pension_number": ""}, {}),
        ({"serial_number": "", "pension_number": ""}, {"serial_number": ""}),
    ],
    ids=["a serial number", "all but a My Number", "a pension number"],
)
def test_who_gets_a_number_later_stands_there_once(
    database: Database,
    vault: Vault,
    before: dict[str, str],
    after: dict[str, str],
    together: bool,
) -> None:
    rows = ({**TARO, **before}, {**TARO, **after})
    elsewhere = {**TARO, "office_symbol": "02-アイウ", "serial_number": ""}
    _load(database, vault, elsewhere)
    for part in [rows] if together else [rows[:1], rows[1:]]:
        _load(database, vault, *part)

    found = Register(database, vault).insured(my_number=TARO["my_number"])

    assert sorted((one.office_symbol, one.serial_number) for one in found) == [
        ("01-ケイト", {**TARO, **after}["serial_number"]),
        ("02-アイウ", ""),
    ]


def test_a_person_lies_sealed_in_the_database(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    _load(database, vault, TARO)

    with database.look() as session:
        row = session.scalars(select(RecordInsured)).one()

    assert "太郎".encode() not in row.sealed
    assert b"123456789018" not in row.sealed
    assert row.my_number_index == vault.blind_index("123456789018")
    stranger = Vault(KeyRing.load(tmp_path / "other"))
    assert Register(database, stranger).insured(my_number="123456789018") == ()
    with pytest.raises(KeyMissingError):
        Register(database, stranger).insured(serial="7", office_symbol="01-ケイト")


def test_a_newer_file_replaces_what_it_names(database: Database, vault: Vault) -> None:
    _load(database, vault, TARO, TARO | {"serial_number": "8", "my_number": ""})

    _load(database, vault, TARO | {"my_number": "", "lost_on": "2026-03-31"})

    register = Register(database, vault)
    (found,) = register.insured(serial="7", office_symbol="01-ケイト")
    assert found.lost_on == date(2026, 3, 31)
    assert register.insured(my_number="123456789018") == ()
    assert len(register.insured(serial="8", office_symbol="01-ケイト")) == 1


@pytest.mark.parametrize("number", ["pension_number", "my_number"])
def test_who_has_no_serial_number_is_known_by_another(
    database: Database, vault: Vault, number: str
) -> None:
    without = TARO | {"serial_number": "", "pension_number": "", "my_number": ""}
    one = without | {number: TARO[number]}
    other = without | {number: TARO[number][::-1]}
    _load(database, vault, one, other)

    loaded = _load(database, vault, one | {"lost_on": "2026-03-31"}, other)

    register = Register(database, vault)
    (found,) = register.insured(**{number: TARO[number]})
    assert loaded == Loaded(count=2, rejected=0)
    assert (found.serial_number, found.lost_on) == ("", date(2026, 3, 31))
    assert len(register.insured(**{number: TARO[number][::-1]})) == 1
    assert register.insured(serial="", office_symbol=TARO["office_symbol"]) == ()


def test_the_whole_list_of_the_samples_is_loaded(
    database: Database, vault: Vault
) -> None:
    for kind, count in ((RecordKind.INSURED, 40), (RecordKind.OFFICES, 8)):
        path = SAMPLES / f"{kind}.csv"

        assert load_csv(database, vault, kind, path) == Loaded(count, rejected=0)


def test_a_bad_row_is_kept_aside_with_line_and_reason(
    database: Database, vault: Vault
) -> None:
    loaded, bad = _kept_aside(
        database,
        vault,
        TARO | {"birth_date": "1990-02-30"},
        TARO | {"office_symbol": " "},
        TARO | {"my_number": "12345678901"},
        TARO | {"serial_number": "123456789"},
        TARO | {"serial_number": "", "my_number": "", "pension_number": ""},
        TARO,
    )

    assert loaded == Loaded(count=1, rejected=5)
    assert [(one.line, one.reason) for one in bad] == [
        (2, "birth_date is no date: write it as 1990-05-12"),
        (3, "office_symbol is empty"),
        (4, "my_number has not 12 digits"),
        (5, "serial_number has more than 8 characters"),
        (6, "one of serial_number, pension_number, my_number must be there"),
    ]
    assert bad[0].cells["name_kanji"] == TARO["name_kanji"]


@pytest.mark.parametrize("row", ["03-ウエオ,1,うえお", "03-ウエオ,1,う,え,お,か,き,く"])
def test_a_row_with_too_few_or_too_many_cells_is_named_by_its_line(
    database: Database, vault: Vault, tmp_path: Path, row: str
) -> None:
    path = _csv(tmp_path, f"{OFFICES}{row}\n")

    bad: list[Rejected] = []
    loaded = load_csv(database, vault, RecordKind.OFFICES, path, aside=bad.append)

    assert loaded == Loaded(count=2, rejected=1)
    assert (bad[0].line, bad[0].reason) == (
        4,
        "it has more or fewer cells than the first line",
    )


def test_a_missing_column_says_what_the_first_line_must_be(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    path = _csv(tmp_path, "symbol,name\n01-ケイト,けいと\n")

    with pytest.raises(WrongCallError, match=",".join(COLUMNS[RecordKind.OFFICES])):
        load_csv(database, vault, RecordKind.OFFICES, path)


def test_a_file_in_no_known_encoding_says_so(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(b"\x81\x20")

    with pytest.raises(WrongCallError, match="Save it as UTF-8"):
        load_csv(database, vault, RecordKind.OFFICES, path)


def test_a_file_that_is_not_there_says_so(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    with pytest.raises(WrongCallError, match=r"nowhere\.csv cannot be read"):
        load_csv(database, vault, RecordKind.OFFICES, tmp_path / "nowhere.csv")


def test_a_file_that_breaks_off_being_csv_says_where(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    path = _csv(tmp_path, OFFICES + "x" * 200_000)

    with pytest.raises(WrongCallError, match="no CSV file from line 4 on"):
        load_csv(database, vault, RecordKind.OFFICES, path)


def test_a_long_file_is_loaded_in_batches(database: Database, vault: Vault) -> None:
    seen: list[int] = []
    rows = (
        (line, TARO | {"serial_number": str(line), "my_number": ""})
        for line in range(12_000)
    )

    loaded = load(database, vault, RecordKind.INSURED, rows, progress=seen.append)

    assert loaded.count == 12_000
    assert seen == [5_000, 10_000, 12_000]


def test_the_register_answers_as_records_do(database: Database, vault: Vault) -> None:
    records: Records = Register(database, vault)

    assert records.insured(my_number="123456789018") == ()


def test_a_check_asks_the_register_over_its_own_connection(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    load_csv(database, vault, RecordKind.OFFICES, _csv(tmp_path, OFFICES))
    _load(database, vault, TARO)
    taken: list[object] = []
    event.listen(database.engine, "checkout", lambda *of_pool: taken.append(of_pool))

    with database.begin() as session:
        records = Register(database, vault).within(session)
        offices = records.office("01-ケイト", "")
        persons = records.insured(my_number=TARO["my_number"])

    assert [office.number for office in offices] == ["12345"]
    assert [person.serial_number for person in persons] == ["7"]
    assert len(taken) == 1


@pytest.mark.parametrize("kind", list(RecordKind))
def test_a_register_without_records_knows_nobody_to_be_unknown(
    database: Database, vault: Vault, kind: RecordKind
) -> None:
    assert not Register(database, vault).holds(kind)


def test_of_two_rows_of_one_record_the_later_counts(
    database: Database, vault: Vault
) -> None:
    _load(database, vault, TARO, TARO | {"lost_on": "2026-03-31"})

    (found,) = Register(database, vault).insured(my_number=TARO["my_number"])
    assert found.lost_on == date(2026, 3, 31)


def test_a_file_without_the_former_names_is_loaded(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    heads, cells = ",".join(TARO), ",".join(TARO.values())

    loaded = load_csv(
        database, vault, RecordKind.INSURED, _csv(tmp_path, f"{heads}\n{cells}\n")
    )

    (found,) = Register(database, vault).insured(my_number=TARO["my_number"])
    assert loaded == Loaded(count=1, rejected=0)
    assert found.former_name_kana == ""


HANAKO = PayeeRecord(
    pension_number="1234567890",
    pension_code="1150",
    name_kana="ヤマダ　ハナコ",
    name_kanji="山田　花子",
    birth_date=date(1950, 5, 12),
    my_number="123456789018",
)
OTHERS: Sequence[tuple[RecordKind, Record, Asked]] = (
    (
        RecordKind.ATTORNEYS,
        AttorneyRecord(
            number="12345678",
            name="社労　一郎",
            office_name="社労事務所",
            postal_code="1000001",
            address="東京都千代田区１",
            phone="03-1234-5678",
        ),
        lambda records: records.attorney("12345678"),
    ),
    (
        RecordKind.PAYEES,
        HANAKO,
        lambda records: records.payee(pension_number="1234567890"),
    ),
    (
        RecordKind.PAYEES,
        HANAKO,
        lambda records: records.payee(my_number="123456789018"),
    ),
    (
        RecordKind.BRANCHES,
        BranchRecord("9900", "018", "ゆうちょ", "〇一八"),
        lambda records: records.branch("9900", "018"),
    ),
    (
        RecordKind.POSTCODES,
        PostcodeRecord("1000013", "東京都", "千代田区", "霞が関"),
        lambda records: records.postcode("1000013"),
    ),
)


@pytest.mark.parametrize(("kind", "record", "asked"), OTHERS)
def test_records_of_each_kind_are_loaded_twice_and_found_once(
    database: Database, vault: Vault, kind: RecordKind, record: Record, asked: Asked
) -> None:
    cells = {name: str(value) for name, value in asdict(record).items()}
    for _ in range(2):
        load(database, vault, kind, [(2, cells)])

    register = Register(database, vault)

    assert register.holds(kind)
    assert list(asked(register)) == [record]


def test_a_bank_is_known_by_any_of_its_branches(
    database: Database, vault: Vault
) -> None:
    cells = asdict(BranchRecord("9900", "018", "ゆうちょ", "〇一八"))
    load(database, vault, RecordKind.BRANCHES, [(2, cells)])

    register = Register(database, vault)

    assert [one.bank_name for one in register.branch("9900", "")] == ["ゆうちょ"]
    assert register.branch("9900", "028") == ()
    assert register.branch("0001", "") == ()


def test_a_payee_lies_sealed_in_the_database(database: Database, vault: Vault) -> None:
    cells = {name: str(value) for name, value in asdict(HANAKO).items()}
    load(database, vault, RecordKind.PAYEES, [(2, cells)])

    with database.look() as session:
        row = session.scalars(select(RecordPayee)).one()

    kept = f"{row.sealed!r} {row.certificate_index} {row.pension_number_index}"
    assert "花子".encode() not in row.sealed
    assert HANAKO.pension_number not in kept
