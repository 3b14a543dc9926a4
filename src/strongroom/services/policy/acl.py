"""Merges the rules of a token's policies, and decides on requests (pure).

    acl = Acl([render_policy(policy, subject) for policy in policies], now)
    decision = acl.decide("secret/data/app", Operation.READ)
    if decision.allowed and permits(decision, Operation.READ, data, wrap_ttl_ns): ...

Source: https://developer.hashicorp.com/vault/docs/concepts/policies
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from strongroom.sdk.fields import Field
from strongroom.sdk.spelling import PLAIN, Form
from strongroom.services.policy.index import Index
from strongroom.services.policy.parameters import check_parameters, check_stated
from strongroom.services.policy.parse import (
    CAPABILITIES,
    CREATE,
    DELETE,
    DENY,
    LIST,
    NO_CONSTRAINTS,
    PATCH,
    READ,
    RECOVER,
    SCAN,
    SUBSCRIBE,
    SUDO,
    UPDATE,
    Constraints,
    Policy,
    Rule,
)
from strongroom.services.policy.paths import Pattern, better, covers, parse_pattern

NEEDED: Mapping[str, int] = {
    "create": CREATE,
    "read": READ,
    "update": UPDATE,
    "patch": PATCH,
    "delete": DELETE,
    "list": LIST,
    "scan": SCAN,
    "subscribe": SUBSCRIBE,
    "recover": RECOVER,
    # An operation on a lease or a mount itself needs `update`.
    "renew": UPDATE,
    "revoke": UPDATE,
    "rollback": UPDATE,
}
"""The capability that each operation needs."""

WITH_PARAMETERS = frozenset({"create", "read", "update", "patch"})
"""The operations whose parameters rules can restrict."""
PAGED = frozenset({"list", "scan"})
"""The operations whose pages rules can bound."""
_ALL = sum(CAPABILITIES.values()) - DENY


class Decision(msgspec.Struct, frozen=True):
    """The decision of the rules for a path and an operation."""

    allowed: bool
    """Whether the operation's capability is granted; `permits` checks the rest."""
    capabilities: int = 0
    """Every bit that is granted on the path (see `parse.CAPABILITIES`)."""
    sudo: bool = False
    """Whether `sudo` is granted on the path.  Some paths need it in addition."""
    constraints: Constraints | None = None
    """None if there are none."""
    policies: tuple[str, ...] = ()
    """Names of the policies that grant the operation, in the token's order."""
    root: bool = False
    pattern: Pattern | None = None
    """The pattern of the deciding rules; None if no rule covers the path."""
    denied: bool = False
    """Whether a deciding rule denies everything on the path."""
    event_types: tuple[str, ...] = ()
    """For `subscribe`: patterns of the events that are granted."""


REFUSED = Decision(allowed=False)
_HELP = Decision(allowed=True)
_ROOT = Decision(allowed=True, capabilities=_ALL, sudo=True, policies=("root",), root=True, event_types=("*",))

_Entry: TypeAlias = tuple[dict[str, Decision], Decision]
"""The decisions by operation, and the one for any other operation."""


