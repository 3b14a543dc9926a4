"""Remembers what was decided of a request, for those that ask the same again.

A decision is everything between the path and the engine: namespace, mount and route, the token with its ancestors, the
merged rules and what they grant.  It is a derived value (`Transaction.remember`): it ends when a row changes that it
was made from, and when a time comes that something was compared with.  Only grants are remembered.  It depends on what
is in its name, so it is made only of requests of which nothing else decides.
"""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.core import existence
from strongroom.core.attempt import Attempt
from strongroom.sdk.engine import is_own
from strongroom.sdk.request import Operation
from strongroom.sdk.routing import Match
from strongroom.services.exchange import ApiRequest, Exchange, Grant
from strongroom.services.mounts import MountEntry
from strongroom.services.namespaces import Namespace
from strongroom.services.tokens import Bearer, TokenRecord
from strongroom.sysapi.services import Services

_ONCE_KEPT: Final = 8192
"""Requests that came once.  The second one of a kind is remembered: of a client that reads each secret once, nothing
is."""
_LONGEST_PATH: Final = 256
"""Characters.  Every token may read below `cubbyhole/`, and a path of 16 KB is in memory three times."""
_LONGEST_TOKEN: Final = 1024
"""Characters.  A batch token has no row: its record, metadata included, would be in memory with each decision."""


class KeptDecision(msgspec.Struct, frozen=True):
    """What the stages before the engine came to.  It holds no token."""

    operation: Operation
    path: str
    """In its canonical form, relative to the namespace."""
    namespace: Namespace
    entry: MountEntry
    match: Match
    record: TokenRecord
    grant: Grant
    may_create: bool
    """Whether each request has to look if it updates or creates."""

    def __repr__(self) -> str:
        return f"KeptDecision({self.operation} {self.path})"


class Decisions:
    """The decisions of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._once: set[int] = set()
        """Hashes of their names, which would hold the paths of secrets.  Where two are equal, one is remembered at
        once."""

    async def recall(self, txn: Transaction, request: ApiRequest) -> Attempt | None:
        """The attempt of a request that is allowed as one before it was.  None if it has to be decided."""
        name = self._name(request)
        kept: KeptDecision | None = txn.recall(name, request.received_at) if name is not None else None
        if kept is None:
            return None
        if kept.path != request.path or kept.operation is not request.operation:
            request = msgspec.structs.replace(request, path=kept.path, operation=kept.operation)
        bearer = Bearer(request.token, kept.record)
        exchange = Exchange(request, bearer, kept.entry, kept.grant, namespace=kept.namespace)
        router = await self._services.mounts.router(txn, kept.namespace.id)
        attempt = Attempt(self._services, txn, router, exchange, kept.match)
        if kept.may_create and not await existence.still(attempt, kept.operation):
            return None
        return attempt

    def remember(self, request: ApiRequest, attempt: Attempt) -> bool:
        """Keep the decision on a request that was allowed, if requests of its name are always decided so.

        Args:
            request: as it came. attempt: that of the decision, before the engine is asked.

        Returns: whether it was kept.
        """
        name, exchange, match = self._name(request), attempt.exchange, attempt.match
        bearer, entry, grant = exchange.bearer, exchange.entry, exchange.grant
        if name is None or match is None or bearer is None or entry is None or grant is None:
            return False
        if not grant.by_path_alone or bearer.record.num_uses or match.naming or match.declaration.bad_token:
            return False
        if entry.engine is None or entry.engine.routes.secret_part(match.path) is not None:
            return False  # the name would keep a token that is in the path
        if not is_own(type(entry.engine)) and (match.declaration.exists or not match.declaration.computes):
            return False  # a plugin may go by the body when it tells an update from a creation, or by anything else
        hashed = hash(name)
        if hashed not in self._once:
            if len(self._once) >= _ONCE_KEPT:
                self._once.clear()
            self._once.add(hashed)
            return False
        kept = KeptDecision(
            operation=attempt.request.operation,
            path=attempt.request.path,
            namespace=exchange.namespace,
            entry=entry,
            match=match,
            record=bearer.record,
            grant=grant,
            may_create=attempt.existence is not None,
        )
        attempt.txn.remember(name, kept)
        return True

    def _name(self, request: ApiRequest) -> object | None:
        """All that a decision depends on besides rows and the time.  None for requests that are always decided.

        The token's digest stands for it, so that memory holds no more tokens than before.
        """
        if not request.token or request.wrap_ttl_s or request.inline is not None or not request.keeps_token:
            return None
        if request.snapshot:
            return None
        if len(request.path) + len(request.namespace) > _LONGEST_PATH or len(request.token) > _LONGEST_TOKEN:
            return None
        return (
            "decision",
            self._services.tokens.key_of(request.token),
            request.operation,
            request.path,
            request.namespace,
            request.confined_to,
            request.address,
            request.opened,
        )
