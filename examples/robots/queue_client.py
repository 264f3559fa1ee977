"""A client of a queue of kamizero, with the standard library alone: copy this file.

A call that gets no answer is sent again under the same key, so it is done once.
"""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Seconds between tries of a call that got no answer.
WAITS = (0.2, 1.0, 5.0, 15.0)
TOO_MANY, NOT_YOURS = 429, 409


class RefusedError(Exception):
    """kamizero refused a call; `kind` is the stable end of the problem's type."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(f"{status} {kind}: {detail}")
        self.status = status
        self.kind = kind


class HostRefusesError(Exception):
    """Raise it where the host refuses the record: nobody tries it again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Item:
    """One entry in this robot's hands; `fields` are its values by name."""

    id: int
    fence: int
    attempt: int
    receipt_number: str
    n: int
    fields: Mapping[str, str]

    @property
    def reference(self) -> str:
        """What to tell the host besides, so that it can be looked up there."""
        return f"{self.receipt_number}-{self.n}"


@dataclass(frozen=True, slots=True)
class Registered:
    """What the host's screen showed after it was registered."""

    host_number: str
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueClient:
    """One queue; any number of robots may share a token."""

    address: str
    token: str
    queue: str
    timeout: float = 30.0

    def lease(self, limit: int = 1) -> list[Item]:
        """The next entries to register; none while there is nothing to do."""
        return _items(self._call("lease", {"max": limit}))

    def lease_doubts(self, limit: int = 1) -> list[Item]:
        """The next entries to look up in the host."""
        return _items(self._call("doubts/lease", {"max": limit}))

    def extend(self, item: Item) -> None:
        self._act(item, "extend")

    def committing(self, item: Item) -> None:
        """Say it just before the host is told; if it is refused, do not register."""
        self._act(item, "committing")

    def complete(self, item: Item, registered: Registered) -> str:
        """What became of it: `registered`, or `in_doubt` where the screen differs."""
        return self._act(
            item,
            "complete",
            host_number=registered.host_number,
            shown=dict(registered.shown),
        )

    def fail(
        self, item: Item, *, kind: str, code: str, unregistered: bool = False
    ) -> str:
        return self._act(item, "fail", kind=kind, code=code, unregistered=unregistered)

    def release(self, item: Item) -> None:
        self._act(item, "release")

    def settle(self, item: Item, outcome: str, host_number: str = "") -> str:
        """What a look showed: `registered`, `not_registered` or `rejected`."""
        return self._act(item, "settle", outcome=outcome, host_number=host_number)

    def _act(self, item: Item, word: str, **more: Any) -> str:
        body = {"fence": item.fence, **more}
        return str(self._call(f"items/{item.id}/{word}", body).get("state", ""))

    def _call(self, path: str, body: Mapping[str, Any]) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the address is the caller's.
            f"{self.address}/api/v1/queues/{self.queue}/{path}",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Idempotency-Key": str(uuid.uuid4()),
                "Content-Type": "application/json",
            },
        )
        for planned in (*WAITS, None):
            wait = planned
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as answer:  # noqa: S310
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                problem = _problem(error)
                if error.code == TOO_MANY:
                    # Nothing was done: the same call again, when it is told to.
                    wait = float(error.headers.get("Retry-After", wait or 1.0))
                elif error.code < 500 and problem.kind != "still_running":
                    raise problem from error
                last: Exception = problem
            except (OSError, ValueError) as error:
                last = error
            if wait is None:
                raise last
            time.sleep(wait)
        raise AssertionError("unreachable")


def work(
    client: QueueClient,
    register: Callable[[Item, Callable[[], None]], Registered],
    *,
    goes_on: Callable[[], bool],
) -> int:
    """Register one entry after the other until nothing is left; how many were.

    Args:
        register: fills the host's screen, calls what it is given just before it
            presses the button, and returns what the screen showed then.
    """
    done = 0
    while goes_on() and (items := client.lease()):
        for item in items:
            done += _work_on(client, item, register)
    return done


def _work_on(
    client: QueueClient,
    item: Item,
    register: Callable[[Item, Callable[[], None]], Registered],
) -> bool:
    began: list[bool] = []

    def commit() -> None:
        client.committing(item)
        began.append(True)

    try:
        registered = register(item, commit)
    except HostRefusesError as refused:
        client.fail(item, kind="business", code=refused.code)
        return False
    except RefusedError as refused:
        if refused.status != NOT_YOURS:
            # The key, the scope or the call is wrong: it is for whoever runs the robot.
            raise
        # The lease is lost: somebody else has it, or looks it up.
        return False
    except Exception as error:
        # A robot's edge: whatever happened on the screen, kamizero must know.
        client.fail(
            item,
            kind="application",
            code=type(error).__name__,
            unregistered=not began,
        )
        raise
    return client.complete(item, registered) == "registered"


def _items(answer: Mapping[str, Any]) -> list[Item]:
    found: Sequence[Mapping[str, Any]] = answer["items"]
    return [
        Item(
            id=one["id"],
            fence=one["fence"],
            attempt=one["attempt"],
            receipt_number=one["receipt_number"],
            n=one["n"],
            fields=one["fields"],
        )
        for one in found
    ]


def _problem(error: urllib.error.HTTPError) -> RefusedError:
    try:
        told = json.load(error)
    except ValueError:
        told = {}
    kind = str(told.get("type", "")).rpartition(":")[2]
    return RefusedError(error.code, kind, str(told.get("detail", error.reason)))
