"""One attempt to serve a request in one transaction.  The stages hand it on."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.core.front import PATHS
from strongroom.lib.errors import (
    InvalidRequest,
    NotFound,
    StrongroomError,
    Unavailable,
    UnsupportedOperation,
    UnsupportedPath,
)
from strongroom.sdk.engine import AuthMethod, is_own
from strongroom.sdk.request import Operation
from strongroom.sdk.routing import Match
from strongroom.services import well_known
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.mounts import MountEntry, Router
from strongroom.services.namespaces import ROOT
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.services import Services


class Attempt(msgspec.Struct, frozen=True):
    """What a stage needs: the transaction, the mount and route of the path, and what is known of the client.

    After a conflict, the request begins again with a new attempt.
    """

    services: Services
    txn: Transaction
    router: Router
    exchange: Exchange
    match: Match | None = None
    """The route of path and operation; None if the mount's engine declares none."""
    unresolved: StrongroomError | None = None
    """Why `match` is None."""
    existence: Transaction | None = None
    """What was read apart from the decision, to tell an update from a creation."""

    @property
    def request(self) -> ApiRequest:
        """The request with the canonical spelling of its path."""
        return self.exchange.request

    @property
    def entry(self) -> MountEntry | None:
        """The mount that the path lies in."""
        return self.exchange.entry

    def knowing(self, exchange: Exchange) -> Attempt:
        """A copy of this attempt with a newer exchange."""
        return msgspec.structs.replace(self, exchange=exchange)

    @property
    def needs_no_token(self) -> bool:
        """Whether the route serves requests without a token."""
        if self.match is None:
            return False
        declaration = self.match.declaration
        return declaration.unauthenticated or declaration.opened_by in self.request.opened

    @property
    def needs_second_factor(self) -> bool:
        """Whether the policies demand one of the request."""
        return self.exchange.grant is not None and bool(self.exchange.grant.mfa_methods)

    @property
    def only_computes(self) -> bool:
        """Whether nothing happens outside of the transaction until the answer is given.

        A use of the token was counted already, and a token that is spent is ended whatever the answer is.
        """
        match, bearer, entry = self.match, self.exchange.bearer, self.entry
        if bearer is None and entry is not None and isinstance(entry.engine, AuthMethod):
            return False  # a failed login is counted
        if bearer is not None and bearer.record.num_uses:
            return False
        return match is None or match.declaration.computes

    def join_existence(self) -> None:
        """Have what was read apart belong to the transaction."""
        if self.existence is not None:
            self.txn.join(self.existence)

    @property
    def acts_by_rows(self) -> bool:
        """Whether nothing happens before the transaction commits, so that the request's entry may wait until then.

        Engines of this package have nothing else to act with (`sdk`): what they do outside says so before.  System
        engines have, so their paths say if they don't use it.  What a plugin does isn't known.
        """
        bearer, entry, match = self.exchange.bearer, self.entry, self.match
        if (bearer is not None and bearer.record.num_uses) or entry is None or match is None or entry.engine is None:
            return False
        if isinstance(entry.engine, SystemEngine):
            return match.declaration.by_rows
        return is_own(type(entry.engine))

    def is_away(self, home: str) -> bool:
        """Whether the path concerns the request's own token, and the request isn't in the token's namespace."""
        match = self.match
        return match is not None and match.declaration.own_token and self.exchange.namespace.id != home

    def check_namespace(self) -> None:
        """Raise the error of a request that its namespace or its mount doesn't serve.

        Raises: `InvalidRequest` for a path that only the root namespace has, `Unavailable` while the mount, or the API
            of the namespace or of one above it, is locked.
        """
        namespace, match = self.exchange.namespace, self.match
        if self.entry is not None:
            self.entry.check_open()
        if namespace.is_root:
            return
        if self.request.path in PATHS or (match is not None and match.declaration.root_only):
            raise InvalidRequest("operation only available in root namespace")
        if namespace.locked_at and not (match is not None and match.declaration.while_locked):
            raise Unavailable(
                f'API access to this namespace has been locked by an administrator - "{namespace.locked_at}" must be '
                "unlocked to gain access."
            )

    def check_open(self) -> None:
        """Raise the error of an unsupported request, if the path serves another operation without a token.

        Such a client needs no token to learn what is wrong.  Every path has help, for clients with a token.

        Raises: `UnsupportedOperation`, `UnsupportedPath`.
        """
        entry, unresolved = self.entry, self.unresolved
        if unresolved is None or entry is None or entry.engine is None or self.request.operation is Operation.HELP:
            return
        if entry.engine.routes.is_open(self.request.path[len(entry.record.full_path) :]):
            wrong = "operation" if isinstance(unresolved, UnsupportedOperation) else "path"
            raise type(unresolved)(f"unsupported {wrong}")


