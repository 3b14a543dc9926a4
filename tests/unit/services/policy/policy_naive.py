"""The documented rules of access, written as plainly as they are worded: the oracle for `Acl`."""

from __future__ import annotations

import itertools
from functools import cmp_to_key

Rules = list[tuple[str, set[str]]]


def covers(pattern: str, path: str) -> bool:
    """Whether a pattern covers a path: `+` is any one segment, a `*` at the end any rest."""
    glob = pattern.endswith("*")
    wanted = pattern.removesuffix("*").split("/")
    given = path.split("/")
    if len(given) < len(wanted) or (not glob and len(given) != len(wanted)):
        return False
    for index, segment in enumerate(wanted):
        if segment == "+":
            continue
        if glob and index == len(wanted) - 1:
            if not given[index].startswith(segment):
                return False
        elif given[index] != segment:
            return False
    return True


def _lower_priority(one: str, other: str) -> int:
    """Negative if `one` has the lower priority, by the documentation's numbered list."""

    def first_wildcard(pattern: str) -> int:
        before = list(itertools.takewhile(lambda segment: segment != "+", pattern.removesuffix("*").split("/")))
        return len("/".join([*before, ""])) if "+" in pattern.split("/") else len(pattern) - 1

    if first_wildcard(one) != first_wildcard(other):
        return first_wildcard(one) - first_wildcard(other)
    if one.endswith("*") != other.endswith("*"):
        return -1 if one.endswith("*") else 1
    plus_one, plus_other = one.split("/").count("+"), other.split("/").count("+")
    if plus_one != plus_other:
        return plus_other - plus_one
    if len(one) != len(other):
        return len(one) - len(other)
    return -1 if one < other else 1


def granted(rules: Rules, path: str) -> set[str]:
    """The capabilities of a path that is looked up as a list is."""
    together: dict[str, set[str]] = {}
    for pattern, capabilities in rules:
        together.setdefault(pattern, set()).update(capabilities)

    def deciding() -> set[str] | None:
        for exact in (path, path.removesuffix("/")):
            if exact in together and not exact.endswith("*") and "+" not in exact.split("/"):
                return together[exact]
        for tried in (path, path.removesuffix("/")):
            wild = [pattern for pattern in together if pattern.endswith("*") or "+" in pattern.split("/")]
            found = [
                pattern for pattern in wild if covers(pattern, tried) and (tried == path or "+" in pattern.split("/"))
            ]
            if found:
                return together[max(found, key=cmp_to_key(_lower_priority))]
        return None

    capabilities = deciding() or set()
    return {"deny"} if "deny" in capabilities or not capabilities else capabilities
