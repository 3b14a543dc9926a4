"""Label selectors for namespaces (p).

In Kubernetes an empty selector means all.  Here it is refused, and so is one with a name that isn't known, because a
slip in `matchLabels` would be such a selector.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from strongroom.engines.kubernetes.syntax import check_labels, is_qualified_name
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.kubernetes import document

FIELD = "allowed_kubernetes_namespace_selector"
MOST_BYTES = 16 * 1024
MOST_ITEMS = 64
_NOT_PARSED = f"failed to parse '{FIELD}' as k8s.io/api/meta/v1/LabelSelector object"
_KEPT = 64
"""Texts whose demands are remembered: YAML takes long to read, and every token needs them."""
_LABELS, _EXPRESSIONS = "matchLabels", "matchExpressions"
_OPERATORS = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}
"""Each, and whether it has values."""


class Requirement(msgspec.Struct, frozen=True):
    """One of the demands of a selector."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet it."""
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return self.key not in labels or labels[self.key] not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels
        return False


@lru_cache(_KEPT)
def requirements(text: str) -> tuple[Requirement, ...]:
    """The demands of a selector in JSON or YAML; none for an empty text.  Raises `InvalidRequest`."""
    if not text.strip():
        return ()
    try:
        selector = document(text, FIELD, MOST_BYTES)
    except InvalidRequest as error:
        raise InvalidRequest(f"{_NOT_PARSED}: {error.text}") from error
    if not isinstance(selector, dict):
        raise InvalidRequest(_NOT_PARSED)
    if unknown := sorted(str(name) for name in selector if name not in {_LABELS, _EXPRESSIONS}):
        text = f"{_LABELS} and {_EXPRESSIONS} are known, not {unknown[0][:64]}"
        raise InvalidRequest(f"{_NOT_PARSED}: {text}")
    labels = selector.get(_LABELS) or {}
    if not isinstance(labels, dict) or not all(isinstance(part, str) for pair in labels.items() for part in pair):
        raise InvalidRequest(f"{_NOT_PARSED}: {_LABELS} are names and texts")
    check_labels(FIELD, labels)
    expressions = selector.get(_EXPRESSIONS) or []
    if not isinstance(expressions, list) or len(expressions) > MOST_ITEMS:
        raise InvalidRequest(f"{_NOT_PARSED}: {_EXPRESSIONS} is a list of {MOST_ITEMS} items at most")
    found = tuple(Requirement(name, "In", (value,)) for name, value in labels.items())
    found += tuple(_requirement(each) for each in expressions)
    if not found:
        raise InvalidRequest(f'"{FIELD}" is empty, so it would match every namespace; that is "*" as a namespace')
    return found


def matches(demands: tuple[Requirement, ...], labels: Mapping[str, str]) -> bool:
    """Whether labels meet all demands.  Without a demand nothing matches."""
    return bool(demands) and all(each.holds(labels) for each in demands)


def _requirement(value: Any) -> Requirement:
    if not isinstance(value, dict):
        raise InvalidRequest(f"{_NOT_PARSED}: an item of {_EXPRESSIONS} is no object")
    if unknown := sorted(str(name) for name in value if name not in {"key", "operator", "values"}):
        raise InvalidRequest(f"{_NOT_PARSED}: an item of {_EXPRESSIONS} has no {unknown[0][:64]}")
    key, operator, values = value.get("key"), value.get("operator"), value.get("values") or []
    if not isinstance(key, str) or not is_qualified_name(key):
        raise InvalidRequest(f"{_NOT_PARSED}: an item of {_EXPRESSIONS} has a key that is no name of a label")
    if not isinstance(operator, str) or operator not in _OPERATORS:
        raise InvalidRequest(f'{_NOT_PARSED}: "{str(operator)[:64]}" is not a valid label selector operator')
    if (
        not isinstance(values, list)
        or len(values) > MOST_ITEMS
        or not all(isinstance(item, str) for item in values)
        or bool(values) is not _OPERATORS[operator]
    ):
        raise InvalidRequest(f"{_NOT_PARSED}: {operator} has values that it can't have")
    return Requirement(key, operator, tuple(values))