class Acl:
    """The rules of several policies, merged and indexed; immutable.

    Args:
        policies: without templates (see `parse.render_policy`).
        now: seconds since the epoch; rules that have expired by then are left out.
        root: everything is allowed.
        form: the canonical form of the paths in questions.  The rules' paths are converted to it.
    """

    __slots__ = ("_denies", "_root", "_rules", "valid_until")

    valid_until: float
    """Seconds since the epoch.  A rule expires then, and the object must be built again."""

    def __init__(self, policies: Iterable[Policy], now: float, *, root: bool = False, form: Form = PLAIN) -> None:
        self._root = root
        self.valid_until = math.inf
        merged: dict[str, tuple[Pattern, _Merged]] = {}
        for policy in policies:
            for rule in policy.rules:
                if rule.templated:
                    raise ValueError(f"policy {policy.name!r} still has templates")
                if rule.expires_at <= now:
                    continue
                self.valid_until = min(self.valid_until, rule.expires_at)
                pattern = rule.pattern
                if policy.namespace or form is not PLAIN:
                    pattern = parse_pattern(form.of_rule(policy.namespace + pattern.text))
                merged.setdefault(pattern.text, (pattern, _Merged()))[1].add(rule, policy)
        entries = [(pattern, rules.entry(pattern)) for pattern, rules in merged.values()]
        self._rules = Index(entries)
        denies: dict[str, list[Pattern]] = {}
        for pattern, entry in entries:
            if entry[1].denied:
                denies.setdefault(pattern.text.casefold(), []).append(pattern)
        self._denies = Index((parse_pattern(text), written) for text, written in denies.items()) if denies else None

    def decide(self, path: str, operation: str) -> Decision:
        """Decide on a path and an operation.

        Args:
            path: without a slash in front, from the root namespace on; for `list` and `scan` with a slash at its end,
                where a rule for the path without it counts too.
            operation: as in the audit log: `read`, `list`, …
        """
        if self._root:
            return _ROOT
        if operation == "help":
            return _HELP
        paged = operation in PAGED
        entry = self._rules.find(path, paged=paged)
        decision = REFUSED if entry is None else entry[0].get(operation, entry[1])
        return decision if self._denies is None else self._unless_denied(decision, path, self._denies, paged=paged)

    def _unless_denied(self, decision: Decision, path: str, denies: Index[list[Pattern]], *, paged: bool) -> Decision:
        """The decision, unless a better rule denies the path.

        This also finds a rule that denies the path in another letter case, or denies a listing's path without its
        slash.

        Source: CVE-2026-93335
        """
        if decision.denied:
            return decision
        for written in (path, path[:-1]) if paged and path.endswith("/") else (path,):
            denying = denies.find(written.casefold(), paged=False)
            if denying is None or (written is path and any(covers(pattern, path) for pattern in denying)):
                continue  # rules that cover the exact path were weighed already
            if decision.pattern is None or better(denying[0], decision.pattern):
                return Decision(allowed=False, pattern=denying[0], denied=True)
        return decision

    def capabilities(self, path: str) -> list[str]:
        """The capabilities on a path as `sys/capabilities` names them: sorted, `["root"]`, or `["deny"]` for none."""
        if self._root:
            return ["root"]
        # Looked up as a listing's path, because that finds the rules with and without the final slash.
        path = path.lstrip("/")
        entry = self._rules.find(path, paged=True)
        decision = REFUSED if entry is None else entry[1]
        if self._denies is not None:
            decision = self._unless_denied(decision, path, self._denies, paged=True)
        granted = decision.capabilities
        return [name for name, bit in CAPABILITIES.items() if granted & bit] or ["deny"]

    def overruled(self, path: str, others: Iterable[str], operation: str) -> bool:
        """Whether a rule denies another path of the object at `path`.

        A rule that covers both paths doesn't count, because `decide` weighed it for `path` already.
        """
        for other in others:
            found = self.decide(other, operation)
            if found.denied and found.pattern is not None:
                folded = parse_pattern(found.pattern.text.casefold())
                if not covers(found.pattern, path) and not covers(folded, path.casefold()):
                    return True
        return False

    def restricted(self, decision: Decision, others: Iterable[str], operation: str) -> Decision:
        """The decision with the approvals and second factors that other paths of the same object need."""
        rules = decision.constraints or NO_CONSTRAINTS
        groups, methods = rules.control_groups, rules.mfa_methods
        for other in others:
            found = self.decide(other, operation).constraints
            if found is not None:
                groups += tuple(group for group in found.control_groups if group not in groups)
                methods += tuple(method for method in found.mfa_methods if method not in methods)
        if groups == rules.control_groups and methods == rules.mfa_methods:
            return decision
        return replace(decision, constraints=replace(rules, control_groups=groups, mfa_methods=methods))


class _Merged:
    """Merges the rules of all policies for one pattern."""

    __slots__ = ("_capabilities", "_constraints", "_event_types", "_rules")

    def __init__(self) -> None:
        self._capabilities = 0
        self._event_types: tuple[str, ...] = ()
        self._constraints = NO_CONSTRAINTS
        self._rules: list[tuple[str, int]] = []

    def add(self, rule: Rule, policy: Policy) -> None:
        """Merge one more rule.  Capabilities add up; `deny` overrides them all."""
        self._rules.append((policy.name, rule.capabilities))
        self._capabilities |= rule.capabilities
        self._event_types += rule.event_types
        if rule.constraints is not NO_CONSTRAINTS:
            self._constraints = together(self._constraints, _placed(rule.constraints, policy.namespace))

    def entry(self, pattern: Pattern) -> _Entry:
        """The decisions for the paths of the pattern."""
        if self._capabilities & DENY:
            return {}, Decision(allowed=False, pattern=pattern, denied=True)
        bits = self._capabilities
        constraints = None if self._constraints == NO_CONSTRAINTS else self._constraints
        sudo = bool(bits & SUDO)
        granted = {
            operation: Decision(True, bits, sudo, constraints, self._granting(needed), pattern=pattern)
            for operation, needed in NEEDED.items()
            if bits & needed
        }
        if self._event_types:
            types = tuple(dict.fromkeys(self._event_types))
            granted["subscribe"] = replace(granted["subscribe"], event_types=types)
        return granted, Decision(False, bits, sudo, constraints, pattern=pattern)

    def _granting(self, needed: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(policy for policy, bits in self._rules if bits & needed))


