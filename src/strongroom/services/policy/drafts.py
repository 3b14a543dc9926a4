"""Policies as they would be after a change that nobody has written."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.barrier.transaction import Transaction
from strongroom.sdk.spelling import PLAIN, Form
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.parse import Policy
from strongroom.services.policy.records import PolicyRecord
from strongroom.services.policy.service import Granted, Holder, PolicyService


class DraftPolicies(PolicyService):
    """All policies, of which some have another text or don't exist any more.

    Nothing that it makes is kept for requests.

    Args:
        stored: the policies as they are.
        namespace: the id of the namespace of the changed ones.
        changes: the new record by the policy's name; None for one that is deleted.
    """

    def __init__(self, stored: PolicyService, namespace: str, changes: Mapping[str, PolicyRecord | None]) -> None:
        super().__init__(stored.identity, stored.namespaces)
        self._stored = stored
        self._namespace = namespace
        self._changes = changes
        self._merged: dict[tuple[Granted, Holder, Form], Acl] = {}

    async def acl(self, txn: Transaction, granted: Granted, holder: Holder, now: float, form: Form = PLAIN) -> Acl:
        """The merged rules, as `PolicyService.acl`, kept with this object."""
        found = self._merged.get((granted, holder, form))
        if found is None:
            found = self._merged[granted, holder, form] = await self._merge(txn, granted, holder, now, form)
        return found

    async def asks_of_login(self, txn: Transaction, granted: Granted) -> bool:
        """As things are stored: rights are kept with this for requests, and nobody here has logged in."""
        return await self._stored.asks_of_login(txn, granted)

    async def _record(self, txn: Transaction, namespace: str, name: str) -> PolicyRecord | None:
        if namespace == self._namespace and name in self._changes:
            return self._changes[name]
        return await super()._record(txn, namespace, name)

    async def _policy(self, txn: Transaction, namespace: str, name: str) -> Policy | None:
        if namespace == self._namespace and name in self._changes:
            return await self._parsed(txn, namespace, name)
        return await super()._policy(txn, namespace, name)
