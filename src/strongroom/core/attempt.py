"""One run of a request over the store, as its stages hand it on."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import StrongroomError, UnsupportedOperation
from strongroom.sdk.engine import Match
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.mounts import MountEntry, Router
from strongroom.sysapi.services import Services


class Attempt(msgspec.Struct, frozen=True):
    """Everything that a stage needs: the transaction, what the path was resolved to, and what is known of the client.

    A request that meets a conflict begins again with another one.
    """

    services: Services
    txn: Transaction
    router: Router
    exchange: Exchange
    match: Match | None = None
    """What the mount's engine declares for path and verb; None when there is no such path."""
    unresolved: StrongroomError | None = None
    """Why there is none."""

    @property
    def request(self) -> ApiRequest:
        """The request, by the one spelling of its path."""
        return self.exchange.request

    @property
    def entry(self) -> MountEntry | None:
        """The mount that the path lies in."""
        return self.exchange.entry

    def knowing(self, exchange: Exchange) -> Attempt:
        """The same with more known of the client."""
        return msgspec.structs.replace(self, exchange=exchange)

    @property
    def needs_no_token(self) -> bool:
        """Whether it is answered without a token."""
        if self.match is None:
            return False
        declaration = self.match.declaration
        return declaration.unauthenticated or declaration.opened_by in self.request.opened

    def check_open(self) -> None:
        """On a path that is answered without a token by another verb, say what is wrong without asking for one.

        Raises: `UnsupportedOperation`, `UnsupportedPath`.
        """
        entry, unresolved = self.entry, self.unresolved
        if unresolved is None or entry is None or entry.engine is None:
            return
        if entry.engine.routes.is_open(self.request.path[len(entry.record.full_path) :]):
            wrong = "operation" if isinstance(unresolved, UnsupportedOperation) else "path"
            raise type(unresolved)(f"unsupported {wrong}")


def begin(services: Services, txn: Transaction, router: Router, request: ApiRequest) -> Attempt:
    """Resolve a request's path: to its mount, to what is declared there, and to its one spelling."""
    entry = router.find(request.path)
    if entry is None or entry.engine is None:
        return Attempt(services, txn, router, Exchange(request, entry=entry))
    try:
        match = entry.engine.routes.find(request.operation, request.path[len(entry.record.full_path) :])
    except StrongroomError as error:
        return Attempt(services, txn, router, Exchange(request, entry=entry), unresolved=error)
    return Attempt(services, txn, router, Exchange(_spelled(request, entry, match), entry=entry), match)


def _spelled(request: ApiRequest, entry: MountEntry, match: Match) -> ApiRequest:
    """The request by the one spelling of its path: rules, audit log, quotas and the engine see no other."""
    path = entry.record.full_path + match.path
    # Without its slash a mount may be named as a whole: no route knows more of it than the empty path.
    if path == request.path or not match.path:
        return request
    return msgspec.structs.replace(request, path=path)
