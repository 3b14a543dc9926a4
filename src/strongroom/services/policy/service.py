"""Stores policies, and merges the policies of a token."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple, TypeAlias

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.spelling import PLAIN, Form
from strongroom.services.identity import IdentityService
from strongroom.services.namespaces import NamespaceService
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.explanation import Written
from strongroom.services.policy.parse import Policy, parse_policy, render_policy
from strongroom.services.policy.paths import LoginAlias, as_logged_in
from strongroom.services.policy.records import PolicyRecord

ROOT = "root"
IMMUTABLE = frozenset({ROOT, "response-wrapping"})
UNDELETABLE = IMMUTABLE | {"default"}
HIDDEN = frozenset({"response-wrapping"})
"""Policies that no token can get by name, and that no listing shows."""


Granted: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""The names of policies, by the id of their namespace."""


class Holder(NamedTuple):
    """The entity whose values fill templates."""

    namespace: str
    """The id of the entity's namespace."""
    entity: str
    """Its id; empty for none."""
    login: LoginAlias | None = None
    """What the token's login said of its alias."""


NOBODY = Holder(keys.ROOT_NAMESPACE, "")
"""Stands for the entity of a token that has none."""


class PolicyService:
    """ACL policies, by namespace and by name in lower case.  `namespace` is always an id."""

    def __init__(self, identity: IdentityService, namespaces: NamespaceService) -> None:
        self.identity = identity
        self.namespaces = namespaces

    async def read(self, txn: Transaction, namespace: str, name: str) -> PolicyRecord | None:
        """The policy, or None; `root`, which only the root namespace has, is without a text."""
        if name == ROOT:
            return PolicyRecord(name=ROOT, text="", version=0) if namespace == keys.ROOT_NAMESPACE else None
        return await txn.read(keys.policies(namespace) + name, PolicyRecord)

    async def names(self, txn: Transaction, namespace: str, prefix: str = "") -> list[str]:
        """All names that can be assigned, sorted."""
        stored = {name for name in await txn.scan(keys.policies(namespace)) if name not in HIDDEN}
        if namespace == keys.ROOT_NAMESPACE:
            stored.add(ROOT)
        return sorted(name for name in stored if name.startswith(prefix))

    def write(self, txn: Transaction, namespace: str, record: PolicyRecord) -> None:
        """Store a policy.  Raises `InvalidRequest` when it doesn't parse or may not be changed."""
        self.check_name(record.name)
        check(record.name, record.text)
        txn.write(keys.policies(namespace) + record.name, record)

    def put(self, txn: Transaction, namespace: str, record: PolicyRecord) -> None:
        """Store a policy of a new namespace, whose text may be fixed."""
        txn.write(keys.policies(namespace) + record.name, record)

    def check_name(self, name: str) -> None:
        """Raise `InvalidRequest` for a policy whose text is fixed."""
        if name in IMMUTABLE:
            raise InvalidRequest(f'cannot update "{name}" policy')

    def delete(self, txn: Transaction, namespace: str, name: str) -> None:
        """Delete a policy.  Tokens that name it lose its rights.  Raises `InvalidRequest` for built-in policies."""
        if name == "default":
            raise InvalidRequest("cannot delete default policy")
        if name in UNDELETABLE:
            raise InvalidRequest(f'cannot delete "{name}" policy')
        txn.delete(keys.policies(namespace) + name)

    async def acl(self, txn: Transaction, granted: Granted, holder: Holder, now: float, form: Form = PLAIN) -> Acl:
        """The merged rules of these policies for this entity.  A name without a policy allows nothing.

        Args:
            form: the canonical form of the paths in questions.
        """
        name = ("acl", granted, holder) if form is PLAIN else ("acl", granted, holder, form)
        acl = await txn.derived(name, lambda inner: self._merge(inner, granted, holder, now, form))
        if acl.valid_until <= now:
            acl = await self._merge(txn, granted, holder, now, form)
        txn.lasts(acl.valid_until)
        return acl

    async def rendered(
        self, txn: Transaction, granted: Granted, holder: Holder, now: float
    ) -> tuple[list[Policy], float]:
        """The policies of these names, with templates filled in for this entity.  Missing policies are left out.

        Returns: the policies, and the time when the first of them expires, in seconds since the epoch.
        """
        until = math.inf
        policies = []
        for namespace, names in granted:
            subject = await self.identity.subject(txn, holder.namespace, holder.entity, groups_of=namespace)
            subject = as_logged_in(subject, holder.login)
            until = min(until, subject.until) if subject is not None else until
            for name in names:
                record = await self._record(txn, namespace, name)
                if record is None or (record.expires_at and record.expires_at <= now):
                    continue
                if record.expires_at:
                    until = min(until, record.expires_at)
                policy = await self._policy(txn, namespace, name)
                if policy is not None:
                    policies.append(
                        render_policy(
                            policy, subject, allow_wildcards=record.allow_wildcards, allow_slashes=record.allow_slashes
                        )
                    )
        return policies, until

    async def written(
        self, txn: Transaction, granted: Granted, holder: Holder, now: float
    ) -> tuple[list[Written], list[tuple[str, str]]]:
        """The policies of these names with what fills their templates, to be told and not to be decided by.

        Returns: also namespace and name of those that count for nothing, because they don't exist or have expired.
        """
        found, void = list[Written](), list[tuple[str, str]]()
        for namespace, names in granted:
            subject = await self.identity.subject(txn, holder.namespace, holder.entity, groups_of=namespace)
            subject = as_logged_in(subject, holder.login)
            for name in names:
                record = await self._record(txn, namespace, name) if name != ROOT else None
                policy = await self.parsed(txn, namespace, name, now)
                if record is None or policy is None:
                    void.append((namespace, name))
                else:
                    found.append(Written(policy, subject, record.allow_wildcards, record.allow_slashes))
        return found, void

    async def parsed(self, txn: Transaction, namespace: str, name: str, now: float) -> Policy | None:
        """The policy of that name with its templates as they are written.  None if it doesn't exist or has expired."""
        record = await self._record(txn, namespace, name)
        if record is None or 0 < record.expires_at <= now:
            return None
        return await self._policy(txn, namespace, name)

    async def _record(self, txn: Transaction, namespace: str, name: str) -> PolicyRecord | None:
        """The row of a policy."""
        return await txn.read(keys.policies(namespace) + name, PolicyRecord)

    async def _policy(self, txn: Transaction, namespace: str, name: str) -> Policy | None:
        """The parsed policy, kept until its row changes."""
        return await txn.derived(("policy", namespace, name), partial(self._parsed, namespace=namespace, name=name))

    async def _parsed(self, txn: Transaction, namespace: str, name: str) -> Policy | None:
        place = await self.namespaces.by_id(txn, namespace)
        record = await self._record(txn, namespace, name)
        return parse_policy(record.text, name, place.path) if record is not None and place is not None else None

    async def _merge(self, txn: Transaction, granted: Granted, holder: Holder, now: float, form: Form) -> Acl:
        if is_root(granted):
            return Acl((), now, root=True)
        policies, until = await self.rendered(txn, granted, holder, now)
        acl = Acl(policies, now, form=form)
        acl.valid_until = min(acl.valid_until, until)
        return acl

    async def asks_of_login(self, txn: Transaction, granted: Granted) -> bool:
        """Whether a template of these policies may use the metadata of an alias."""
        for namespace, names in granted:
            for name in names:
                record = await self._record(txn, namespace, name)
                if record is not None and "aliases" in record.text and "metadata" in record.text:
                    return True
        return False

    async def missing(self, txn: Transaction, namespace: str, names: Iterable[str]) -> list[str]:
        """The names without a policy."""
        return [name for name in names if await self.read(txn, namespace, name) is None]


def is_root(granted: Granted) -> bool:
    """Whether the policies are those of a root token, which may do everything."""
    return any(namespace == keys.ROOT_NAMESPACE and ROOT in names for namespace, names in granted)


def check(name: str, text: str) -> Policy:
    """Parse a policy.  Raises `InvalidRequest` that names the position and what was expected."""
    return parse_policy(text, name)
