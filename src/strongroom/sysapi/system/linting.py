"""What is told of a policy that parses, but hardly says what was meant."""

from __future__ import annotations

from strongroom.services.policy.lint import alone, among, routes, unreached
from strongroom.services.policy.parse import Rule
from strongroom.sysapi.context import SystemView
from strongroom.sysapi.system import unmet
from strongroom.sysapi.system.open_paths import OPEN_PATHS

_KEY_VALUE = frozenset({"kv", "generic"})
_OPEN = tuple(path.removeprefix("sys/") for path in OPEN_PATHS)
_MOST_TEXTS = 50
"""Warnings of one answer."""


async def warnings(view: SystemView, rules: tuple[Rule, ...], now: float) -> list[str]:
    """The warnings about the rules of a policy, by the mounts as they are.

    Args:
        now: seconds since the epoch.
    """
    told = _unreached(view, rules)
    found = [*told, *alone.warnings(rules, now), *among.warnings(rules)]
    # A rule for a secret on version 2 was told already, with what was meant.
    others = [rule for rule in rules if not any(f'"{rule.path}"' in text for text in told)]
    found += routes.warnings(others, _mounts(view))
    found += await unmet.warnings(view, rules)
    if len(found) > _MOST_TEXTS:
        return [*found[:_MOST_TEXTS], f"There are {len(found) - _MOST_TEXTS} more warnings."]
    return found


def _unreached(view: SystemView, rules: tuple[Rule, ...]) -> list[str]:
    versioned: list[str] = []
    others: list[str] = []
    for path, entry in view.router.by_path.items():
        keeps_versions = entry.record.type in _KEY_VALUE and (entry.record.options or {}).get("version") == "2"
        (versioned if keeps_versions else others).append(path)
    return unreached.warnings(rules, sorted(versioned), others)


def _mounts(view: SystemView) -> list[routes.Known]:
    """The mounts with their routes.  Of a mount without an engine, nothing is known."""
    return [
        routes.known(path, entry.record.type, entry.engine.routes, _OPEN if entry.record.type == "system" else ())
        for path, entry in view.router.by_path.items()
        if entry.engine is not None
    ]
