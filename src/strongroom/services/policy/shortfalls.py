"""Tells what a request lacks of what its deciding rules ask (pure).

The checks are those of `permits`, asked one at a time.  No text holds a value: what a request holds may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import msgspec

from strongroom.sdk.fields import Field
from strongroom.services.policy.acl import NEEDED, PAGED, WITH_PARAMETERS, Decision, check_pagination, check_wrapping
from strongroom.services.policy.parameters import check_parameters, check_stated
from strongroom.services.policy.parse import CAPABILITIES, NO_CONSTRAINTS, Constraints

_SECOND_NS = 1_000_000_000
_MOST = 64
"""Conditions that are told.  A request may have thousands of parameters."""


class Sent(msgspec.Struct, frozen=True):
    """What `permits` is asked about a request besides its operation."""

    data: Mapping[str, object] = {}
    wrap_ttl_ns: int | None = None
    fields: Mapping[str, Field] = {}
    stated: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return "Sent(…)"


def shortfalls(decision: Decision, operation: str, sent: Sent, *, needs_sudo: bool = False) -> list[str]:
    """What keeps the request from being allowed; empty exactly if nothing does.

    Args:
        needs_sudo: whether the path asks for `sudo` too.
    """
    if not decision.allowed:
        return [_capability(decision, operation)]
    found = []
    if needs_sudo and not decision.sudo:
        found.append("the path needs sudo too, which the deciding rule doesn't grant")
    if decision.constraints is not None:
        found += islice(_conditions(decision.constraints, operation, sent), _MOST)
    return found


def capability_of(operation: str) -> str:
    """The name of the capability that an operation needs."""
    bit = NEEDED.get(operation, 0)
    return next((name for name, each in CAPABILITIES.items() if each == bit), operation)


def _capability(decision: Decision, operation: str) -> str:
    if decision.denied and decision.pattern is not None:
        return f'the rule for "{decision.pattern.text}" denies everything'
    if decision.pattern is None:
        return "no rule covers the path"
    return f'the rule for "{decision.pattern.text}" decides, and doesn\'t grant {capability_of(operation)}'


def _conditions(rules: Constraints, operation: str, sent: Sent) -> Iterator[str]:
    """What the conditions of the deciding rules find wrong."""
    if not check_wrapping(rules, sent.wrap_ttl_ns):
        yield f"the answer has to be wrapped, {_times(rules)}"
    if operation in PAGED:
        if not check_pagination(rules, sent.data.get("limit")):
            yield f"a page may have {rules.pagination_limit} names at most"
        return
    if operation not in WITH_PARAMETERS:
        return
    for name in rules.required:
        if name not in sent.data:
            yield f'the parameter "{name}" is required'
    denied = msgspec.structs.replace(NO_CONSTRAINTS, denied=rules.denied)
    allowed = msgspec.structs.replace(NO_CONSTRAINTS, allowed=rules.allowed)
    for name, value in sent.data.items():
        if not check_parameters(denied, {name: value}, sent.fields):
            yield f'the parameter "{name}" is denied, or has a value that is'
        elif not check_parameters(allowed, {name: value}, sent.fields):
            yield f'the parameter "{name}" is not among the allowed ones, or has a value that isn\'t'
    for name, text in sent.stated.items():
        if not check_stated(rules, {name: text}, sent.fields):
            yield f'the parameter "{name}", which stands in the path, has a value that isn\'t allowed'


def _times(rules: Constraints) -> str:
    low, high = rules.min_wrapping_ttl_ns, rules.max_wrapping_ttl_ns
    least = f"for {low / _SECOND_NS:g} seconds at least" if low else ""
    most = f"for {high / _SECOND_NS:g} seconds at most" if high else ""
    return " and ".join(text for text in (least, most) if text)


def demands(rules: Constraints | None, operation: str) -> dict[str, object]:
    """What the deciding rules ask besides the capability, in the words of policies.  What isn't asked is left out."""
    if rules is None:
        return {}
    asked: dict[str, object] = {
        "min_wrapping_ttl": rules.min_wrapping_ttl_ns // _SECOND_NS,
        "max_wrapping_ttl": rules.max_wrapping_ttl_ns // _SECOND_NS,
        "mfa_methods": list(rules.mfa_methods),
    }
    if operation in PAGED:
        asked["pagination_limit"] = rules.pagination_limit
        asked["filters_names"] = rules.key_filter is not None
    if operation in WITH_PARAMETERS:
        asked["required_parameters"] = list(rules.required)
        asked["allowed_parameters"] = {name: list(values) for name, values in rules.allowed.items()}
        asked["denied_parameters"] = {name: list(values) for name, values in rules.denied.items()}
    return {name: value for name, value in asked.items() if value}
