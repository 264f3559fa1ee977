"""Queues and subscriptions as Swagger 2.0: what connectors of Power Automate read."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request

from kamizero.model import Scope
from web.api.callers import Needs

router = APIRouter(tags=["queues"])

_PARTS = ("/queues", "/subscriptions")
_JSON = "application/json"
# Words of JSON Schema that Swagger 2.0 has not.
_UNKNOWN = frozenset({"const", "examples", "contentMediaType", "prefixItems"})


@router.get("/swagger.json", dependencies=[Depends(Needs(Scope.QUEUES_READ))])
def swagger(request: Request) -> dict[str, Any]:
    """The part of this API that robots use, for tools that know no OpenAPI 3."""
    return swagger_of(request.app.openapi(), host=request.url.netloc)


def swagger_of(described: Mapping[str, Any], *, host: str) -> dict[str, Any]:
    """The description, brought down from OpenAPI 3.1."""
    return {
        "swagger": "2.0",
        "info": {"title": "kamizero", "version": described["info"]["version"]},
        "host": host,
        "basePath": "/api/v1",
        "schemes": ["https"],
        "consumes": [_JSON],
        "produces": [_JSON],
        "securityDefinitions": {
            "key": {"type": "apiKey", "in": "header", "name": "Authorization"}
        },
        "security": [{"key": []}],
        "paths": {
            path: {method: _operation(one) for method, one in operations.items()}
            for path, operations in described["paths"].items()
            if path.startswith(_PARTS)
        },
        "definitions": {
            name: _schema(schema)
            for name, schema in described["components"]["schemas"].items()
        },
    }


def _operation(one: Mapping[str, Any]) -> dict[str, Any]:
    parameters = [_parameter(each) for each in one.get("parameters", [])]
    body = one.get("requestBody", {}).get("content", {}).get(_JSON)
    if body is not None:
        schema = _schema(body["schema"])
        parameters.append(
            {"name": "body", "in": "body", "required": True, "schema": schema}
        )
    return {
        "operationId": one["operationId"],
        "summary": one.get("summary", ""),
        "description": one.get("description", ""),
        "parameters": parameters,
        "responses": _responses(one["responses"]),
    }


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters carry their type themselves; an optional one may be left out."""
    schema = _schema(one["schema"])
    schema.pop("x-nullable", None)
    schema.pop("title", None)
    required = one.get("required", False)
    return {"name": one["name"], "in": one["in"], "required": required, **schema}


def _responses(responses: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, one in responses.items():
        # Ranges such as 4XX are not known there.
        name = status if status.isdecimal() else "default"
        found[name] = {"description": one.get("description", "")}
        schema = one.get("content", {}).get(_JSON, {}).get("schema")
        if schema:
            found[name]["schema"] = _schema(schema)
    return found


def _schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {"$ref": f"#/definitions/{name}"}
    options = schema.get("anyOf")
    if options is not None:
        (only,) = [one for one in options if one.get("type") != "null"][:1]
        kept = {key: one for key, one in schema.items() if key != "anyOf"}
        return {**_schema(kept), **_schema(only), "x-nullable": True}
    found = {name: one for name, one in schema.items() if name not in _UNKNOWN}
    for name in ("items", "additionalProperties"):
        if isinstance(found.get(name), Mapping):
            found[name] = _schema(found[name])
    # Restrictions on names have no place there.
    found.pop("propertyNames", None)
    if "properties" in found:
        found["properties"] = {
            name: _property(name, one) for name, one in found["properties"].items()
        }
    return found


def _property(name: str, one: Mapping[str, Any]) -> dict[str, Any]:
    schema = _schema(one)
    if name == "url":
        # A flow that begins with an event puts its own address here.
        schema["x-ms-notification-url"] = True
    return schema
