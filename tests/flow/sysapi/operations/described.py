"""Operations of an API by their paths and verbs, as a description or a list in a file names them (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[3] / "vectors" / "operations"
_PARAMETER = re.compile(r"\{[^}]*\}")
_VERBS = {"get": "get", "post": "post", "put": "post", "patch": "patch", "delete": "delete"}
_LISTINGS = ("list", "scan")

Operations = frozenset[str]
"""Each as `get /sys/mounts/{}`: what a parameter is called doesn't matter, nor does a slash at the end."""


def described(document: Mapping[str, Any]) -> Operations:
    """The operations that an OpenAPI document describes."""
    return frozenset(
        f"{verb} {_PARAMETER.sub('{}', path).rstrip('/')}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in _VERBS
        for verb in _verbs(method, operation)
    )


def _verbs(method: str, operation: Mapping[str, Any]) -> list[str]:
    """A listing is a `GET` with a parameter that says so; where it is no required one, there is a plain read too."""
    queries = [each for each in operation.get("parameters", ()) if each["in"] == "query" and each["name"] in _LISTINGS]
    found = [each["name"] for each in queries]
    if any(each.get("required") for each in queries):
        return found
    return [*found, _VERBS[method]]


def listed(name: str) -> Operations:
    """The operations of a file with a path and its verbs in each line."""
    return frozenset(_of_lines((VECTORS / name).read_text(encoding="utf-8").splitlines()))


def _of_lines(lines: list[str]) -> Iterator[str]:
    for line in lines:
        path, *verbs = line.split()
        yield from (f"{verb} {path}" for verb in verbs)
