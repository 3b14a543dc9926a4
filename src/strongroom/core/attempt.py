"""One attempt to serve a request in one transaction.  The stages hand it on."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import StrongroomError, UnsupportedOperation
from strongroom.sdk.engine import Match
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.mounts import MountEntry, Router
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

    def check_open(self) -> None:
        """Raise the error of an unsupported request, if the path serves another operation without a token.

        Such a client needs no token to learn what is wrong.

        Raises: `UnsupportedOperation`, `UnsupportedPath`.
        """
        entry, unresolved = self.entry, self.unresolved
        if unresolved is None or entry is None or entry.engine is None:
            return
        if entry.engine.routes.is_open(self.request.path[len(entry.record.full_path) :]):
            wrong = "operation" if isinstance(unresolved, UnsupportedOperation) else "path"
            raise type(unresolved)(f"unsupported {wrong}")


def begin(services: Services, txn: Transaction, router: Router, request: ApiRequest) -> Attempt:
    """Resolve a request's path: find its mount, its route and its canonical spelling."""
    entry = router.find(request.path)
    if entry is None or entry.engine is None:
        return Attempt(services, txn, router, Exchange(request, entry=entry))
    try:
        match = entry.engine.routes.find(request.operation, request.path[len(entry.record.full_path) :])
    except StrongroomError as error:
        return Attempt(services, txn, router, Exchange(request, entry=entry), unresolved=error)
    return Attempt(services, txn, router, Exchange(_spelled(request, entry, match), entry=entry), match)


def _spelled(request: ApiRequest, entry: MountEntry, match: Match) -> ApiRequest:
    """The request with the canonical path.  Policies, audit log, quotas and the engine see only this spelling."""
    path = entry.record.full_path + match.path
    # A request may name a mount without its final slash.  Its path in the mount is empty then.
    if path == request.path or not match.path:
        return request
    return msgspec.structs.replace(request, path=path)
