"""The paths that a token's policies cover, in the form for user interfaces (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from strongroom.lib.durations import SECOND_NS
from strongroom.services.policy.acl import together
from strongroom.services.policy.parse import CAPABILITIES, DENY, NO_CONSTRAINTS, Constraints, Policy
from strongroom.services.policy.paths import Pattern, parse_pattern


def _merged(policies: Iterable[Policy], now: float) -> dict[str, tuple[Pattern, int, Constraints]]:
    """What every pattern grants and asks over all policies, by those of their rules that have not expired."""
    merged: dict[str, tuple[Pattern, int, Constraints]] = {}
    for policy in policies:
        for rule in policy.rules:
            if rule.expires_at <= now:
                continue
            pattern = parse_pattern(policy.namespace + rule.pattern.text) if policy.namespace else rule.pattern
            _, bits, constraints = merged.get(pattern.text, (pattern, 0, NO_CONSTRAINTS))
            bits, constraints = bits | rule.capabilities, together(constraints, rule.constraints)
            if bits & DENY:
                bits, constraints = DENY, NO_CONSTRAINTS
            merged[pattern.text] = (pattern, bits, constraints)
    return merged


def resultant(policies: Iterable[Policy], now: float) -> dict[str, Any]:
    """The rules as `sys/internal/ui/resultant-acl` shows them.  Those with a `+` are left out, as Vault does."""
    exact: dict[str, Any] = {}
    globs: dict[str, Any] = {}
    for pattern, bits, constraints in _merged(policies, now).values():
        if pattern.segments:
            continue
        names = [name for name, bit in CAPABILITIES.items() if bits & bit]
        (globs if pattern.is_glob else exact)[pattern.literal] = {"capabilities": names, **_shown(constraints)}
    return {"exact_paths": exact, "glob_paths": globs, "root": False}


def _shown(constraints: Constraints) -> dict[str, Any]:
    """The constraints besides capabilities, with times in seconds.  Empty ones are left out."""
    data = {
        "allowed_parameters": constraints.allowed,
        "denied_parameters": constraints.denied,
        "required_parameters": constraints.required,
        "min_wrapping_ttl": constraints.min_wrapping_ttl_ns // SECOND_NS,
        "max_wrapping_ttl": constraints.max_wrapping_ttl_ns // SECOND_NS,
    }
    return {name: value for name, value in data.items() if value}


class Reach:
    """What the policies of a token touch.  They are merged once, for any number of questions.

    Args:
        now: seconds since the epoch.
    """

    def __init__(self, policies: Iterable[Policy], now: float) -> None:
        merged = _merged(policies, now).values()
        self._granted = [(pattern, bits) for pattern, bits, _ in merged if bits and not bits & DENY]

    def touches(self, mount: str) -> bool:
        """Whether the policies allow anything on or below a mount.

        Args:
            mount: its path from the root namespace on, ending in `/`.
        """
        return any(_touches(pattern, mount) for pattern, _ in self._granted)

    def capabilities(self, mount: str) -> list[str]:
        """What the policies grant on any path on or below a mount: the names, sorted; empty for nothing.

        Args:
            mount: as in `touches`.
        """
        together = 0
        for pattern, bits in self._granted:
            if bits & ~together and _touches(pattern, mount):
                together |= bits
        return [name for name, bit in CAPABILITIES.items() if together & bit]


def _touches(pattern: Pattern, mount: str) -> bool:
    """Whether a pattern covers a path on or below the mount."""
    if not pattern.segments:
        return pattern.literal.startswith(mount) or (pattern.is_glob and mount.startswith(pattern.literal))
    wanted = mount.rstrip("/").split("/")
    given = pattern.segments
    for index, segment in enumerate(wanted):
        if index >= len(given):
            return False
        last = index == len(given) - 1
        if last and pattern.is_glob:
            return segment.startswith(given[index])
        if given[index] not in {"+", segment}:
            return False
    return True
