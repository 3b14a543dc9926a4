"""Vault's documented priority of rules, by comparing every two of them: the oracle for explanations and who-can.

It shares no code with the server, nor with the oracle of `Acl`.

Source: https://developer.hashicorp.com/vault/docs/concepts/policies#priority-matching
"""

from __future__ import annotations

import re

Rules = list[tuple[str, set[str]]]


def fits(pattern: str, path: str) -> bool:
    """Whether a pattern covers a path, by a regular expression."""
    glob = pattern.endswith("*")
    segments = pattern.removesuffix("*").split("/")
    expression = "/".join("[^/]*" if segment == "+" else re.escape(segment) for segment in segments)
    return re.fullmatch(expression + (".*" if glob else ""), path, re.DOTALL) is not None


def _is_lower(one: str, other: str) -> bool:
    """The documentation's five sentences about P1 and P2, in their order."""
    if _first(one) != _first(other):
        return _first(one) < _first(other)
    if one.endswith("*") != other.endswith("*"):
        return one.endswith("*")
    if _plus(one) != _plus(other):
        return _plus(one) > _plus(other)
    if len(one) != len(other):
        return len(one) < len(other)
    return one < other


def _plus(pattern: str) -> int:
    return len([segment for segment in pattern.removesuffix("*").split("/") if segment == "+"])


def _first(pattern: str) -> int:
    at = 0
    for segment in pattern.removesuffix("*").split("/"):
        if segment == "+":
            return at
        at += len(segment) + 1
    return len(pattern) - 1


def _wild(pattern: str) -> bool:
    return pattern.endswith("*") or _plus(pattern) > 0


def winner(rules: Rules, path: str) -> str | None:
    """The pattern that decides on a path that isn't listed; None if none covers it."""
    patterns = {pattern for pattern, _ in rules if fits(pattern, path)}
    if path in patterns and not _wild(path):
        return path
    wild = [pattern for pattern in patterns if _wild(pattern)]
    unbeaten = [one for one in wild if not any(_is_lower(one, other) for other in wild)]
    assert len(unbeaten) <= 1
    return unbeaten[0] if unbeaten else None


def grants(rules: Rules, path: str, capability: str) -> bool:
    """Whether the deciding rules together grant a capability."""
    deciding = winner(rules, path)
    merged = {name for pattern, names in rules if pattern == deciding for name in names}
    return capability in merged and "deny" not in merged
