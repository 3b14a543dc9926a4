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
    return len(one) - len(other)


def _priority(one: str, other: str) -> int:
    """The same, to the end of the list."""
    return _lower_priority(one, other) or (-1 if one < other else 1)


def _is_exact(pattern: str) -> bool:
    return not pattern.endswith("*") and "+" not in pattern.split("/")


def _overrules(deny: str, deciding: str | None) -> bool:
    """Whether a deny for a folder without its slash fits better than what decides on the folder."""
    if deciding is None:
        return True
    if _is_exact(deny) or _is_exact(deciding):
        return not _is_exact(deciding)
    return _lower_priority(deny, deciding) > 0


def granted(rules: Rules, path: str) -> set[str]:
    """The capabilities of a path that is looked up as a list is."""
    together: dict[str, set[str]] = {}
    for pattern, capabilities in rules:
        together.setdefault(pattern, set()).update(capabilities)

    def deciding() -> str | None:
        for exact in (path, path.removesuffix("/")):
            if exact in together and _is_exact(exact):
                return exact
        for tried in (path, path.removesuffix("/")):
            wild = [pattern for pattern in together if pattern.endswith("*") or "+" in pattern.split("/")]
            found = [
                pattern for pattern in wild if covers(pattern, tried) and (tried == path or "+" in pattern.split("/"))
            ]
            if found:
                return max(found, key=cmp_to_key(_priority))
        return None

    pattern = deciding()
    capabilities = together[pattern] if pattern is not None else set()
    if path.endswith("/"):
        denies = [deny for deny in together if "deny" in together[deny] and covers(deny, path[:-1])]
        best = max(denies, key=cmp_to_key(_priority), default=None)
        if best is not None and _overrules(best, pattern):
            return {"deny"}
    return {"deny"} if "deny" in capabilities or not capabilities else capabilities
