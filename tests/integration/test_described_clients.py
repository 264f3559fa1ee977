"""Clients made of our descriptions alone do a robot's work, and each answer fits."""

from itertools import count
from typing import Any

import pytest
from jsonschema import ValidationError

from tests.described import Described
from tests.office import Office
from tests.robots import approved, open_queue, robot_of, states

KEYS = count(1)


@pytest.fixture(params=["swagger", "openapi"])
def client(request: pytest.FixtureRequest, office: Office) -> Described:
    open_queue(office)
    approved(office)
    browser = robot_of(office).client
    said = browser.get(f"/api/v1/{request.param}.json").json()
    return Described(said, browser)


def act(client: Described, word: str, item: Any, **more: Any) -> Any:
    operation = client.find("post", f"/queues/{{name}}/items/{{item}}/{word}")
    return client.call(
        operation,
        name="host",
        item=item["id"],
        idempotency_key=next(KEYS),
        body={"fence": item["fence"], **more},
    )


def test_a_robot_that_knows_the_description_alone_registers_an_entry(
    client: Described, office: Office
) -> None:
    queues = client.call(client.find("get", "/queues"))
    leased = client.call(
        client.find("post", "/queues/{name}/lease"),
        name=queues["items"][0]["name"],
        idempotency_key=next(KEYS),
        body={"max": 1},
    )
    (item,) = leased["items"]
    act(client, "extend", item)
    act(client, "committing", item)
    done = act(client, "complete", item, host_number="H-1", shown={})
    read = client.call(
        client.find("get", "/queues/{name}/items/{item}"), name="host", item=item["id"]
    )

    assert (done["state"], read["state"]) == ("registered", "registered")
    assert states(office) == ["registered"]


def test_an_answer_that_the_description_does_not_know_is_no_answer(
    office: Office,
) -> None:
    browser = robot_of(office).client
    said = browser.get("/api/v1/swagger.json").json()
    said["definitions"]["QueueList"]["required"] = ["items", "next"]
    client = Described(said, browser)

    with pytest.raises(ValidationError, match="'next' is a required property"):
        client.call(client.find("get", "/queues"))
