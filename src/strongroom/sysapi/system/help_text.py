"""`?help=1`: help for a path, from its engine's declarations (pure).

Source: https://developer.hashicorp.com/vault/docs/commands/path-help
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from strongroom.lib.errors import UnsupportedPath
from strongroom.sdk.engine import Engine
from strongroom.sdk.fields import CommaList, Duration, Field, JsonMap, SignedDuration, StringMap, fields_of
from strongroom.sdk.path import Declaration, parameters_of
from strongroom.sdk.request import Operation
from strongroom.sdk.routing import UNSUPPORTED_PATH, Route
from strongroom.sysapi.system.openapi import Described, document

_TYPES: dict[Any, str] = {
    str: "string",
    int: "int",
    bool: "bool",
    Duration: "duration (sec)",
    SignedDuration: "duration (sec)",
    CommaList: "slice",
    list: "slice",
    StringMap: "keypair",
    JsonMap: "map",
}
_VERBS = {Operation.UPDATE: "POST", Operation.READ: "GET"}

_SECTION = re.compile(r"^(?:Args|Raises|Returns|Source):", re.MULTILINE)


def explain(engine: Engine, path: str) -> dict[str, Any]:
    """The answer for a path.

    Args:
        path: relative to the mount; empty for the engine as a whole.

    Raises: `UnsupportedPath` when nothing is declared for it.
    """
    if not path:
        return {"help": _overview(engine), "openapi": _described(engine, engine.routes.routes), "see_also": None}
    for route in engine.routes.routes:
        if route.expression.fullmatch(path) or route.expression.fullmatch(path.rstrip("/")):
            help_ = _route(path, route, engine.path_parameters)
            return {"help": help_, "openapi": _described(engine, (route,)), "see_also": None}
    raise UnsupportedPath(UNSUPPORTED_PATH)


def _described(engine: Engine, routes: tuple[Route, ...]) -> dict[str, Any]:
    return document([Described("", engine.type, "system", routes, engine.path_parameters)], {})


def _overview(engine: Engine) -> str:
    """The engine and its paths."""
    about = _for_users(inspect.cleandoc(engine.__doc__ or engine.type))
    lines = ["## DESCRIPTION", "", about, "", "## PATHS", ""]
    lines.append("The following paths are supported by this backend.")
    for route in sorted(engine.routes.routes, key=lambda route: route.pattern):
        lines += ["", f"    ^{route.expression.pattern}$"]
        lines += [f"        {text}" for text in _summaries(route)]
    return "\n".join(lines)


def _route(path: str, route: Route, meanings: Mapping[str, str]) -> str:
    """One path: its verbs, their fields, what they do."""
    summaries = _summaries(route)
    lines = [f"Request:        {path}", f"Matching Route: ^{route.expression.pattern}$", "", summaries[0]]
    parameters = {field.name: (_TYPES.get(field.type, "any"), field.description) for field in _fields(route)}
    parameters |= {name: ("string", meanings[name]) for name in parameters_of(route.pattern) if name in meanings}
    if parameters:
        lines += ["", "## PARAMETERS"]
        for name, (type_, description) in sorted(parameters.items()):
            lines += ["", f"    {name} ({type_})", "", f"        {description}"]
    lines += ["", "## DESCRIPTION", "", "This path responds to the following HTTP methods."]
    seen: set[str] = set()
    for operation, declaration in route.by_operation.items():
        if operation is Operation.CREATE:
            continue  # the same function as for updating
        verb = _VERBS.get(operation, operation.value.upper())
        if verb not in seen:
            seen.add(verb)
            lines += ["", f"    {verb}", *(f"        {text}" for text in _texts(declaration))]
    return "\n".join(lines)


def _for_users(docstring: str) -> str:
    """A docstring without the sections for who reads the sources."""
    return _SECTION.split(docstring, maxsplit=1)[0].strip()


def _texts(declaration: Declaration) -> list[str]:
    return [declaration.summary, *_for_users(declaration.description).splitlines()]


def _summaries(route: Route) -> list[str]:
    return list(dict.fromkeys(declaration.summary for declaration in route.by_operation.values()))


def _fields(route: Route) -> list[Field]:
    """The fields of all verbs, each once."""
    found: dict[str, Field] = {}
    for declaration in route.by_operation.values():
        for field in fields_of(declaration.body) if declaration.body is not None else ():
            found.setdefault(field.name, field)
    return list(found.values())
