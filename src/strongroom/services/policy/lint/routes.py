"""Rules that no route of the mounted engines answers to, or whose capabilities don't fit its routes (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

import msgspec

from strongroom.sdk.path import Declaration
from strongroom.sdk.request import Operation
from strongroom.sdk.routing import RouteTable
from strongroom.services.policy.acl import NEEDED
from strongroom.services.policy.lint.sets import ANY, Paths, meet, paths_of
from strongroom.services.policy.parse import CREATE, DENY, SUDO, UPDATE, Rule
from strongroom.services.policy.paths import parse_pattern

_MOST_PAIRS = 5000
"""Rules and routes that are compared: some milliseconds.  A policy may have thousands of rules."""
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_FORM = re.compile(r":\w+\}")


Route: TypeAlias = tuple[Paths, Mapping[Operation, Declaration]]


class Known(msgspec.Struct, frozen=True):
    """A mount and its routes."""

    path: str
    """Full path in the namespace, ending in `/`."""
    type: str
    by_head: Mapping[str, tuple[Route, ...]]
    """By their first segment after the mount's path; `+` for those that have none of their own."""

    def candidates(self, paths: Paths) -> tuple[Route, ...]:
        """The routes that may have a path in common with a rule."""
        at = self.path.count("/")
        if (
            at >= len(paths.segments)
            or (paths.glob and at == len(paths.segments) - 1)
            or ANY in paths.segments[: at + 1]
        ):
            return tuple(route for routes in self.by_head.values() for route in routes)
        return (*self.by_head.get(paths.segments[at], ()), *self.by_head.get(ANY, ()))


@lru_cache(maxsize=256)
def known(path: str, type_: str, table: RouteTable, others: tuple[str, ...] = ()) -> Known:
    """A mount with the routes of its engine.

    Args:
        others: paths that are served otherwise.
    """
    at, by_head = path.count("/"), dict[str, tuple[Route, ...]]()
    declared = [(route.pattern, route.by_operation) for route in table.routes]
    for pattern, by_operation in (*declared, *((other, {}) for other in others)):
        paths = _below(path, pattern)
        head = ANY if paths.glob and at == len(paths.segments) - 1 else paths.segments[at]
        by_head[head] = (*by_head.get(head, ()), (paths, by_operation))
    return Known(path, type_, by_head)


def warnings(rules: Iterable[Rule], mounts: Sequence[Known]) -> list[str]:
    """The warnings about rules that lie in a mount.  A rule for a mount that doesn't exist yet is no mistake."""
    found, pairs = [], 0
    for rule in rules:
        paths = _paths(rule)
        if paths is None or paths.segments[0] == ANY:
            continue  # it may be meant for namespaces below
        reached = [mount for mount in mounts if meet(paths, _all_of(mount.path))]
        if not reached:
            continue
        candidates = [route for mount in reached for route in mount.candidates(paths)]
        pairs += len(candidates) + len(mounts)
        if pairs > _MOST_PAIRS:
            break
        routes = [route for route in candidates if _meets(paths, route[0])]
        if not routes:
            found.append(_nowhere(rule, reached))
        elif not rule.capabilities & DENY and not paths.glob:
            found += _unfit(rule, [declared for _, declared in routes])
    return found


def _paths(rule: Rule) -> Paths | None:
    """What a rule covers, with any value in the place of a template; None for what can't be told."""
    if not rule.templated:
        return _folded(paths_of(rule.pattern))
    text = _TEMPLATE.sub(ANY, rule.path)
    if any(ANY in segment and segment != ANY for segment in text.removesuffix("*").split("/")) or text.endswith("+*"):
        return None
    return _folded(paths_of(parse_pattern(text)))


def _folded(paths: Paths) -> Paths:
    """The same without regard to case, which some routes disregard too."""
    return Paths(tuple(segment.casefold() for segment in paths.segments), paths.glob)


def _all_of(mount: str) -> Paths:
    return _folded(Paths(tuple(mount.split("/")), glob=True))


def _below(mount: str, pattern: str) -> Paths:
    """The paths of a route.  What can't be said by segments is taken for more than it is."""
    segments = mount.rstrip("/").split("/")
    for segment in _FORM.sub("}", pattern).split("/"):
        if "*}" in segment:
            return _folded(Paths((*segments, segment.partition("{")[0]), glob=True))
        segments.append(ANY if "{" in segment else segment)
    return _folded(Paths(tuple(segments), glob=False))


def _meets(paths: Paths, route: Paths) -> bool:
    """Whether a request of the route can match.  A listing's path ends in a slash."""
    listed = Paths((*route.segments, ""), glob=False)
    return meet(paths, route) or (not route.glob and meet(paths, listed))


def _nowhere(rule: Rule, reached: list[Known]) -> str:
    where = ", ".join(f"{mount.path} ({mount.type})" for mount in reached[:3])
    does = "denies" if rule.capabilities & DENY else "allows"
    return f'The rule for "{rule.path}" {does} nothing: there is no such path in {where}.'


def _unfit(rule: Rule, routes: list[Mapping[Operation, Declaration]]) -> list[str]:
    """Capabilities that aren't enough for any of the routes."""
    declared = [(operation, each) for route in routes for operation, each in route.items()]
    granted = [(operation, each) for operation, each in declared if rule.capabilities & NEEDED.get(operation, 0)]
    if granted and not rule.capabilities & SUDO and all(each.sudo for _, each in granted):
        return [f'The rule for "{rule.path}" allows nothing: its requests need sudo, too.']
    writes = [each for operation, each in declared if operation is Operation.UPDATE]
    creates = rule.capabilities & CREATE and not rule.capabilities & UPDATE
    if creates and writes and not any(each.exists for each in writes):
        return [f'"create" in the rule for "{rule.path}" allows nothing: each write is an "update" there.']
    return []
