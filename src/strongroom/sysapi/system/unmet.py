"""Rules that demand what nobody can give yet: approval by groups, or second factors, that don't exist."""

from __future__ import annotations

from itertools import islice

from strongroom.services.identity import groups
from strongroom.services.mfa import methods
from strongroom.services.policy.parse import Rule
from strongroom.sysapi.context import SystemView

_MOST_NAMES = 64
"""How many groups, and how many methods, are looked up.  A policy may have thousands."""


async def warnings(view: SystemView, rules: tuple[Rule, ...]) -> list[str]:
    """One text for each name that means nothing in the policy's namespace.

    The group or method may be made later, so the policy is stored all the same.
    """
    txn, namespace = view.txn, view.namespace
    asked = {
        name: rule.path
        for rule in reversed(rules)
        for group in rule.constraints.control_groups
        for factor in group.factors
        for name in factor.group_names
    }
    proved = {name: rule.path for rule in reversed(rules) for name in rule.constraints.mfa_methods}
    missing_groups = [
        f'The rule for "{path}" asks for the approval of the group "{name}", which doesn\'t exist in this namespace: '
        "nobody can give it before there is such a group."
        for name, path in islice(asked.items(), _MOST_NAMES)
        if await groups.by_name(txn, namespace.id, name) is None
    ]
    missing_methods = [
        f'The rule for "{path}" asks for the MFA method "{name}", which doesn\'t exist: its requests are refused until '
        "it does."
        for name, path in islice(proved.items(), _MOST_NAMES)
        if await methods.find(txn, namespace.lineage, name) is None
    ]
    return missing_groups + missing_methods
