"""Who may learn of an event: it is decided for each event when it is delivered, by the rules of that moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.outbox import Event
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import PermissionDenied
from strongroom.lib.globs import matches
from strongroom.services.mounts import MountService
from strongroom.services.namespaces import Namespace, NamespaceService
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.service import NOBODY, PolicyService
from strongroom.services.tokens import TokenRecord, TokenService
from strongroom.services.tokens.rights import acl_of


class Known(NamedTuple):
    """An event that its reader may know, with the path of its namespace."""

    number: int
    """Its place among those that were asked about."""
    event: Event
    namespace: str


class Rules(Protocol):
    """Where a reader's rules come from."""

    async def begin(self, txn: Transaction, now: float) -> bool:
        """Whether the reader is still one."""
        ...

    async def acl(self, txn: Transaction, namespace: Namespace, now: float) -> Acl | None:
        """Its rules in a namespace; None if it has none there."""
        ...


class Judge:
    """Decides for one reader."""

    def __init__(self, barrier: Barrier, namespaces: NamespaceService, rules: Rules) -> None:
        self._barrier = barrier
        self._namespaces = namespaces
        self._rules = rules

    async def known(self, events: Sequence[Event], now: float) -> list[Known] | None:
        """Those of the events that the reader may know.  None if it is none any more.

        Args:
            now: seconds since the epoch.
        """
        return await transact(self._barrier, lambda txn: self._known(txn, events, now))

    async def _known(self, txn: Transaction, events: Sequence[Event], now: float) -> list[Known] | None:
        if not await self._rules.begin(txn, now):
            return None
        known = []
        acls: dict[str, tuple[str, Acl | None]] = {}
        for number, event in enumerate(events):
            if event.namespace not in acls:
                namespace = await self._namespaces.known(txn, event.namespace)
                acl = await self._rules.acl(txn, namespace, now) if namespace is not None else None
                acls[event.namespace] = (namespace.path if namespace is not None else "", acl)
            path, acl = acls[event.namespace]
            if acl is not None and may_know(acl, path + event.path, event.type):
                known.append(Known(number, event, path))
        return known


def may_know(acl: Acl, path: str, type_: str) -> bool:
    """Whether rules let their holder learn of an event: `subscribe` for its type, and `read` or `list`, on its path.

    Args:
        path: from the root namespace on.

    Source: https://developer.hashicorp.com/vault/docs/concepts/events#policies
    """
    granted = acl.decide(path, "subscribe")
    if not granted.allowed or not any(matches(pattern, type_) for pattern in granted.event_types):
        return False
    return acl.decide(path, "read").allowed or acl.decide(path, "list").allowed


class TokenRules:
    """The rules of a token, for as long as it lives."""

    def __init__(
        self, record: TokenRecord, tokens: TokenService, mounts: MountService, policies: PolicyService
    ) -> None:
        self._record = record
        self._tokens = tokens
        self._mounts = mounts
        self._policies = policies

    async def begin(self, txn: Transaction, now: float) -> bool:
        """Whether the token is alive."""
        record = self._record
        if not record.key:  # a batch token, which has no row
            return await self._tokens.record_alive(txn, record, self._mounts, now)
        found = await self._tokens.alive_by_key(txn, record.key, self._mounts, now)
        if found is None:
            return False
        self._record = found
        return True

    async def acl(self, txn: Transaction, namespace: Namespace, now: float) -> Acl | None:
        """The token's rules.  A token works in its namespace and those below."""
        if self._record.namespace not in namespace.lineage or namespace.locked_at:
            return None
        try:
            return await acl_of(self._policies, txn, self._record, namespace, now)
        except PermissionDenied:
            return None


class PolicyRules:
    """The rules of some policies of a namespace, of a webhook that has no token."""

    def __init__(self, namespace: str, names: tuple[str, ...], policies: PolicyService) -> None:
        self._namespace = namespace
        self._names = names
        self._policies = policies

    async def begin(self, txn: Transaction, now: float) -> bool:
        """It ends with its webhook alone."""
        return True

    async def acl(self, txn: Transaction, namespace: Namespace, now: float) -> Acl | None:
        """The merged rules, in the namespace of the policies and those below."""
        if self._namespace not in namespace.lineage or namespace.locked_at:
            return None
        return await self._policies.acl(txn, ((self._namespace, self._names),), NOBODY, now)
