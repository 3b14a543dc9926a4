"""Decides for one policy, role, group, entity or token whether it can make a request."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk.hands_out import HandsOut
from strongroom.sdk.token_fields import normal_policies
from strongroom.services.exchange import ApiRequest
from strongroom.services.identity import entities, groups
from strongroom.services.identity.inherit import ancestors
from strongroom.services.mounts import MountEntry
from strongroom.services.policy.shortfalls import demands
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.records import AccessorRecord, TokenRole
from strongroom.services.tokens.rights import rights_of
from strongroom.sysapi.foresight import Foreseen
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.why.explaining import supposed
from strongroom.sysapi.system.why.granting import Granting


class Holder(msgspec.Struct, frozen=True):
    """Somebody or something that can make the request."""

    kind: str
    name: str
    shown: dict[str, Any]
    """The rest of what is told."""


class Holders:
    """Decides for each of them by the pipeline's stages.

    Args:
        asked: the request that somebody could make.
        granting: knows which policies have a chance.
    """

    def __init__(self, services: Services, asked: ApiRequest, granting: Granting) -> None:
        self._services = services
        self._asked = asked
        self._granting = granting
        self._operations = frozenset(seen.operation for seen in granting.outcomes)
        self._place = granting.outcomes[0].namespace

    async def policy(self, txn: Transaction, namespace: str, name: str) -> Holder | None:
        """A policy, by what it grants alone."""
        return await self._supposed(txn, Holder("policy", name, {}), (name,), namespace)

    async def role(
        self, entry: MountEntry, hands_out: HandsOut, namespace: str, txn: Transaction, key: str
    ) -> Holder | None:
        """A role, user or group of an auth mount, by the policies that it hands out."""
        place = entry.prefix + hands_out.place
        row = await txn.read(place + key if hands_out.place.endswith("/") else place, hands_out.record)
        if row is None:
            return None
        policies = normal_policies((*hands_out.policies(row), *(("default",) if hands_out.adds_default(row) else ())))
        more = {"mount": entry.record.full_path, "type": entry.record.type, "of": hands_out.kind}
        return await self._supposed(txn, Holder("role", hands_out.name(key, row), more), policies, namespace)

    async def token_role(self, txn: Transaction, namespace: str, name: str) -> Holder | None:
        """A role of `auth/token`, by the policies that it allows by name."""
        role = await txn.read(keys.token_roles(namespace) + name, TokenRole)
        if role is None:
            return None
        more = {"mount": "auth/token/", "type": "token", "of": "role"}
        return await self._supposed(txn, Holder("role", name, more), normal_policies(role.allowed_policies), namespace)

    async def group(self, txn: Transaction, namespace: str, id_: str) -> Holder | None:
        """A group, by its policies and those of the groups that it is in."""
        group = await groups.read(txn, namespace, id_)
        if group is None:
            return None
        above = await ancestors(txn, namespace, [id_])
        policies = normal_policies([name for each in (group, *above) for name in each.policies])
        return await self._supposed(txn, Holder("group", group.name, {"id": id_}), policies, namespace)

    async def entity(self, txn: Transaction, namespace: str, id_: str) -> Holder | None:
        """An entity, by its own policies and those of its groups: without those that its tokens have besides."""
        entity = await entities.read(txn, namespace, id_)
        if entity is None or entity.disabled:
            return None
        record = supposed((), id_, namespace, self._granting.now)
        return await self._decided(txn, Holder("entity", entity.name, {"id": id_}), record)

    async def token(self, txn: Transaction, namespace: str, accessor: str) -> Holder | None:
        """A living token, by all its policies."""
        index = await txn.read(keys.accessor(accessor), AccessorRecord)
        tokens, mounts, now = self._services.tokens, self._services.mounts, self._granting.now
        record = await txn.read(keys.token(index.token_key), TokenRecord) if index is not None else None
        if record is None:
            return None
        more = {"display_name": record.display_name, "entity_id": record.entity_id, "path": record.path}
        found = await self._decided(txn, Holder("token", accessor, more), record)
        if found is None or not await tokens.record_alive(txn, record, mounts, now):
            return None
        return None if await tokens.spent(txn, record) else found

    async def _supposed(
        self, txn: Transaction, holder: Holder, policies: tuple[str, ...], namespace: str
    ) -> Holder | None:
        """The holder, if tokens with these policies could do it, whose entity isn't known."""
        record = supposed(policies, "", namespace, self._granting.now)
        chances, depends_on = await self._granting.of_all(txn, ((namespace, policies),))
        found = await self._decided(txn, holder, record) if chances else None
        if not depends_on:
            return found
        shown = found.shown if found is not None else {**holder.shown, "policies": chances}
        shown = {**shown, "depends_on": list(depends_on), "certain": found is not None}
        return msgspec.structs.replace(holder, shown=shown)

    async def _decided(self, txn: Transaction, holder: Holder, record: TokenRecord) -> Holder | None:
        """The holder, if a token of that record is allowed one of the outcomes."""
        services, granting = self._services, self._granting
        try:
            if record.namespace in self._place.lineage:
                rights = await rights_of(services.policies, txn, record, self._place, granting.now)
                if not (await granting.of_all(txn, rights.granted))[0]:
                    return None
        except PermissionDenied:
            return None  # its entity is disabled, or has gone
        outcomes = await services.foresight(services, txn, self._asked, record)
        seen = [each for each in outcomes if can(each) and each.operation in self._operations]
        if not seen:
            return None
        decisions = [each.decision for each in seen if each.decision is not None]
        shown = {
            **holder.shown,
            "operations": [str(each.operation) for each in seen],
            "policies": list(dict.fromkeys(policy for decision in decisions for policy in decision.policies)),
        }
        if conditions := list(dict.fromkeys(name for each in seen for name in conditions_of(each))):
            shown["conditions"] = conditions
        return msgspec.structs.replace(holder, shown=shown)


def can(seen: Foreseen) -> bool:
    """Whether the policies let the request be made, with some parameters and after some approval."""
    decision = seen.decision
    return decision is not None and decision.allowed and (decision.sudo or not seen.needs_sudo)


def conditions_of(seen: Foreseen) -> list[str]:
    """The names of what is asked besides the capability."""
    asked = list(demands(seen.decision.constraints if seen.decision is not None else None, seen.operation))
    return [*asked, "approvals"] if seen.demand is not None else asked
