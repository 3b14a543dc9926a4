"""The API's description, from the engines' declarations (pure).

Source: https://spec.openapis.org/oas/v3.0.2.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from strongroom.__about__ import VERSION
from strongroom.sdk.fields import (
    Body,
    CommaList,
    Duration,
    Field,
    GivenDuration,
    IntList,
    JsonMap,
    SignedDuration,
    StringMap,
    fields_of,
)
from strongroom.sdk.pages import missing
from strongroom.sdk.path import Declaration
from strongroom.sdk.request import Operation
from strongroom.sdk.routing import Route
from strongroom.sdk.token_fields import TokenFields
from strongroom.sysapi.system.open_paths import OpenPath

_PART = re.compile(r"\{(\w+)\*{0,2}\}")
_MAYBE_EMPTY = re.compile(r"/?\{\w+\*\*\}$")
_WORD = re.compile(r"[A-Za-z0-9]+")

_SCHEMAS: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"type": "number"},
    Duration: {"type": "string", "format": "duration"},
    GivenDuration: {"type": "string", "format": "duration"},
    SignedDuration: {"type": "string", "format": "duration"},
    CommaList: {"type": "array", "items": {"type": "string"}},
    list: {"type": "array", "items": {"type": "string"}},
    IntList: {"type": "array", "items": {"type": "integer"}},
    StringMap: {"type": "object", "format": "kvpairs"},
    JsonMap: {"type": "object", "format": "map"},
}
_VERBS: Mapping[Operation, str] = {
    Operation.READ: "get",
    Operation.UPDATE: "post",
    Operation.PATCH: "patch",
    Operation.DELETE: "delete",
    Operation.LIST: "get",
    Operation.SCAN: "get",
}
_OF_TOKENS = frozenset(field.name for field in fields_of(TokenFields))
"""Parameters that every auth method has, of the tokens that it makes: forms keep them apart from its own."""
_QUERY = {Operation.LIST: "list", Operation.SCAN: "scan"}


class Described(msgspec.Struct, frozen=True):
    """One mount and its engine's declarations."""

    mount: str
    """Full path, ending in `/`."""
    type: str
    tag: str
    """`system`, `identity`, `auth` or `secrets`."""
    routes: tuple[Route, ...]
    parameters: Mapping[str, str] = {}
    """What parameters of its paths mean, by name."""


