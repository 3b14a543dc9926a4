"""What an entity gives to its tokens, as one value that is kept until one of its rows changes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.services.identity import entities
from strongroom.services.identity.inherit import groups_in

_KNOWN = 32


class Standing(msgspec.Struct, frozen=True):
    """Whether an entity may act, and its policies."""

    disabled: bool = False
    policies: Mapping[str, tuple[str, ...]] = {}
    """By the id of the namespace that they are in: the entity's own and those of its groups, sorted."""
    until: float = math.inf
    """When this stops being true by itself, in seconds since the epoch."""
    known: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
    """What was joined already, because every request asks."""

    def joined(self, namespace: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Policies of a token together with the entity's in one namespace, sorted."""
        own = self.policies.get(namespace)
        if not own:
            return names
        known = self.known.get((namespace, names))
        if known is None:
            known = tuple(sorted({*names, *own}))
            if len(self.known) < _KNOWN:
                self.known[namespace, names] = known
        return known


async def standing_of(
    txn: Transaction, namespace: str, entity_id: str, lineage: tuple[str, ...], now: float
) -> Standing | None:
    """Read it from the rows.  None if there is no such entity.

    Args:
        namespace: the entity's. lineage: the namespaces whose groups count. now: seconds since the epoch.
    """
    entity = await entities.living(txn, namespace, entity_id)
    if entity is None:
        return None
    policies, until = {namespace: set(entity.policies)}, math.inf
    for place in lineage:
        groups = await groups_in(txn, place, entity.id, now)
        until = min(until, groups.until)
        policies.setdefault(place, set()).update(name for group in groups.all for name in group.policies)
    return Standing(entity.disabled, {place: tuple(sorted(names)) for place, names in policies.items()}, until)
