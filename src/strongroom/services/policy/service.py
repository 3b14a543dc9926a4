"""Stores policies, and merges the policies of a token."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk.spelling import PLAIN, Form
from strongroom.services.identity import IdentityService
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.parse import Policy, parse_policy, render_policy
from strongroom.services.policy.records import PolicyRecord

ROOT = "root"
IMMUTABLE = frozenset({ROOT, "response-wrapping"})
UNDELETABLE = IMMUTABLE | {"default"}
HIDDEN = frozenset({"response-wrapping"})
"""Policies that no token can get by name, and that no listing shows."""


class PolicyService:
    """ACL policies, by name in lower case."""

    def __init__(self, identity: IdentityService) -> None:
        self._identity = identity

    async def read(self, txn: Transaction, name: str) -> PolicyRecord | None:
        """The policy, or None; `root` has no text."""
        if name == ROOT:
            return PolicyRecord(name=ROOT, text="", version=0)
        return await txn.read(keys.POLICIES + name, PolicyRecord)

    async def names(self, txn: Transaction, prefix: str = "") -> list[str]:
        """All names that can be assigned, sorted."""
        stored = [name for name in await txn.scan(keys.POLICIES) if name not in HIDDEN]
        return sorted(name for name in {*stored, ROOT} if name.startswith(prefix))

    def write(self, txn: Transaction, record: PolicyRecord) -> None:
        """Store a policy.  Raises `InvalidRequest` when it doesn't parse or may not be changed."""
        self.check_name(record.name)
        check(record.name, record.text)
        txn.write(keys.POLICIES + record.name, record)

    def check_name(self, name: str) -> None:
        """Raise `InvalidRequest` for a policy whose text is fixed."""
        if name in IMMUTABLE:
            raise InvalidRequest(f'cannot update "{name}" policy')

    def delete(self, txn: Transaction, name: str) -> None:
        """Delete a policy.  Tokens that name it lose its rights.  Raises `InvalidRequest` for built-in policies."""
        if name == "default":
            raise InvalidRequest("cannot delete default policy")
        if name in UNDELETABLE:
            raise InvalidRequest(f'cannot delete "{name}" policy')
        txn.delete(keys.POLICIES + name)

    async def acl(
        self, txn: Transaction, names: tuple[str, ...], entity_id: str, now: float, form: Form = PLAIN
    ) -> Acl:
        """The merged rules of these policies for this entity.  A name without a policy allows nothing.

        Args:
            form: the canonical form of the paths in questions.
        """
        name = ("acl", names, entity_id) if form is PLAIN else ("acl", names, entity_id, form)
        acl = await txn.derived(name, lambda inner: self._merge(inner, names, entity_id, now, form))
        if acl.valid_until <= now:
            return await self._merge(txn, names, entity_id, now, form)
        return acl

    async def of_token(self, txn: Transaction, names: tuple[str, ...], entity_id: str) -> tuple[str, ...]:
        """The policies of a token: its own, its entity's and those of the entity's groups.

        Raises: `PermissionDenied` when the entity is disabled.
        """
        if not entity_id or ROOT in names:
            return names
        standing = await self._identity.standing(txn, keys.ROOT_NAMESPACE, entity_id, (keys.ROOT_NAMESPACE,))
        if standing is None:
            return names
        if standing.disabled:
            raise PermissionDenied("permission denied")
        return standing.joined(keys.ROOT_NAMESPACE, names)

    async def rendered(
        self, txn: Transaction, names: tuple[str, ...], entity_id: str, now: float
    ) -> tuple[list[Policy], float]:
        """The policies of these names, with templates filled in for this entity.  Missing policies are left out.

        Returns: the policies, and the time when the first of them expires, in seconds since the epoch.
        """
        subject = await self._identity.subject(txn, keys.ROOT_NAMESPACE, entity_id)
        until = subject.until if subject is not None else math.inf
        policies = []
        for name in names:
            record = await txn.read(keys.POLICIES + name, PolicyRecord)
            if record is None or (record.expires_at and record.expires_at <= now):
                continue
            if record.expires_at:
                until = min(until, record.expires_at)
            policy = await txn.derived(("policy", name), partial(_parsed, name=name))
            if policy is not None:
                policies.append(
                    render_policy(
                        policy, subject, allow_wildcards=record.allow_wildcards, allow_slashes=record.allow_slashes
                    )
                )
        return policies, until

    async def _merge(self, txn: Transaction, names: tuple[str, ...], entity_id: str, now: float, form: Form) -> Acl:
        if ROOT in names:
            return Acl((), now, root=True)
        policies, until = await self.rendered(txn, names, entity_id, now)
        acl = Acl(policies, now, form=form)
        acl.valid_until = min(acl.valid_until, until)
        return acl

    async def missing(self, txn: Transaction, names: Iterable[str]) -> list[str]:
        """The names without a policy."""
        return [name for name in names if await self.read(txn, name) is None]


async def _parsed(txn: Transaction, name: str) -> Policy | None:
    record = await txn.read(keys.POLICIES + name, PolicyRecord)
    return parse_policy(record.text, name) if record is not None else None


def check(name: str, text: str) -> Policy:
    """Parse a policy.  Raises `InvalidRequest` that names the position and what was expected."""
    return parse_policy(text, name)
