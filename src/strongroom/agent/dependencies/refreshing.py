"""When an answer is refreshed, and how (p).

Whoever calls gives chance as a share of 1, which is the same for the same host and path: instances that start
together refresh at different times, and each of them at its own.

Source: https://openbao.org/docs/agent-and-proxy/agent/template/#renewals-and-updating-secrets
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from strongroom.agent.dependencies.terms import Expiring, Leased, Rotated, Static, Terms

THRESHOLD: Final = 0.9
"""The part of its time after which what can't be renewed is fetched again, unless the configuration says another."""
_THRESHOLD_SPREAD: Final = 0.1
_RENEWAL: Final = 2 / 3
_RENEWAL_SPREAD: Final = 1 / 15
_BEFORE_TOKEN: Final = 0.7
_BEFORE_TOKEN_SPREAD: Final = 0.15
_SHRUNK: Final = 0.9
"""A renewal that grants less than this part of the full time was the last one: the lease reaches its longest time."""
_LAST_FULL_PART: Final = 0.15
_LAST_REST_PART: Final = 0.3
_LEAST_LEFT_S: Final = 2.0
"""What is left to a program that reads a new credential, before the old one ends."""
_LEAST_PAUSE_S: Final = 1.0


class Step(Enum):
    """What a refreshing does."""

    RENEW = "renew"
    FETCH = "fetch"
    CHECK = "check"
    """Ask whether a certificate is revoked, or its authority another one now."""


@dataclass(frozen=True, slots=True)
class Next:
    """The next refreshing.

    Attributes:
        at: by the monotonic clock.
    """

    step: Step
    at: float


@dataclass(frozen=True, slots=True)
class Rule:
    """What the configuration says about one dependency.

    Attributes:
        static_s: how often what has no lease is read again.
        threshold: the part of a lease's or certificate's time after which it is fetched again; 0 for the default.
        renew_at: the same of certificates alone, and exactly; 0 if it isn't given.
    """

    static_s: float
    threshold: float = 0.0
    renew_at: float = 0.0

    def together(self, other: Rule) -> Rule:
        """What is early enough for both."""
        return Rule(
            min(self.static_s, other.static_s),
            _earlier(self.threshold, other.threshold),
            _earlier(self.renew_at, other.renew_at),
        )


class Owner(Enum):
    """What has become of the token that took a lease."""

    CURRENT = "current"
    REPLACED = "replaced"
    """By a later login.  Nobody renews it any more."""
    REFUSED = "refused"
    """Its leases have ended with it."""


@dataclass(frozen=True, slots=True)
class Token:
    """The token that took a lease.

    Attributes:
        ends_at: by the monotonic clock: of the current one, what no renewal goes beyond; else the last known end.
    """

    owner: Owner
    ends_at: float


def chance(host: str, name: str, turn: int = 0) -> float:
    """A share of 1 that depends on nothing else: from 0, and less than 1."""
    digest = hashlib.sha256(f"{host}\0{name}\0{turn}".encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)


def next_step(terms: Terms, rule: Rule, token: Token, now: float, share: float) -> Next:
    """The next refreshing of what was answered, never earlier than now."""
    match terms:
        case Leased():
            return _of_lease(terms, rule, token, now, share)
        case Rotated():
            # The server has replaced it a moment after the time that it says in whole seconds.  An operator may have it
            # replaced at any time, and says so to nobody.
            at = min(terms.at + 1 + share, _read_again_at(rule.static_s, now, share))
            return Next(Step.FETCH, max(at, now + _LEAST_PAUSE_S))
        case Expiring():
            part = rule.renew_at or _threshold(rule, share)
            # An authority that is about to end issues what has ended already.
            return Next(Step.FETCH, max(_at_part(terms.begins_at, terms.ends_at, part), now + _LEAST_PAUSE_S))
        case Static():
            every_s = min(rule.static_s, terms.hint_s) if terms.hint_s else rule.static_s
            return Next(Step.FETCH, _read_again_at(every_s, now, share))
    assert_never(terms)


def with_check(planned: Next, rule: Rule, now: float, share: float) -> Next:
    """The plan for a certificate, which is looked at as often as static secrets are until it is fetched again."""
    check_at = _read_again_at(rule.static_s, now, share)
    return planned if planned.at <= check_at else Next(Step.CHECK, check_at)


def _read_again_at(every_s: float, now: float, share: float) -> float:
    """When what may change at any time is read again."""
    return now + max(every_s * _threshold(Rule(0), share), _LEAST_PAUSE_S)


def _of_lease(lease: Leased, rule: Rule, token: Token, now: float, share: float) -> Next:
    if token.owner is Owner.REFUSED:
        return Next(Step.FETCH, now)
    if token.owner is Owner.REPLACED and token.ends_at < lease.ends_at:
        # Soon, because the programs that use it need time, but those of one token not all at once.
        return Next(Step.FETCH, now + max(token.ends_at - now, 0) / 2 * share)
    own = _of_lease_alone(lease, rule, now, share)
    if token.ends_at < lease.ends_at:
        part = _BEFORE_TOKEN + _BEFORE_TOKEN_SPREAD * share
        by_token = Next(Step.FETCH, max(_at_part(lease.granted_at, token.ends_at, part), now))
        return min(own, by_token, key=lambda each: each.at)
    return own


def _of_lease_alone(lease: Leased, rule: Rule, now: float, share: float) -> Next:
    """As if its token lasted for ever."""
    if not lease.renewable:
        return Next(Step.FETCH, max(_at_part(lease.granted_at, lease.ends_at, _threshold(rule, share)), now))
    if lease.duration_s < lease.full_s * _SHRUNK and lease.duration_s < lease.full_s - 1:
        left_s = max(lease.full_s * _LAST_FULL_PART, lease.duration_s * _LAST_REST_PART) * (1 + share / 5)
        return Next(Step.FETCH, max(lease.ends_at - left_s, now))
    return Next(Step.RENEW, max(lease.granted_at + lease.duration_s * (_RENEWAL + _RENEWAL_SPREAD * share), now))


def _earlier(part: float, other: float) -> float:
    """The smaller of two parts, of which 0 is none."""
    return min(part or other, other or part)


def _threshold(rule: Rule, share: float) -> float:
    """A part of a time, around the threshold; the threshold itself where chance would lead to its end."""
    threshold = rule.threshold or THRESHOLD
    spread = threshold + (share - 0.5) * _THRESHOLD_SPREAD
    return spread if 0 < spread < 1 else threshold


def _at_part(begin: float, end: float, part: float) -> float:
    """When a part of a time is over, with a little left of a short one."""
    length = end - begin
    return begin + min(length * part, length - min(_LEAST_LEFT_S, length / 3))
