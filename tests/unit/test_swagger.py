"""The Swagger 2.0 file says of queues and subscriptions what OpenAPI 3.1 says."""

from collections.abc import Iterator, Mapping
from typing import Any

from web.api import create_api
from web.api.swagger import swagger_of

DESCRIBED = create_api().openapi()
SWAGGER = swagger_of(DESCRIBED, host="kamizero.example")
# What Swagger 2.0 does not know.
FOREIGN = {
    "anyOf", "oneOf", "const", "requestBody", "content", "propertyNames", "components",
    "nullable", "examples",
}  # fmt: skip


def nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for one in value.values():
            yield from nodes(one)
    elif isinstance(value, list):
        for one in value:
            yield from nodes(one)


def test_every_operation_of_queues_and_subscriptions_is_there() -> None:
    wanted = {
        (path, method)
        for path, operations in DESCRIBED["paths"].items()
        for method in operations
        if path.startswith(("/queues", "/subscriptions"))
    }

    found = {
        (path, method)
        for path, operations in SWAGGER["paths"].items()
        for method in operations
    }

    assert found == wanted
    assert len(found) > 10


def test_every_name_leads_somewhere() -> None:
    named = {
        node["$ref"].removeprefix("#/definitions/")
        for node in nodes(SWAGGER)
        if isinstance(node.get("$ref"), str)
    }

    assert named <= SWAGGER["definitions"].keys()
    assert "Completed" in named


def test_nothing_is_said_that_only_openapi_3_knows() -> None:
    schemas = [SWAGGER["paths"], SWAGGER["definitions"]]
    foreign = {name for node in nodes(schemas) for name in node} & FOREIGN

    assert foreign == set()
    assert not any(isinstance(node.get("type"), list) for node in nodes(schemas))


def test_each_path_parameter_is_a_parameter_and_one_body_is_there() -> None:
    lease = SWAGGER["paths"]["/queues/{name}/lease"]["post"]
    places = [(one["name"], one["in"]) for one in lease["parameters"]]

    assert ("name", "path") in places
    assert ("idempotency-key", "header") in places
    assert [place for _, place in places].count("body") == 1
    assert lease["responses"].keys() >= {"200", "default"}


def test_a_flow_puts_its_own_address_where_events_go() -> None:
    wanted = SWAGGER["definitions"]["SubscriptionWanted"]["properties"]

    assert wanted["url"]["x-ms-notification-url"] is True
    assert wanted["site"] == {
        "maxLength": 16,
        "title": "Site",
        "type": "string",
        "x-nullable": True,
    }
