"""Sends one file over the API in a process of its own, killed at a chosen moment.

`python -m tests.struck TOKEN MOMENT`, the moment one of `before`, `after` and `never`:
as the transaction of the job is to be committed, as soon as it is, or not at all.
"""

import json
import os
import signal
import sys
from typing import Any

from sqlalchemy import event
from starlette.testclient import TestClient

from kamizero.cli.pages import web_app
from kamizero.cli.wiring import open_installation
from kamizero.settings import Settings


def main(token: str, moment: str) -> None:
    installation = open_installation(Settings.load())
    strike(installation.rooms.database.engine, moment)
    answer = TestClient(web_app(installation)).post(
        "/api/v1/jobs",
        files={"files": ("scan.png", b"no picture, and kept all the same")},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "1"},
    )
    headers = dict(answer.headers)
    print(  # noqa: T201 - the answer of this program
        json.dumps({"status": answer.status_code, "headers": headers, **answer.json()})
    )


def strike(engine: Any, moment: str) -> None:
    """Kill this process around the commit of the transaction that writes a job."""
    has_job = False

    @event.listens_for(engine, "after_cursor_execute")
    def see(connection: object, cursor: object, statement: str, *_: object) -> None:
        del connection, cursor
        nonlocal has_job
        has_job = has_job or statement.startswith("INSERT INTO job ")

    def die(*_: object) -> None:
        if has_job:
            os.kill(os.getpid(), signal.SIGKILL)

    if moment == "before":
        event.listen(engine, "commit", die)
    if moment == "after":
        # The connection goes back to the pool once the commit is through.
        event.listen(engine, "checkin", die)


if __name__ == "__main__":
    main(*sys.argv[1:])
