"""A client made of a description of the API alone, as tools make theirs from it.

It knows no address: what it calls, what it sends and what must come back is read from
OpenAPI 3.1 or Swagger 2.0, and whatever the description does not say fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from starlette.testclient import TestClient

_URI = "urn:described"


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: where it goes, and what the description says of it."""

    method: str
    path: str
    said: Mapping[str, Any]


class Described:
    """Every operation of a description, by its id without what is added for tools."""

    def __init__(self, said: Mapping[str, Any], client: TestClient) -> None:
        self._said, self._client = said, client
        self._base = said.get("basePath", "/api/v1")
        resource = DRAFT202012.create_resource(_nulls_allowed(said))
        self._registry: Any = Registry().with_resource(_URI, resource)
        self.operations = {
            one["operationId"]: Operation(method, path, one)
            for path, methods in said["paths"].items()
            for method, one in methods.items()
        }

    def find(self, method: str, path: str) -> str:
        """The id of the operation that goes there."""
        (found,) = (
            name
            for name, one in self.operations.items()
            if (one.method, one.path) == (method, path)
        )
        return str(found)

    def call(self, operation: str, *, body: Any = None, **given: Any) -> Any:
        """Ask, and hold the answer against what it must be."""
        one = self.operations[operation]
        known = {each["name"]: each["in"] for each in one.said.get("parameters", [])}
        path, headers, query = one.path, {}, {}
        for name, value in given.items():
            match known[name.replace("_", "-") if name not in known else name]:
                case "path":
                    path = path.replace(f"{{{name}}}", str(value))
                case "header":
                    headers[name.replace("_", "-")] = str(value)
                case "query":
                    query[name] = value
        answer = self._client.request(
            one.method,
            f"{self._base}{path}",
            json=body,
            headers=headers,
            params=query,
        )
        said = answer.json()
        schema = self._schema(one, str(answer.status_code))
        pointer = {"$ref": f"{_URI}#{schema}"}
        Draft202012Validator(pointer, registry=self._registry).validate(said)
        return said

    def _schema(self, one: Operation, status: str) -> str:
        """Where in the description the schema of this answer stands."""
        found = one.said["responses"][status]
        place = f"/paths/{_escaped(one.path)}/{one.method}/responses/{status}"
        if "schema" in found:
            return f"{place}/schema"
        (kind,) = found["content"]
        return f"{place}/content/{_escaped(kind)}/schema"


def _escaped(name: str) -> str:
    return (
        name.replace("~", "~0")
        .replace("/", "~1")
        .replace("{", "%7B")
        .replace("}", "%7D")
    )


def _nulls_allowed(value: Any) -> Any:
    """What Swagger 2.0 says with a word of its own, as JSON Schema says it."""
    if isinstance(value, list):
        return [_nulls_allowed(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    plain = {
        name: _nulls_allowed(one) for name, one in value.items() if name != "x-nullable"
    }
    if value.get("x-nullable"):
        return {"anyOf": [plain, {"type": "null"}]}
    return plain
