"""Bodies in protobuf, which clients written in Go send, as the JSON that they stand for.

Only what is asserted of new objects is read; a field that isn't known fails the test.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding, https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"


@dataclass(frozen=True)
class Field:
    """A field of a message: its name, what is in it, and whether it is a list or a map."""

    name: str
    of: dict[int, Field] | None = None
    many: bool = False
    pairs: bool = False


_TIME = {1: Field("seconds"), 2: Field("nanos")}
_OWNER = {1: Field("kind"), 3: Field("name"), 4: Field("uid"), 5: Field("apiVersion")}
_PAIR = {1: Field("key"), 2: Field("value")}
_METADATA = {
    1: Field("name"),
    2: Field("generateName"),
    3: Field("namespace"),
    4: Field("selfLink"),
    5: Field("uid"),
    6: Field("resourceVersion"),
    7: Field("generation"),
    8: Field("creationTimestamp", _TIME),
    11: Field("labels", _PAIR, pairs=True),
    12: Field("annotations", _PAIR, pairs=True),
    13: Field("ownerReferences", _OWNER, many=True),
}
_RULE = {
    1: Field("verbs", many=True),
    2: Field("apiGroups", many=True),
    3: Field("resources", many=True),
    4: Field("resourceNames", many=True),
    5: Field("nonResourceURLs", many=True),
}
_SUBJECT = {1: Field("kind"), 2: Field("apiGroup"), 3: Field("name"), 4: Field("namespace")}
_REF = {1: Field("apiGroup"), 2: Field("kind"), 3: Field("name")}
_BINDING = {1: Field("metadata", _METADATA), 2: Field("subjects", _SUBJECT, many=True), 3: Field("roleRef", _REF)}
_ROLE = {1: Field("metadata", _METADATA), 2: Field("rules", _RULE, many=True)}
_SPEC = {1: Field("audiences", many=True), 3: Field("boundObjectRef"), 4: Field("expirationSeconds")}
_STATUS = {1: Field("token"), 2: Field("expirationTimestamp", _TIME)}
_KINDS = {
    "ServiceAccount": {1: Field("metadata", _METADATA)},
    "Role": _ROLE,
    "ClusterRole": _ROLE,
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
    "TokenRequest": {1: Field("metadata", _METADATA), 2: Field("spec", _SPEC), 3: Field("status", _STATUS)},
}
_TYPE_META = {1: Field("apiVersion"), 2: Field("kind")}


def decoded(body: bytes) -> dict[str, Any]:
    """The object of a body."""
    assert body.startswith(_MAGIC), "no protobuf of Kubernetes"
    parts = dict(_fields(body[len(_MAGIC) :]))
    kind = _message(parts[1], _TYPE_META)
    found = _message(parts[2], _KINDS[kind["kind"]])
    found.pop("status", None)
    found.get("metadata", {}).pop("creationTimestamp", None)
    return {**kind, **_without_zeros(found)}


def _without_zeros(value: Any) -> Any:
    """Go sends a field of a text although it is empty."""
    if isinstance(value, dict):
        return {name: _without_zeros(item) for name, item in value.items() if item not in ("", 0)}
    return (
        [_without_zeros(item) for item in value]
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else value
    )


def _message(data: bytes, known: dict[int, Field]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, value in _fields(data):
        field = known[number]
        item: Any = (
            value if isinstance(value, int) else value.decode() if field.of is None else _message(value, field.of)
        )
        if field.pairs:
            found.setdefault(field.name, {})[item.get("key", "")] = item.get("value", "")
        elif field.many:
            found.setdefault(field.name, []).append(item)
        else:
            found[field.name] = item
    return found


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            value, at = _varint(data, at)
            yield tag >> 3, value
        else:
            assert tag & 7 == 2, f"wire type {tag & 7}"
            size, at = _varint(data, at)
            yield tag >> 3, data[at : at + size]
            at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
