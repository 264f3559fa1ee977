"""The recipes of docs/robots.md, sent as they stand."""

import csv
import re
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.office import Office
from tests.robots import QUEUE, approved, open_queue, robot_of, states

PAGE = Path(__file__).parents[2] / "docs" / "robots.md"
BLOCK = re.compile(r"```http\n(.*?)\n```", re.DOTALL)
KEYS = count(1)


def recipes(title: str) -> list[str]:
    """The calls of one heading, as they are written."""
    found = re.search(
        rf"^### {title}\n(.*?)(?=^##)",
        PAGE.read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert found is not None
    return BLOCK.findall(found[1])


def send(client: TestClient, words: str, **values: Any) -> Any:
    token = client.headers["Authorization"].removeprefix("Bearer ")
    for name, value in {
        "queue": QUEUE,
        "token": token,
        "key": f"k{next(KEYS)}",
        **values,
    }.items():
        words = words.replace(f"{{{name}}}", str(value))
    head, _, body = words.partition("\n\n")
    first, *lines = head.splitlines()
    method, path = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    return client.request(method, path, headers=headers, content=body.encode())


def test_winactor_registers_by_its_recipe(office: Office) -> None:
    open_queue(office, must_show=("insured.birth_date",))
    approved(office)
    client = robot_of(office).client
    lease, committing, complete = recipes("WinActor")

    table = send(client, lease).content.decode("cp932")
    (row,) = csv.DictReader(StringIO(table))
    held = {"id": row["id"], "fence": row["fence"]}
    begun = send(client, committing, **held)
    done = send(client, complete, **held)

    assert (begun.status_code, done.json()["state"]) == (200, "registered")
    assert states(office) == ["registered"]


def test_uipath_tells_its_two_kinds_of_exception_by_its_recipe(
    office: Office,
) -> None:
    open_queue(office)
    approved(office, entries=2)
    client = robot_of(office).client
    lease, business, application = recipes("UiPath")

    first, second = send(client, lease).json()["items"]
    refused = send(client, business, id=first["id"], fence=first["fence"])
    later = send(client, application, id=second["id"], fence=second["fence"])

    assert [one.json()["state"] for one in (refused, later)] == ["rejected", "pending"]


def test_power_automate_subscribes_and_leaves_by_its_recipe(office: Office) -> None:
    client = robot_of(office, "subscriptions:write").client
    (subscribe,) = recipes("Power Automate")

    made = send(client, subscribe)
    gone = client.delete(made.headers["location"])

    assert (made.status_code, gone.status_code) == (201, 204)
