"""Rules that never decide, or deny nothing, because of other rules of the same policy (pure).

The order of rules goes by where their first wildcard stands, so a rule with a + is often a weaker one than its author
thinks: "secret/data/*" goes before "secret/+/private/*".
"""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.services.policy.explanation import priority_of
from strongroom.services.policy.lint.sets import Paths, includes, meet, paths_of
from strongroom.services.policy.parse import DENY, Rule

_MOST_PAIRS = 2000
"""Pairs of rules that are compared.  A policy may have thousands of rules."""


def warnings(rules: Iterable[Rule]) -> list[str]:
    """The warnings about rules without templates."""
    plain = [rule for rule in rules if not rule.templated]
    found = _voided(plain)
    wild = [(rule, paths_of(rule.pattern)) for rule in plain if not rule.pattern.is_exact]
    pairs = 0
    for rule, paths in wild:
        if not rule.pattern.segments:
            continue  # only a rule with a + is less than what its length promises
        pairs += len(wild)
        if pairs > _MOST_PAIRS:
            break
        text = _beaten(rule, paths, wild)
        if text:
            found.append(text)
    return found


def _voided(rules: list[Rule]) -> list[str]:
    """Rules for the same paths as one that denies."""
    denied = {rule.pattern.text for rule in rules if rule.capabilities & DENY}
    void = dict.fromkeys(
        rule.path
        for rule in rules
        if rule.pattern.text in denied and rule.capabilities and not rule.capabilities & DENY
    )
    return [f'One rule for "{path}" allows nothing: another one for the same path denies.' for path in void]


def _beaten(rule: Rule, paths: Paths, others: list[tuple[Rule, Paths]]) -> str:
    """What is wrong with a rule that another one goes before; empty if nothing is."""
    for other, theirs in others:
        if other.pattern.priority <= rule.pattern.priority or not meet(paths, theirs):
            continue
        why = priority_of(other.pattern, rule.pattern, "")
        if includes(theirs, paths):
            return (
                f'The rule for "{rule.path}" never decides: "{other.path}" covers all of it and goes first, as {why}.'
            )
        if rule.capabilities & DENY and not other.capabilities & DENY and not includes(paths, theirs):
            return (
                f'The rule for "{rule.path}" denies nothing of what "{other.path}" covers: that one goes first, as '
                f"{why}. Write the + out."
            )
    return ""
