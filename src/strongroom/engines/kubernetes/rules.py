"""What generated roles allow: `generated_role_rules` (p).

Source: https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from strongroom.engines.kubernetes.records import CLUSTER_ROLE
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.kubernetes import document

FIELD = "generated_role_rules"
MOST_BYTES = 64 * 1024
MOST_RULES = 256
_NOT_PARSED = f"failed to parse '{FIELD}' as k8s.io/api/rbac/v1/Policy object"
_KEPT = 64
"""Texts whose rules are remembered: YAML takes long to read, and every token needs them."""
_LISTS = ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")


@lru_cache(_KEPT)
def rules_of(text: str, role_type: str) -> list[dict[str, list[str]]]:
    """The rules of a role, from an object in JSON or YAML whose `rules` they are.  Nobody may change them.

    Raises: `InvalidRequest` for what is no rule, and for rules that the API would refuse.
    """
    try:
        found = document(text, FIELD, MOST_BYTES)
    except InvalidRequest as error:
        raise InvalidRequest(f"{_NOT_PARSED}: {error.text}") from error
    if not isinstance(found, dict):
        raise InvalidRequest(_NOT_PARSED)
    rules = found.get("rules")
    if rules is None:
        raise InvalidRequest(f"{_NOT_PARSED}: it has no rules")
    if not isinstance(rules, list) or len(rules) > MOST_RULES:
        raise InvalidRequest(f"{_NOT_PARSED}: rules is a list of {MOST_RULES} items at most")
    return [_rule(index, each, role_type) for index, each in enumerate(rules)]


def _rule(index: int, value: Any, role_type: str) -> dict[str, list[str]]:
    where = f"{_NOT_PARSED}: rules[{index}]"
    if not isinstance(value, dict):
        raise InvalidRequest(f"{where} is no object")
    if unknown := sorted(str(name) for name in value if name not in _LISTS):
        raise InvalidRequest(f"{where}: {', '.join(_LISTS)} are known, not {unknown[0][:64]}")
    rule: dict[str, list[str]] = {}
    for name, items in value.items():
        if items is None:
            continue
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise InvalidRequest(f"{where}.{name} is no list of texts")
        rule[name] = items
    if not rule.get("verbs"):
        raise InvalidRequest(f"{where} has no verbs")
    if rule.get("nonResourceURLs"):
        if role_type != CLUSTER_ROLE:
            raise InvalidRequest(f"{where}: nonResourceURLs need the kubernetes_role_type {CLUSTER_ROLE}")
        if any(rule.get(name) for name in ("apiGroups", "resources", "resourceNames")):
            raise InvalidRequest(f"{where} has both resources and nonResourceURLs")
    elif not (rule.get("apiGroups") and rule.get("resources")):
        raise InvalidRequest(f"{where} has no apiGroups or no resources")
    return rule