def _placed(constraints: Constraints, namespace: str) -> Constraints:
    """The constraints of a rule of that namespace: it names groups and methods of no other."""
    if not namespace or not (constraints.control_groups or constraints.mfa_methods):
        return constraints
    groups = tuple(
        replace(group, factors=tuple(replace(factor, namespace=namespace) for factor in group.factors))
        for group in constraints.control_groups
    )
    # By its path, no method of another namespace can be taken for it.
    methods = tuple(namespace + method for method in constraints.mfa_methods)
    return replace(constraints, control_groups=groups, mfa_methods=methods)


def together(one: Constraints, other: Constraints) -> Constraints:
    """Merge two sets of constraints as Vault does: the lesser bound applies, and values add up."""
    return Constraints(
        allowed=_merge_values(one.allowed, other.allowed),
        denied=_merge_values(one.denied, other.denied),
        required=tuple(dict.fromkeys(one.required + other.required)),
        min_wrapping_ttl_ns=_lesser(one.min_wrapping_ttl_ns, other.min_wrapping_ttl_ns),
        max_wrapping_ttl_ns=_lesser(one.max_wrapping_ttl_ns, other.max_wrapping_ttl_ns),
        pagination_limit=_lesser(one.pagination_limit, other.pagination_limit),
        key_filter=one.key_filter or other.key_filter,  # that of the first policy that has one
        mfa_methods=tuple(dict.fromkeys(one.mfa_methods + other.mfa_methods)),
        control_groups=one.control_groups + other.control_groups,
    )


def _lesser(one: int, other: int) -> int:
    """The lesser bound; 0 means no bound."""
    return min(one, other) if one and other else one or other


def _merge_values(
    one: Mapping[str, tuple[object, ...]], other: Mapping[str, tuple[object, ...]]
) -> Mapping[str, tuple[object, ...]]:
    """Merge the values of each parameter.  An empty list stands for any value, and replaces all others."""
    if not one or not other:
        return one or other
    merged = dict(one)
    for name, values in other.items():
        present = merged.get(name)
        merged[name] = values if present is None else (values + present if present and values else ())
    return merged


def permits(
    decision: Decision,
    operation: str,
    data: Mapping[str, object],
    wrap_ttl_ns: int | None,
    fields: Mapping[str, Field] | None = None,
    *,
    stated: Mapping[str, str] | None = None,
) -> bool:
    """Whether a request that `decide` allowed also meets the constraints.

    Args:
        decision: of the request's path and operation.
        operation: as given to `decide`.
        data: the parameters of body and query.
        wrap_ttl_ns: for how long the answer is to be wrapped; None if it isn't.
        fields: the route's declared parameters, by name.
        stated: values of declared parameters that stand in the path, by name.
    """
    if not decision.allowed:
        return False
    rules = decision.constraints
    if rules is None:
        return True
    if not check_wrapping(rules, wrap_ttl_ns):
        return False
    if operation in PAGED:
        return check_pagination(rules, data.get("limit"))
    if operation not in WITH_PARAMETERS:
        return True
    return check_parameters(rules, data, fields or {}) and check_stated(rules, stated or {}, fields or {})


def check_wrapping(rules: Constraints, wrap_ttl_ns: int | None) -> bool:
    """Whether the wrapping time is within the bounds.  If there is a bound, wrapping is compulsory."""
    low, high = rules.min_wrapping_ttl_ns, rules.max_wrapping_ttl_ns
    if not low and not high:
        return True
    # After a merge `low` may exceed `high`.  No time is allowed then.
    return wrap_ttl_ns is not None and wrap_ttl_ns >= low and (not high or wrap_ttl_ns <= high)


def check_pagination(rules: Constraints, limit: object) -> bool:
    """Whether a page of this size is allowed.  Without a size, the response is cut to the rule's bound."""
    if not rules.pagination_limit or limit is None:
        return True
    try:
        return 0 <= int(str(limit)) <= rules.pagination_limit
    except ValueError:
        return False
