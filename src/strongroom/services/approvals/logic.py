"""Which approvals a request needs, and whether it has them (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from strongroom.services.approvals.records import ApprovalRecord
from strongroom.services.identity import GroupRecord
from strongroom.services.identity.names import folded
from strongroom.services.policy.control_group import Factor
from strongroom.services.policy.parse import CAPABILITIES, SUDO, Constraints

DEFAULT_TTL_S = 24 * 3600
MOST_TTL_S = 768 * 3600
"""The longest wait if nobody has set one: the longest time of a token."""


class Demand(msgspec.Struct, frozen=True):
    """The approvals that policies demand of one request."""

    factors: tuple[Factor, ...]
    """All of them must be met."""
    ttl_s: int = 0
    """The shortest wait that one of the rules sets; 0 if none does."""


def demanded(rules: Constraints, needed: int, *, sudo: bool) -> Demand | None:
    """The approvals that a request needs; None if it needs none.

    Args:
        rules: the merged constraints of the request's path.
        needed: the bit of the capability that the operation needs; 0 for an unknown one, which everything controls.
        sudo: whether the path needs `sudo` too.
    """
    asked = (needed or sum(CAPABILITIES.values())) | (SUDO if sudo else 0)
    factors: list[Factor] = []
    ttls: list[int] = []
    for group in rules.control_groups:
        controlling = [factor for factor in group.factors if not factor.capabilities or factor.capabilities & asked]
        factors += [factor for factor in controlling if factor not in factors]
        if controlling and group.ttl_s:
            ttls.append(group.ttl_s)
    return Demand(tuple(factors), min(ttls, default=0)) if factors else None


def wait_s(demand: Demand, max_ttl_s: int, left_s: float) -> int:
    """For how long a request may wait.

    Args:
        max_ttl_s: the longest time by the settings; 0 without them.
        left_s: how long its token lives at most.
    """
    most = max_ttl_s or MOST_TTL_S
    return max(1, int(min(demand.ttl_s or DEFAULT_TTL_S, most, left_s)))


def covered(factors: Sequence[Factor], groups: Iterable[GroupRecord], namespace: str) -> tuple[int, ...]:
    """The places of the factors that a member of these groups can approve.

    Args:
        groups: groups of one namespace.
        namespace: that namespace's path.  Names and ids of other namespaces' factors mean other groups.
    """
    members = tuple(groups)
    names, ids = {folded(group.name) for group in members}, {group.id for group in members}
    return tuple(
        place
        for place, factor in enumerate(factors)
        if factor.namespace == namespace
        and (names & set(map(folded, factor.group_names)) or ids & set(factor.group_ids))
    )


def approved(factors: Sequence[Factor], approvals: Collection[ApprovalRecord], now: float) -> bool:
    """Whether every factor has its approvals, by as many different entities, none of them too old."""
    return bool(factors) and all(
        len({approval.entity_id for approval in approvals if _counts(approval, place, factor, now)}) >= factor.approvals
        for place, factor in enumerate(factors)
    )


def _counts(approval: ApprovalRecord, place: int, factor: Factor, now: float) -> bool:
    fresh = not factor.ttl_s or now < approval.given_at + factor.ttl_s
    return fresh and place in approval.factors


def adds_nothing(earlier: ApprovalRecord | None, places: Iterable[int], factors: Sequence[Factor], now: float) -> bool:
    """Whether an approver has already approved all that they can."""
    return earlier is not None and all(_counts(earlier, place, factors[place], now) for place in places)


def within(demand: Demand | None, factors: Sequence[Factor]) -> bool:
    """Whether what policies demand now was demanded when the request was made, so that it was approved."""
    return demand is None or all(factor in factors for factor in demand.factors)
