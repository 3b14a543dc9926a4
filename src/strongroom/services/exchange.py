"""What is known of a request.  The stages, the system paths and the audit log use it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from strongroom.sdk.request import Operation
from strongroom.services.approvals import Demand
from strongroom.services.mounts import MountEntry
from strongroom.services.namespaces import ROOT, Namespace
from strongroom.services.policy.key_filter import KeyFilter
from strongroom.services.tokens import Bearer

SNAPSHOT_ID: Final = "read_snapshot_id"
"""The parameter of a read that names a loaded snapshot."""
_READS: Final = frozenset({Operation.READ, Operation.LIST, Operation.SCAN})


class InlineLogin(msgspec.Struct, frozen=True, kw_only=True):
    """A login that a request brings along.  Its token serves that request, and nothing else."""

    operation: Operation
    path: str
    """Like `ApiRequest.path`."""
    namespace: str
    """Like `ApiRequest.namespace`; of the login."""
    data: dict[str, Any]

    def __repr__(self) -> str:
        return f"InlineLogin({self.path})"


class ApiRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed request, before any lookup in the store."""

    id: str
    operation: Operation
    path: str
    """Below `/v1/` and the path of the namespace, decoded; listed folders end in `/`."""
    data: dict[str, Any]
    token: str
    wrap_ttl_s: int
    headers: dict[str, str]
    address: str
    port: int
    received_at: float
    """Seconds since the epoch, by the store's clock."""
    certificates: tuple[bytes, ...] = ()
    """The certificates that the client showed: DER, leaf first.  No chain of them is verified."""
    proxy: str = ""
    """The address of the proxy that named `address`; empty if the connection comes from there."""
    in_clear: bool = False
    """Whether the client's bytes pass a network without TLS, as far as is known here."""
    method: str = ""
    wrap_format: str = ""
    namespace: str = ""
    """The path that the request's header names; with a listener's own namespace in front."""
    confined_to: str = ""
    """The namespace that the listener confines its clients to; empty for none."""
    opened: frozenset[str] = frozenset()
    """Names of the routes that the listener serves without a token."""
    inline: InlineLogin | None = None
    keeps_token: bool = True
    """Whether a login stores its token and answers with it.  False for a login that a request brings along."""
    upload: bytes = b""
    """A file that is the request's body."""
    bearer: Bearer | None = None
    """The token of the login that the request brought along; `token` is empty then."""

    @property
    def snapshot(self) -> str:
        """The id of the loaded snapshot that a read is to be answered from; empty for the store itself."""
        given = self.data.get(SNAPSHOT_ID, "") if self.operation in _READS else ""
        return given if isinstance(given, str) else ""

    def __repr__(self) -> str:
        return f"ApiRequest({self.id} {self.operation} {self.path})"


class Grant(msgspec.Struct, frozen=True):
    """The reason why a request was allowed, and limits for its response."""

    policies: tuple[str, ...] = ()
    root: bool = False
    page_limit: int = 0
    """The most entries of a listing that the response may contain; 0: no bound."""
    key_filter: KeyFilter | None = None
    """Selects the names of a listing that the response may contain; None: all names."""
    scoped: bool = False
    """Whether the response to a listing may contain only the names that the client may read."""
    demand: Demand | None = None
    """The approvals that the request still needs; None if it may be executed now."""
    mfa_methods: tuple[str, ...] = ()
    """The methods whose credentials the policies demand."""
    must_wrap: bool = False
    """Whether the policies want the response wrapped."""
    by_path_alone: bool = False
    """Whether the rules have no conditions: any request of this operation and path would have been granted alike."""


class Resumed(msgspec.Struct, frozen=True):
    """How a request came to be executed that had waited for approval."""

    held_id: str
    """The id under which it was asked."""
    unwrap_id: str
    """The id of the request that had it executed."""
    accessor: str
    """That of the token that waited."""
    approvers: tuple[str, ...]
    """The ids of the entities that approved."""


class Exchange(msgspec.Struct, frozen=True, weakref=True):
    """What is known of a request when it is audited.  Later stages know more."""

    request: ApiRequest
    bearer: Bearer | None = None
    entry: MountEntry | None = None
    grant: Grant | None = None
    remaining_uses: int = 0
    namespace: Namespace = ROOT
    """The namespace that the request works in.  Its path is relative to it."""
    resumed: Resumed | None = None
    """For a request that had waited for approval."""
