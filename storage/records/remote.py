"""A system of record elsewhere, asked over HTTP instead of loading its files.

POST {address}/{kind} with what is looked for as JSON; it answers {"records": [...]}
with the columns of that kind as text. Numbers of people stand in the body alone:
addresses end up in logs.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any, TypeVar

import httpx

from kamizero.errors import RecordsUnavailableError
from kamizero.records import (
    AttorneyRecord,
    BranchRecord,
    InsuredRecord,
    OfficeRecord,
    PayeeRecord,
    PostcodeRecord,
    RecordKind,
)
from storage.records.rows import COLUMNS, record_of

# Whoever does not answer is left alone for a while: each check would wait for it.
_PAUSE_S = 30.0
# How long an answer counts, so that what is asked ahead is not asked again.
_FRESH_S = 120.0
_MOST_ANSWERS = 2_000

_Record = TypeVar(
    "_Record",
    OfficeRecord,
    AttorneyRecord,
    InsuredRecord,
    PayeeRecord,
    BranchRecord,
    PostcodeRecord,
)
_Question = tuple[str, ...]


class RemoteRecords:
    """Records of a system that answers over HTTP; safe to share between threads.

    What it answers is remembered for two minutes, and an outage for half a minute.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str = "",
        seconds: float = 3.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        head = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            base_url=address.rstrip("/") + "/", headers=head, timeout=seconds
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[_Question, tuple[float, Sequence[Any]]] = {}
        self._silent_until = float("-inf")

    def holds(self, kind: RecordKind) -> bool:
        """It knows everybody there is, so that who is not known is unknown."""
        del kind
        return True

    def office(self, symbol: str, number: str) -> Sequence[OfficeRecord]:
        return self._asked(
            OfficeRecord, RecordKind.OFFICES, symbol=symbol, number=number
        )

    def attorney(self, number: str) -> Sequence[AttorneyRecord]:
        return self._asked(AttorneyRecord, RecordKind.ATTORNEYS, number=number)

    def insured(
        self,
        *,
        my_number: str = "",
        pension_number: str = "",
        serial: str = "",
        office_symbol: str = "",
    ) -> Sequence[InsuredRecord]:
        return self._asked(
            InsuredRecord,
            RecordKind.INSURED,
            my_number=my_number,
            pension_number=pension_number,
            # A serial number counts within its office alone.
            serial_number=serial if office_symbol else "",
            office_symbol=office_symbol if serial else "",
        )

    def payee(
        self, *, my_number: str = "", pension_number: str = ""
    ) -> Sequence[PayeeRecord]:
        return self._asked(
            PayeeRecord,
            RecordKind.PAYEES,
            my_number=my_number,
            pension_number=pension_number,
        )

    def branch(self, bank_code: str, branch_code: str) -> Sequence[BranchRecord]:
        return self._asked(
            BranchRecord,
            RecordKind.BRANCHES,
            bank_code=bank_code,
            branch_code=branch_code,
        )

    def postcode(self, postal_code: str) -> Sequence[PostcodeRecord]:
        return self._asked(
            PostcodeRecord, RecordKind.POSTCODES, postal_code=postal_code
        )

    def _asked(
        self, record: type[_Record], kind: RecordKind, **wanted: str
    ) -> Sequence[_Record]:
        named: dict[str, str] = {n: value for n, value in wanted.items() if value}
        if not named:
            return ()
        question = (kind, *(f"{name}={value}" for name, value in named.items()))
        remembered = self._remembered(question)
        if remembered is not None:
            return remembered
        answer = self._answer(kind, named)
        found = [one for one in answer if isinstance(one, record)]
        self._remember(question, found)
        return found

    def _answer(self, kind: RecordKind, named: Mapping[str, str]) -> Sequence[object]:
        if self._clock() < self._silent_until:
            raise _silence(kind)
        try:
            response = self._client.post(kind.value, json=named)
            response.raise_for_status()
            return [_understood(kind, one) for one in response.json()["records"]]
        except (
            httpx.HTTPError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ) as error:
            self._silent_until = self._clock() + _PAUSE_S
            # Not the error's own words: they may quote what was asked or answered.
            raise _silence(kind) from error

    def _remembered(self, question: _Question) -> Sequence[Any] | None:
        with self._lock:
            known = self._answers.get(question)
        if known is None or self._clock() - known[0] > _FRESH_S:
            return None
        return known[1]

    def _remember(self, question: _Question, found: Sequence[Any]) -> None:
        with self._lock:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            self._answers[question] = (self._clock(), found)


def _understood(kind: RecordKind, said: Mapping[str, str | None]) -> object:
    """One record of an answer. Raises ValueError, KeyError or AttributeError."""
    return record_of(kind, {name: said.get(name) or "" for name in COLUMNS[kind]})


def _silence(kind: RecordKind) -> RecordsUnavailableError:
    return RecordsUnavailableError(
        f"The system of record does not answer about {kind.value}. Nothing was "
        "compared with it; see that it runs and that KAMIZERO_RECORDS_URL is right."
    )
