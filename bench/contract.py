"""Asks the whole API at random, and holds each answer against its description.

Needs `pip install -c constraints.txt schemathesis`. An office in this process has a
queue, deliveries and filings; most questions name what is there, so that they get
past the door. Prints the answers by operation; any server error or any answer that
the description does not know is a fault.
"""

import argparse
import random
import secrets
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from forms.library import Library
from kamizero import logs
from kamizero.model import Scope
from storage.database import Database, embedded_url
from storage.directory import DirectoryStore
from storage.tables import Site
from storage.vault import KeyRing, Vault
from tests import suggesting
from tests.desk import Desk
from tests.office import Office
from tests.robots import approved, open_queue

_CHECKS = (
    not_a_server_error,
    status_code_conformance,
    response_schema_conformance,
    content_type_conformance,
)
# What there is, by the names of addresses.
_KNOWN = {
    "name": "host",
    "item": "2",
    "filing_id": "1",
    "page_id": "1",
    "original_id": "1",
    "delivery_id": "1",
    "job_id": "1",
    "entry": "4",
}
# What a name is of, where it is not of the queue of approved entries.
_NAMES = {"/suggestions/": "look", "/fields/": "insured.1.name_kana"}
# The first that asks for the forms waits until they are loaded.
_PATIENCE = 120
_KNOWN_SHARE = 0.7


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=30, help="an operation")
    asked = parser.parse_args()
    logs.configure("json", level="CRITICAL")
    folder = Path(tempfile.mkdtemp(prefix="kz-contract-"))
    try:
        return _ask(_office(folder), asked.examples)
    finally:
        shutil.rmtree(folder)


def _office(folder: Path) -> Office:
    database = Database(embedded_url(folder))
    database.upgrade()
    with database.begin() as session:
        session.add(Site(code="main", name="main"))
    desk = Desk(
        database=database,
        vault=Vault(KeyRing.load(folder / "keys", create=True)),
        store=DirectoryStore(folder),
        definition=Library.shipped().get("2200@2020-12"),
    )
    office = Office(desk)
    open_queue(office)
    suggesting.open_queue(office)
    for _ in range(3):
        approved(office)
    office.waiting()
    return office


def _ask(office: Office, examples: int) -> int:
    token = office.robot(*Scope).headers["Authorization"]
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", office.app)
    faults: dict[tuple[str, str], str] = {}
    operations = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        operations += 1
        answers = _ask_one(operation, token, examples, faults)
        told = ", ".join(f"{status} {n}" for status, n in sorted(answers.items()))
        print(f"{operation.label:55} {told}", flush=True)
    for (label, what), words in faults.items():
        print(f"FAULT {label} {what}\n{words}")
    print(f"{operations} operations, {len(faults)} faults")
    return int(bool(faults))


def _ask_one(
    operation: Any, token: str, examples: int, faults: dict[tuple[str, str], str]
) -> Counter[int]:
    answers: Counter[int] = Counter()
    chance = random.Random(operation.label)
    names = [name for part, name in _NAMES.items() if part in operation.label]
    known = {**_KNOWN, **({"name": names[0]} if names else {})}

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        if chance.random() < _KNOWN_SHARE:
            named = case.path_parameters or {}
            named.update({k: v for k, v in known.items() if k in named})
        key = secrets.token_hex(8)
        answer = case.call(
            headers={"Authorization": token, "Idempotency-Key": key}, timeout=_PATIENCE
        )
        answers[int(answer.status_code)] += 1
        try:
            case.validate_response(answer, checks=_CHECKS)
        except BaseExceptionGroup as wrong:
            faults.setdefault((operation.label, str(answer.status_code)), str(wrong))

    ask()
    return answers


if __name__ == "__main__":
    sys.exit(main())
