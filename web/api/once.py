"""A POST sent twice with the same key is done once and answered twice."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

import structlog
from fastapi import Depends, Header
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from kamizero.errors import StoreError
from storage.insertion import insert_once
from storage.tables import IdempotentAnswer
from web.api.callers import Caller, InRooms, caller_of
from web.refusals import KeyNeededError, KeyReusedError, StillRunningError
from web.rooms import Rooms

log = structlog.get_logger()

# Whoever began it and says for so long no more that they live is taken for dead, and
# the request may run again.
GIVEN_UP_AFTER = timedelta(seconds=30)
_SAYS_SO_EVERY = 5.0

Answer = tuple[int, Mapping[str, Any]]
Note = Callable[[Session, Answer], Answer]
"""Keeps the answer in the transaction of the act, so that both stand or neither."""


@dataclass(frozen=True, slots=True)
class Once:
    """Runs acts of one caller under one key.

    Attributes:
        says_so_every: seconds between two signs of life of an act that takes long.
    """

    rooms: Rooms
    caller: Caller
    key: str
    says_so_every: float = _SAYS_SO_EVERY

    @property
    def _place(self) -> tuple[str, str]:
        return self.caller.name, self.key

    def run(
        self, request: Mapping[str, Any], act: Callable[[Note], Answer]
    ) -> JSONResponse:
        """What `answer` gives, as a response."""
        answer, was_given = self.answer(request, act)
        return _answer(answer, {"Idempotent-Replayed": "true"} if was_given else {})

    def answer(
        self, request: Mapping[str, Any], act: Callable[[Note], Answer]
    ) -> tuple[Answer, bool]:
        """The answer of the act, or the one it gave before; and whether it is that.

        Args:
            act: notes its answer last in its own transaction, and returns it. Killed
                before the commit it did nothing, and after it the answer is there.

        Raises:
            KeyReusedError: the key came with another request before.
            StillRunningError: the first request is not answered yet.
        """
        fingerprint = _fingerprint(request)
        begun = self.rooms.clock()
        known = self._begin(fingerprint, begun)
        if known is not None:
            return known, True
        try:
            with self._alive(begun):
                return act(partial(self._note, begun)), False
        except Exception:
            # Nothing was done: the same key may try again.
            self._forget(begun)
            raise

    def is_new(self) -> bool:
        """Tell whether nothing was asked under the key yet; a look, no promise."""
        with self.rooms.database.look() as session:
            return session.get(IdempotentAnswer, self._place) is None

    def _begin(self, fingerprint: str, now: datetime) -> Answer | None:
        with self.rooms.database.begin() as session:
            if insert_once(
                session,
                IdempotentAnswer,
                caller=self.caller.name,
                key=self.key,
                request_hash=fingerprint,
                at=now,
            ):
                return None
            row = session.get_one(IdempotentAnswer, self._place, with_for_update=True)
            if row.request_hash != fingerprint:
                raise KeyReusedError(
                    "This Idempotency-Key was used for another request; use a new one."
                )
            if row.status is not None:
                return row.status, row.body or {}
            if now - (row.alive_at or row.at) < GIVEN_UP_AFTER:
                raise StillRunningError("The same request is being worked on; wait.")
            row.at = row.alive_at = now
            return None

    @contextmanager
    def _alive(self, begun: datetime) -> Iterator[None]:
        """Say now and then that this run lives, until it is over."""
        over = threading.Event()

        def say_so() -> None:
            while not over.wait(self.says_so_every):
                try:
                    with self.rooms.database.begin() as session:
                        row = self._own(session, begun)
                        if row is None:
                            return
                        row.alive_at = self.rooms.clock()
                except StoreError as error:
                    log.warning("sign_of_life_not_given", error=str(error))

        thread = threading.Thread(target=say_so, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _note(self, begun: datetime, session: Session, answer: Answer) -> Answer:
        row = self._own(session, begun)
        if row is None:
            # Taken for dead, it must not do again what another run does.
            raise StillRunningError("The same request was begun anew; send it again.")
        row.status, row.body = answer[0], dict(answer[1])
        return answer

    def _forget(self, begun: datetime) -> None:
        with self.rooms.database.begin() as session:
            row = self._own(session, begun)
            if row is not None:
                session.delete(row)

    def _own(self, session: Session, begun: datetime) -> IdempotentAnswer | None:
        """The row as this run began it, None where it has its answer or another run."""
        row = session.get(IdempotentAnswer, self._place, with_for_update=True)
        is_own = row is not None and row.at == begun and row.status is None
        return row if is_own else None


def once(
    rooms: InRooms,
    caller: Annotated[Caller, Depends(caller_of)],
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> Once:
    """A dependency of every POST. Raises KeyNeededError."""
    if not idempotency_key:
        raise KeyNeededError(
            "Send an Idempotency-Key header: a new random one per request, the same "
            "one when you send that request again."
        )
    return Once(rooms, caller, idempotency_key)


InOnce = Annotated[Once, Depends(once)]


def _fingerprint(request: Mapping[str, Any]) -> str:
    text = json.dumps(request, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(answer: Answer, headers: Mapping[str, str]) -> JSONResponse:
    status, body = answer
    return JSONResponse(dict(body), status_code=status, headers=dict(headers))
