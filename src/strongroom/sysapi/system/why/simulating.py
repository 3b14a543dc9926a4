"""What a change of policies would have changed about requests that were made.

Requests are judged by path and operation: an audit log has their parameters as digests only.
"""

from __future__ import annotations

import asyncio
import dataclasses
from enum import StrEnum
from functools import partial

import msgspec

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import StrongroomError
from strongroom.sdk.request import Operation
from strongroom.services.policy.parse import Constraints
from strongroom.services.policy.service import PolicyService
from strongroom.services.tokens import TokenRecord
from strongroom.sysapi.foresight import Foreseen, asking
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.why.explaining import supposed
from strongroom.sysapi.system.why.holders import can, conditions_of

_PAGE = 1
"""Requests of one transaction: nothing else is served meanwhile, and each may have thousands of rules to merge."""


class Change(StrEnum):
    """What the draft changes about a request."""

    ALLOWED = "newly allowed"
    DENIED = "newly denied"
    CONDITIONS = "other conditions"
    NONE = "unchanged"
    UNKNOWN = "unknown"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was made, as often as `count` says."""

    operation: Operation
    path: str
    namespace: str
    """The path of the namespace that it worked in."""
    policies: tuple[str, ...]
    """Those of the token, without its entity's."""
    entity_id: str = ""
    token_namespace: str = ""
    """The id of the token's namespace; empty for that of the request."""
    count: int = 1


class Judged(msgspec.Struct, frozen=True):
    """A request, and what the draft changes about it."""

    made: Made
    change: Change
    before: tuple[str, ...] = ()
    """The names of what was asked besides the capability."""
    after: tuple[str, ...] = ()


async def simulate(services: Services, drafted: Services, made: list[Made], now: float) -> list[Judged]:
    """What changes for each request.

    Args:
        drafted: the same services with the draft of the policies. now: seconds since the epoch.
    """
    found: list[Judged] = []
    for start in range(0, len(made), _PAGE):
        await asyncio.sleep(0)  # others are served between two pages
        page = made[start : start + _PAGE]
        found += await transact(services.barrier, partial(_page, services, drafted, page, now))
    return found


async def _page(services: Services, drafted: Services, page: list[Made], now: float, txn: Transaction) -> list[Judged]:
    return [await _judged(services, drafted, each, now, txn) for each in page]


async def _judged(services: Services, drafted: Services, made: Made, now: float, txn: Transaction) -> Judged:
    namespaces = services.mounts.namespaces
    place = await namespaces.at(txn, made.namespace)
    if place is None:
        return Judged(made, Change.UNKNOWN)
    record = supposed(made.policies, made.entity_id, made.token_namespace or place.id, now)
    try:
        before = await _seen(services, txn, made, record, now)
        after = await _seen(drafted, txn, made, record, now)
    except StrongroomError:
        return Judged(made, Change.UNKNOWN)
    if before.decision is None and after.decision is None:
        # Its entity is gone, or the path needs no token: there is nothing to compare.
        return Judged(made, Change.NONE if before.needs_no_token else Change.UNKNOWN)
    asked = tuple(conditions_of(before)), tuple(conditions_of(after))
    return Judged(made, _change(before, after), *asked)


async def _seen(services: Services, txn: Transaction, made: Made, record: TokenRecord, now: float) -> Foreseen:
    asked = asking(made.operation, made.path, namespace=made.namespace, now=now)
    return (await services.foresight(services, txn, asked, record))[0]


def _change(before: Foreseen, after: Foreseen) -> Change:
    if can(before) is not can(after):
        return Change.ALLOWED if can(after) else Change.DENIED
    if not can(after):
        return Change.NONE
    same = _rules(before) == _rules(after) and before.demand == after.demand
    return Change.NONE if same else Change.CONDITIONS


def _rules(seen: Foreseen) -> Constraints | None:
    return seen.decision.constraints if seen.decision is not None else None


def with_policies(services: Services, policies: PolicyService) -> Services:
    """The services with other policies."""
    return dataclasses.replace(services, policies=policies)
