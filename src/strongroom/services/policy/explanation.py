"""Tells which rules cover a request, which of them decides, and why (pure).

Nothing is decided here.  `Acl.decide` and `permits` did that; these functions name the rules that they went by.

Source: https://developer.hashicorp.com/vault/docs/concepts/policies#priority-matching
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from strongroom.sdk.spelling import PLAIN, Form
from strongroom.services.policy.acl import Decision
from strongroom.services.policy.parse import CAPABILITIES, DENY, Policy, Rule
from strongroom.services.policy.paths import (
    Pattern,
    Subject,
    TemplateRefused,
    covers,
    parse_pattern,
    render_template,
)

_LISTINGS = frozenset({"list", "scan"})


class Standing(StrEnum):
    """What became of one rule."""

    DECIDES = "decides"
    VOIDED = "voided"
    OVERRULED = "overruled"
    DENIES = "denies in other letters"
    EXPIRED = "expired"
    UNFILLED = "template without a value"
    REFUSED = "template refused"


class Other(msgspec.Struct, frozen=True):
    """Another path of the object that a request is about."""

    path: str
    decision: Decision
    overrules: bool = False
    """Whether it denies the request, whatever its own path allows."""


class Written(msgspec.Struct, frozen=True):
    """A policy before its templates are filled in, with what fills them."""

    policy: Policy
    subject: Subject | None = None
    allow_wildcards: bool = False
    allow_slashes: bool = False


class Considered(msgspec.Struct, frozen=True):
    """A rule that covers a request, or would do so but for its time or its templates."""

    policy: str
    namespace: str
    """The path of the policy's namespace."""
    rule: Rule
    standing: Standing
    why: str = ""
    """Why another rule goes before it, or why it counts for nothing."""

    @property
    def capabilities(self) -> list[str]:
        """The names of the rule's capabilities."""
        return [name for name, bit in CAPABILITIES.items() if self.rule.capabilities & bit]


class Weighed(msgspec.Struct, frozen=True):
    """A request, as rules see it, and what they have decided."""

    path: str
    """From the root namespace on, as `Acl.decide` was asked."""
    operation: str
    decision: Decision
    """That of `Acl.decide`."""
    now: float
    """Seconds since the epoch."""
    form: Form = PLAIN


def considered(written: Iterable[Written], weighed: Weighed) -> list[Considered]:
    """The rules that concern a request: those that decide first.

    Args:
        written: the policies that the decision was made by.
    """
    found = []
    for each in written:
        for rule in each.policy.rules:
            standing = _standing(each, rule, weighed)
            if standing is not None:
                found.append(Considered(each.policy.name, each.policy.namespace, rule, *standing))
    order = list(Standing)
    return sorted(found, key=lambda one: order.index(one.standing))


def _standing(written: Written, rule: Rule, weighed: Weighed) -> tuple[Standing, str] | None:
    """What became of a rule, and why; None if it has nothing to do with the request."""
    namespace, form, path = written.policy.namespace, weighed.form, weighed.path
    filled: str | None = rule.pattern.text
    refused = ""
    if rule.templated:
        try:
            filled = _filled(written, rule)
        except TemplateRefused as error:
            refused = error.text
    if refused or filled is None:
        begin = form.of_path(namespace + rule.path.partition("{{")[0])
        if not path.startswith(begin):
            return None
        return (Standing.REFUSED, refused) if refused else (Standing.UNFILLED, "a template names nothing here")
    pattern = parse_pattern(form.of_rule(namespace + filled))
    if not looked_at(pattern, path, weighed.operation):
        return _denying(pattern, rule, weighed.decision)
    if rule.expires_at <= weighed.now:
        return Standing.EXPIRED, "its expiration has passed"
    return _ranked(pattern, rule, weighed)


def _filled(written: Written, rule: Rule) -> str | None:
    """The rule's path with the subject's values; None if one is missing.  Raises `TemplateRefused`."""
    return render_template(
        rule.path,
        written.subject,
        allow_wildcards=written.allow_wildcards,
        allow_slashes=written.allow_slashes,
    )


def _denying(pattern: Pattern, rule: Rule, decision: Decision) -> tuple[Standing, str] | None:
    """The standing of a rule that doesn't cover the path, but denies it nevertheless."""
    winner = decision.pattern
    if not rule.capabilities & DENY or not decision.denied or winner is None:
        return None
    if pattern.text.casefold() != winner.text.casefold():
        return None
    return Standing.DENIES, "a rule that denies counts in any letters, and without a listing's slash"


def _ranked(pattern: Pattern, rule: Rule, weighed: Weighed) -> tuple[Standing, str]:
    """The standing of a rule that covers the path, by the pattern that has decided."""
    winner = weighed.decision.pattern
    if winner is not None and winner.text != pattern.text:
        return Standing.OVERRULED, priority_of(winner, pattern, weighed.path, weighed.operation)
    if weighed.decision.denied and not rule.capabilities & DENY:
        return Standing.VOIDED, "a rule for the same path denies"
    return Standing.DECIDES, ""


def looked_at(pattern: Pattern, path: str, operation: str) -> bool:
    """Whether a pattern may decide: for a listing also without the slash at the end, unless it is a plain glob."""
    if covers(pattern, path):
        return True
    if operation not in _LISTINGS or not path.endswith("/"):
        return False
    return (pattern.is_exact or bool(pattern.segments)) and covers(pattern, path[:-1])


def priority_of(winner: Pattern, other: Pattern, path: str, operation: str = "") -> str:
    """Why the first of two patterns goes before the second, in one sentence about the first."""
    text = f'"{winner.text}"'
    if winner.is_exact and not covers(other, path) and operation in _LISTINGS and winner.text == path:
        return f"{text} is the listing's path with its slash"
    if winner.is_exact:
        return f"{text} is exact, without + and *"
    if other.is_exact or (covers(winner, path) and not covers(other, path)):
        return f"{text} covers the listing's path with its slash"
    names = (
        "has its first + or * later",
        "doesn't end in *",
        "has fewer +",
        "is longer",
        "is later in the alphabet",
    )
    for name, ours, theirs in zip(names, winner.priority, other.priority, strict=True):
        if ours != theirs:
            return f"{text} {name}"
    return f"{text} is the same"
