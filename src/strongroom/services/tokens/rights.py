"""The rights of a token: its policies, its entity's and its groups', merged, for canonical paths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk.request import Operation
from strongroom.sdk.routing import Match
from strongroom.sdk.spelling import PLAIN, Form
from strongroom.services.namespaces import Namespace
from strongroom.services.policy.acl import REFUSED, Acl, Decision
from strongroom.services.policy.service import NOBODY, Granted, Holder, PolicyService
from strongroom.services.tokens.records import TokenRecord


class Asked(msgspec.Struct, frozen=True):
    """The parts of a request that rules for paths use."""

    path: str
    """In its canonical form, relative to the namespace."""
    operation: Operation
    mount: str = ""
    """Full path of the mount in its namespace, ending in `/`."""
    match: Match | None = None
    """The route; None when the path has none."""
    data: Mapping[str, Any] = {}


async def judge(
    policies: PolicyService,
    txn: Transaction,
    record: TokenRecord,
    namespace: Namespace,
    now: float,
    *,
    asked: Asked,
) -> Decision:
    """Decide on a request by a token's rules, for its path and for other paths of the same object.

    Args:
        namespace: the one that the request works in.
        now: seconds since the epoch.

    Raises: `PermissionDenied` when the token's entity is disabled or has gone.
    """
    match, mount = asked.match, namespace.path + asked.mount
    form = PLAIN if match is None else match.form(mount)
    acl = await acl_of(policies, txn, record, namespace, now, form=form)
    path = form.of_path(namespace.path + asked.path)
    decision = acl.decide(path, asked.operation)
    if match is not None and match.route.also and decision.allowed and not decision.root:
        others = other_paths(match, mount, path, asked.data)
        if acl.overruled(path, others, asked.operation):
            return REFUSED
        return acl.restricted(decision, others, asked.operation)
    return decision


def other_paths(match: Match, mount: str, path: str, data: Mapping[str, Any]) -> list[str]:
    """The other paths of a request's object.

    Args:
        mount: the full path of the mount from the root namespace on. path: that of the request, likewise.
    """
    # A listing's other paths end in a slash too, so that rules for everything below them also deny it.
    end = "/" if path.endswith("/") else ""
    return [mount + other.removesuffix(end) + end for other in match.others(data)]


async def acl_of(
    policies: PolicyService,
    txn: Transaction,
    record: TokenRecord,
    namespace: Namespace,
    now: float,
    *,
    form: Form = PLAIN,
) -> Acl:
    """The merged rules of a token, for paths from the root namespace on in the canonical form `form`.

    Raises: `PermissionDenied` when its entity is disabled or has gone.
    """
    if not record.entity_id:  # most tokens of machines
        return await policies.acl(txn, ((record.namespace, record.policies),), NOBODY, now, form)
    rights = await rights_of(policies, txn, record, namespace, now)
    return await policies.acl(txn, rights.granted, rights.holder, now, form)


class Rights(msgspec.Struct, frozen=True):
    """What a token with an entity may do, before its policies are read."""

    granted: Granted
    """Its own policies, those of its entity, and those of the entity's groups."""
    holder: Holder
    """The entity, as templates need it."""
    denied: bool = False
    """Whether the entity is disabled or has gone."""
    asks_of_login: bool = False
    """Whether a template uses what the token's own login said."""
    until: float = math.inf
    """When this stops being true by itself, in seconds since the epoch."""


async def rights_of(
    policies: PolicyService, txn: Transaction, record: TokenRecord, namespace: Namespace, now: float
) -> Rights:
    """The rights of a token in a namespace.  They are kept until a row of entity, groups or policies changes.

    Raises: `PermissionDenied` when its entity is disabled or has gone.
    """
    if not record.entity_id:
        return Rights(((record.namespace, record.policies),), NOBODY)
    name = ("rights", record.entity_id, record.namespace, record.policies, namespace.id)
    build = partial(_rights, policies, record, namespace)
    rights = await txn.derived(name, build)
    if rights.until <= now:
        rights = await build(txn)
    txn.lasts(rights.until)
    if rights.denied:
        raise PermissionDenied("permission denied")
    if rights.asks_of_login:  # else the tokens of all logins share the rules
        return msgspec.structs.replace(rights, holder=rights.holder._replace(login=record.login))
    return rights


async def _rights(policies: PolicyService, record: TokenRecord, namespace: Namespace, txn: Transaction) -> Rights:
    places = places_of(record, namespace)
    standing = await policies.identity.standing(txn, record.home_of_entity, record.entity_id, places)
    # A missing entity may have been a disabled one.
    if standing is None or standing.disabled:
        return Rights((), NOBODY, denied=True)
    own = (record.namespace, standing.joined(record.namespace, record.policies))
    below = ((place, names) for place in places[1:] if (names := standing.policies.get(place)))
    granted = (own, *below)
    holder = Holder(record.home_of_entity, record.entity_id)
    asks = await policies.asks_of_login(txn, granted)
    return Rights(granted, holder, asks_of_login=asks, until=standing.until)


def places_of(record: TokenRecord, namespace: Namespace) -> tuple[str, ...]:
    """The ids of the namespaces whose policies count: from the token's own down to the one that the request works in.

    Those above the token's don't, even if its entity is of one of them: a token that was made for a namespace has no
    rights above it.
    """
    lineage = namespace.lineage
    return lineage[lineage.index(record.namespace) :] if record.namespace in lineage else (record.namespace,)