async def begin(services: Services, txn: Transaction, request: ApiRequest) -> Attempt:
    """Resolve a request's path: find its namespace, its mount, its route and its canonical spelling.

    The header names a namespace, and the path goes on from there: into a mount, or into a namespace further down.  No
    mount has a path that the name of a namespace begins.

    Raises: `NotFound` if there is no namespace as the header says.
    """
    mounts, namespace = services.mounts, ROOT
    if request.namespace:
        found = await mounts.namespaces.at(txn, request.namespace)
        if found is None:
            raise await _no_namespace(services, txn)
        namespace = found
    if request.path.startswith(well_known.PREFIX):
        router = await mounts.router(txn, namespace.id)
        target = await well_known.target_of(txn, router, namespace.id, request.path)
        if target is None:
            raise UnsupportedPath("no mount serves this path")
        request = msgspec.structs.replace(request, path=target)
    while True:
        router = await mounts.router(txn, namespace.id)
        entry = router.find(request.path)
        if entry is not None:
            break
        first, slash, rest = request.path.partition("/")
        below = await mounts.namespaces.below(txn, namespace, first) if slash else None
        if below is None:
            break
        namespace, request = below, msgspec.structs.replace(request, path=rest)
    return within(services, txn, router, Exchange(request, entry=entry, namespace=namespace))


def within(services: Services, txn: Transaction, router: Router, exchange: Exchange) -> Attempt:
    """The attempt in a namespace that is known: find the route and the canonical spelling."""
    request, entry = exchange.request, exchange.entry
    if entry is None or entry.engine is None:
        return Attempt(services, txn, router, exchange)
    try:
        match = entry.engine.routes.find(request.operation, request.path[len(entry.record.full_path) :])
    except StrongroomError as error:
        return Attempt(services, txn, router, exchange, unresolved=error)
    spelled = _spelled(request, entry, match)
    if spelled is not request:
        exchange = msgspec.structs.replace(exchange, request=spelled)
    return Attempt(services, txn, router, exchange, match)


async def at_home(attempt: Attempt, home: str) -> Attempt:
    """The attempt, moved into the namespace with the id `home`, which is its token's."""
    services, txn = attempt.services, attempt.txn
    namespace = await services.mounts.namespaces.known(txn, home)
    if namespace is None:
        return attempt
    router = await services.mounts.router(txn, home)
    exchange = msgspec.structs.replace(attempt.exchange, namespace=namespace, entry=router.find(attempt.request.path))
    return within(services, txn, router, exchange)


async def _no_namespace(services: Services, txn: Transaction) -> NotFound:
    if await services.mounts.namespaces.names(txn, ROOT, limit=1):
        return NotFound("namespace not found")
    return NotFound("namespace not found: this server has no namespaces, so requests to it must not name one")


def _spelled(request: ApiRequest, entry: MountEntry, match: Match) -> ApiRequest:
    """The request with the canonical path.  Policies, audit log, quotas and the engine see only this spelling."""
    path = entry.record.full_path + match.path
    # A request may name a mount without its final slash.  Its path in the mount is empty then.
    if path == request.path or not match.path:
        return request
    return msgspec.structs.replace(request, path=path)
