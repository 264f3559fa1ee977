"""Prints how fast records load into PostgreSQL, and how fast a filing is checked.

python -m bench.records_load [PEOPLE…]

Each number of made persons is loaded by a process of its own, as `kamizero records
load` does it; then filings that name one of them each are checked.
"""

import csv
import os
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

from forms.definition import FormDefinition
from forms.grammar.check_digits import my_number_check_digit
from forms.library import Library
from kamizero import logs
from kamizero.model import FilingKind
from kamizero.records import RecordKind
from storage.database import Database
from storage.records.register import Register
from storage.records.rows import COLUMNS
from storage.vault import KeyRing, Vault
from tests.services import postgres_database, postgres_server
from validation.check import check
from validation.filing import FilingValues

SIZES = (10_000, 1_000_000)
CHECKS = 400
OFFICES = 10_000
TODAY = date(2026, 11, 1)


def person(n: int) -> dict[str, str]:
    """The n-th made person; the same n makes the same."""
    first = f"{(n * 7_919 + 10_000_000_019) % 100_000_000_000:011}"
    born = date(1950, 1, 1) + timedelta(days=n % 18_000)
    return {
        "office_symbol": f"{n % OFFICES // 200 + 1:02}-{n % OFFICES % 200:04}",
        "serial_number": str(n // OFFICES + 1),
        "name_kana": "ヤマダ　タロウ",
        "name_kanji": "山田　太郎",
        "birth_date": born.isoformat(),
        "my_number": first + str(my_number_check_digit(first)),
        "pension_number": f"{1_000_000_000 + n}",
        "acquired_on": "2015-04-01",
        "lost_on": "",
        "former_name_kana": "",
        "former_name_kanji": "",
    }


def write(path: Path, people: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS[RecordKind.INSURED])
        writer.writeheader()
        writer.writerows(person(n) for n in range(people))


def loaded(url: str, folder: Path, path: Path) -> float:
    """Seconds of the command, start and all."""
    program = Path(sys.executable).parent / "kamizero"
    settings = {"KAMIZERO_DATABASE_URL": url, "KAMIZERO_DATA_DIR": str(folder)}
    began = perf_counter()
    subprocess.run(
        [program, "records", "load", "insured", path],
        env={**os.environ, **settings},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return perf_counter() - began


def checked(url: str, folder: Path, people: int) -> list[float]:
    """Milliseconds of each check of a filing that names one person, sorted."""
    database = Database(url)
    register = Register(database, Vault(KeyRing.load(folder / "keys")))
    form = Library.shipped().get("2201")
    drawn = random.Random(1)
    times = []
    for _ in range(CHECKS):
        filing = _leaving(form, person(drawn.randrange(people)))
        began = perf_counter()
        with database.look() as session:
            known = register.within(session)
            findings = check(filing, records=known, today=TODAY)
        times.append((perf_counter() - began) * 1_000)
        told = [f.rule for f in findings if f.rule.startswith("records.")]
        if told != ["records.birth_date_differs"]:
            raise SystemExit(f"the check found {told}")
    return sorted(times)


def _leaving(form: FormDefinition, known: dict[str, str]) -> FilingValues:
    # One item that differs: were nobody found, nothing would be.
    values = {
        "office.symbol": known["office_symbol"],
        "insured.1.my_number": known["my_number"],
        "insured.1.serial_number": known["serial_number"],
        "insured.1.name_kana": known["name_kana"],
        "insured.1.name_kanji": known["name_kanji"],
        "insured.1.birth_date": "1949-12-31",
        "insured.1.cause": "4",
        "insured.1.left_on": "2026-10-01",
        "insured.1.lost_on": "2026-10-02",
    }
    return FilingValues(form=form, kind=FilingKind.NEW, values=values)


def main() -> None:
    logs.configure("columns", level="CRITICAL")
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    print(
        "| persons | seconds | persons a second | again, seconds | check p50 ms | p95 |"
    )
    print("|---|---|---|---|---|---|")
    with postgres_server() as server:
        for people in sizes:
            with (
                postgres_database(server) as url,
                tempfile.TemporaryDirectory() as name,
            ):
                folder = Path(name)
                path = folder / "insured.csv"
                write(path, people)
                seconds = loaded(url, folder / "data", path)
                again = loaded(url, folder / "data", path)
                times = checked(url, folder / "data", people)
                print(
                    f"| {people:,} | {seconds:.0f} | {people / seconds:,.0f} "
                    f"| {again:.0f} | {times[len(times) // 2]:.1f} "
                    f"| {times[len(times) * 95 // 100]:.1f} |",
                    flush=True,
                )
    peak = getrusage(RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"Peak memory of a child process: {peak} MB.")


if __name__ == "__main__":
    main()
