"""What is wrong with a rule whatever else there is (pure)."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.services.policy.parse import CAPABILITIES, SUBSCRIBE, Rule


def warnings(rules: Iterable[Rule], now: float) -> list[str]:
    """The warnings about the rules, one by one.

    Args:
        now: seconds since the epoch.
    """
    return [text for rule in rules for text in _of(rule, now)]


def _of(rule: Rule, now: float) -> list[str]:
    found = []
    if rule.voided:
        names = ", ".join(name for name, bit in CAPABILITIES.items() if rule.voided & bit)
        found.append(f'The rule for "{rule.path}" denies everything: beside deny, {names} is void.')
    if not rule.capabilities:
        found.append(
            f'The rule for "{rule.path}" has no capabilities: it allows nothing, and where it decides, broader rules '
            "don't count either."
        )
    if rule.capabilities & SUBSCRIBE and not rule.event_types:
        found.append(f'The rule for "{rule.path}" has subscribe without subscribe_event_types: no event is told by it.')
    if rule.expires_at <= now:
        found.append(f'The rule for "{rule.path}" counts for nothing: its expiration has passed.')
    if any(segment.startswith("+") and segment != "+" for segment in rule.path.split("/")):
        found.append(
            f'The rule for "{rule.path}" has a + that is no whole segment. There it stands for nothing but itself.'
        )
    return found
