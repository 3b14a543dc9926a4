"""Which policies could grant a request by themselves: what makes it worth while to decide on who has them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib import braces
from strongroom.sdk.spelling import PLAIN
from strongroom.services.policy.acl import NEEDED
from strongroom.services.policy.explanation import looked_at
from strongroom.services.policy.parse import DENY, Policy, Rule
from strongroom.services.policy.paths import Pattern, parse_pattern
from strongroom.services.policy.service import ROOT, Granted
from strongroom.sysapi.foresight import Foreseen
from strongroom.sysapi.services import Services


class Chance(msgspec.Struct, frozen=True):
    """Whether a policy may grant something, looked at alone."""

    grants: bool = False
    depends_on: tuple[str, ...] = ()
    """The templates whose values decide."""

    def __bool__(self) -> bool:
        return self.grants or bool(self.depends_on)


def chance(policy: Policy, outcomes: Iterable[Foreseen], now: float) -> Chance:
    """Whether a rule of the policy grants the capability of one of the outcomes, or may do so (pure).

    Args:
        policy: with its templates as they are written.
        now: seconds since the epoch.
    """
    grants, depends_on = False, dict[str, None]()
    for seen in outcomes:
        needed = NEEDED.get(seen.operation, 0)
        for rule in policy.rules:
            if not rule.capabilities & needed or rule.capabilities & DENY or rule.expires_at <= now:
                continue
            if rule.templated:
                if seen.full_path.startswith(_beginning(rule, policy, seen)):
                    depends_on |= dict.fromkeys(part.strip() for part in braces.split(rule.path)[1::2])
            elif looked_at(_pattern(rule, policy, seen), seen.full_path, seen.operation):
                grants = True
    return Chance(grants, tuple(depends_on))


def _beginning(rule: Rule, policy: Policy, seen: Foreseen) -> str:
    return seen.form.of_path(policy.namespace + rule.path.partition("{{")[0].partition("+")[0])


def _pattern(rule: Rule, policy: Policy, seen: Foreseen) -> Pattern:
    if seen.form is PLAIN and not policy.namespace:
        return rule.pattern
    return parse_pattern(seen.form.of_rule(policy.namespace + rule.pattern.text))


class Granting:
    """The chances of policies, each looked at once for a question.

    Args:
        outcomes: the decisions for a token without any policy, which say what would be needed.
        now: seconds since the epoch.
    """

    def __init__(self, services: Services, outcomes: tuple[Foreseen, ...], now: float) -> None:
        self._policies = services.policies
        self.outcomes = outcomes
        self.now = now
        self._known: dict[tuple[str, str], Chance] = {}

    async def of(self, txn: Transaction, namespace: str, name: str) -> Chance:
        """The chance of one policy.

        Args:
            namespace: its id.
        """
        known = self._known.get((namespace, name))
        if known is None:
            if name == ROOT and namespace == keys.ROOT_NAMESPACE:
                known = Chance(grants=True)
            else:
                policy = await self._policies.parsed(txn, namespace, name, self.now)
                known = chance(policy, self.outcomes, self.now) if policy is not None else Chance()
            self._known[namespace, name] = known
        return known

    async def of_all(self, txn: Transaction, granted: Granted) -> tuple[list[str], tuple[str, ...]]:
        """The names of the policies that have a chance, and the templates that decide on some of them."""
        names, depends_on = list[str](), dict[str, None]()
        for namespace, each in granted:
            for name in each:
                found = await self.of(txn, namespace, name)
                if found:
                    names.append(name)
                    depends_on |= dict.fromkeys(found.depends_on)
        return names, tuple(depends_on)