def document(mounts: Iterable[Described], open_paths: Mapping[str, OpenPath]) -> dict[str, Any]:
    """The description of every path of these mounts, and of those that are answered in every state."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    taken: set[str] = set()
    for described in mounts:
        for route in described.routes:
            _add_route(paths, schemas, taken, described, route)
    for path, opened in open_paths.items():
        paths["/" + path] = _open_item(schemas, path, opened)
    return {
        "openapi": "3.0.2",
        "info": {
            "title": "Strongroom API",
            "description": "HTTP API of Strongroom. All API routes are prefixed with `/v1/`.",
            "version": VERSION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _add_route(
    paths: dict[str, Any], schemas: dict[str, Any], taken: set[str], described: Described, route: Route
) -> None:
    """Put a route in; listings whose last parameter may be empty are also put in without it."""
    _add_path(paths, schemas, taken, described, route.by_operation, pattern=route.pattern)
    without = _MAYBE_EMPTY.sub("", route.pattern)
    if without and without != route.pattern:
        listings = {operation: each for operation, each in route.by_operation.items() if operation in _QUERY}
        _add_path(paths, schemas, taken, described, listings, pattern=without)


def _add_path(
    paths: dict[str, Any],
    schemas: dict[str, Any],
    taken: set[str],
    described: Described,
    by_operation: Mapping[Operation, Declaration],
    *,
    pattern: str,
) -> None:
    """Put one path in; a listing has the path with a slash at its end, beside reading without one."""
    plain = "/" + described.mount + _PART.sub(r"{\1}", pattern)
    names = _PART.findall(pattern)
    for operation, declaration in by_operation.items():
        verb = _VERBS.get(operation)
        if verb is None:
            continue
        listing = operation in _QUERY
        read = Operation.READ in by_operation or not _lists(paths.get(plain, {}).get(verb))
        path = plain.rstrip("/") + "/" if listing and read else plain
        item = paths.setdefault(path, _item(declaration, names, described.parameters))
        if verb not in item:
            item[verb] = {
                "operationId": _operation_id(taken, described, declaration),
                **_operation(schemas, described, declaration, operation),
            }
        elif listing:
            _add_query(item[verb], operation)
        if Operation.CREATE in by_operation and by_operation[Operation.CREATE].exists:
            item["x-vault-createSupported"] = True


def _lists(described: dict[str, Any] | None) -> bool:
    """Whether a path that may be described already is described as a listing."""
    return described is None or any(each["name"] in _QUERY.values() for each in described.get("parameters", ()))


def _add_query(described: dict[str, Any], operation: Operation) -> None:
    """Tell that a path which is listed is scanned too, or the reverse: one of the two parameters is given."""
    queries = [each for each in described["parameters"] if each["name"] in _QUERY.values()]
    if _QUERY[operation] not in {each["name"] for each in queries}:
        described["parameters"].insert(len(queries), _query(_QUERY[operation]))
        for each in described["parameters"][: len(queries) + 1]:
            each.pop("required", None)


def _query(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string", "enum": ["true"]}}


def _open_item(schemas: dict[str, Any], path: str, opened: OpenPath) -> dict[str, Any]:
    item: dict[str, Any] = {"description": opened.summary, "x-vault-unauthenticated": True}
    for verb, summary in opened.verbs.items():
        operation: dict[str, Any] = {
            "operationId": f"{path.replace('/', '-')}{'-status' if verb == 'get' and len(opened.verbs) > 1 else ''}",
            "summary": summary,
            "tags": ["system"],
            "responses": {"200": {"description": "OK"}},
        }
        if opened.body is not None and verb == "post":
            operation["requestBody"] = _request_body(schemas, _schema_name(path, ""), opened.body)
        elif opened.body is not None and len(opened.verbs) == 1:
            operation["parameters"] = _queries(fields_of(opened.body))
        item[verb] = operation
    return item


def _request_body(schemas: dict[str, Any], name: str, body: type[Body]) -> dict[str, Any]:
    name = _put(schemas, name, _schema(body))
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {"required": True, "content": content}


def _queries(fields: Iterable[Field]) -> list[dict[str, Any]]:
    return [
        {"name": field.name, "in": "query", "description": field.description, "schema": _field(field)}
        for field in fields
    ]


def _operation_id(taken: set[str], described: Described, declaration: Declaration) -> str:
    """A name that no other operation has; one function may answer on several paths."""
    mount = described.mount.rstrip("/").replace("/", "-")
    name = wanted = f"{mount}-{declaration.function}".replace("_", "-")
    number = 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    taken.add(name)
    return name


def _item(declaration: Declaration, names: list[str], meanings: Mapping[str, str]) -> dict[str, Any]:
    item: dict[str, Any] = {"description": declaration.summary}
    if names:
        item["parameters"] = [
            {
                "name": name,
                "in": "path",
                **({"description": meanings[name]} if name in meanings else {}),
                "schema": {"type": "string"},
                "required": True,
            }
            for name in names
        ]
    if declaration.sudo:
        item["x-vault-sudo"] = True
    if declaration.unauthenticated:
        item["x-vault-unauthenticated"] = True
    return item


def _operation(
    schemas: dict[str, Any], described: Described, declaration: Declaration, operation: Operation
) -> dict[str, Any]:
    out: dict[str, Any] = {
        "summary": declaration.summary,
        "tags": [described.tag],
        "responses": {"200": {"description": "OK"}},
    }
    if operation is Operation.DELETE:
        out["responses"] = {"204": {"description": "empty body"}}
    query = _QUERY.get(operation)
    parameters: list[dict[str, Any]] = []
    if query is not None:
        parameters.append({**_query(query), "required": True})
    if declaration.body is not None:
        if operation in {Operation.UPDATE, Operation.PATCH}:
            name = _schema_name(described.type, declaration.function)
            out["requestBody"] = _request_body(schemas, name, declaration.body)
        else:
            parameters += _queries(fields_of(declaration.body))
    if operation in {Operation.LIST, Operation.SCAN}:
        parameters += _queries(missing(declaration.body))
    if parameters:
        out["parameters"] = parameters
    return out


def _put(schemas: dict[str, Any], name: str, schema: dict[str, Any]) -> str:
    """Put a schema in, and return its name: an auth method and an engine may be called the same."""
    given, number = name, 1
    while schemas.setdefault(given, schema) != schema:
        number += 1
        given = f"{name}{number}"
    return given


def _schema_name(type_: str, function: str) -> str:
    return "".join(word.capitalize() for word in _WORD.findall(f"{type_} {function}".replace("_", " "))) + "Request"


def _schema(body: type[Body]) -> dict[str, Any]:
    fields = fields_of(body)
    out: dict[str, Any] = {
        "type": "object",
        "properties": {field.name: {**_field(field), "description": field.description} for field in fields},
    }
    if required := [field.name for field in fields if field.required]:
        out["required"] = required
    return out


def _field(field: Field) -> dict[str, Any]:
    """A field's type, and what forms are made by: what it may be, what holds without it, whether it is shown."""
    schema = dict(_SCHEMAS.get(field.type, {}))
    default = list(field.default) if isinstance(field.default, tuple) else field.default
    default = field.usual if field.usual is not None else default
    if isinstance(default, (str, int, float, list)) and default:
        schema["default"] = default
    if field.choices:
        schema["enum"] = list(field.choices)
    if field.newer:
        schema["deprecated"] = True
    shown: dict[str, Any] = {"sensitive": True} if field.secret else {}
    if field.name in _OF_TOKENS:
        shown["group"] = "Tokens"
    if shown:
        schema["x-vault-displayAttrs"] = shown
    return schema
