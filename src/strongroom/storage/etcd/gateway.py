"""Requests to etcd's JSON gateway: logins, errors, and the next server."""

from __future__ import annotations

import asyncio
from typing import Any, Final, TypeVar

from strongroom.lib.errors import StorageError, StorageFull
from strongroom.lib.outgoing import Reply
from strongroom.lib.secret import Secret
from strongroom.storage.conditional.cells import UnclearError
from strongroom.storage.conditional.endpoints import Endpoints
from strongroom.storage.etcd.messages import Failure, Token, Version, decode, encode

T = TypeVar("T")

_OK: Final = 200
_INVALID_ARGUMENT: Final = 3
_PERMISSION_DENIED: Final = 7
_RESOURCE_EXHAUSTED: Final = 8
_OUT_OF_RANGE: Final = 11
_UNIMPLEMENTED: Final = 12
_UNAUTHENTICATED: Final = 16
_REFUSED: Final = frozenset({_INVALID_ARGUMENT, _PERMISSION_DENIED, _OUT_OF_RANGE, _UNIMPLEMENTED, _UNAUTHENTICATED})
"""Errors that are given before anything happens."""
_TOKEN_REFUSED: Final = frozenset({_INVALID_ARGUMENT, _UNAUTHENTICATED})
"""Errors for a token that is unknown, of an earlier state of the users, or missing."""


_NO_ROOM: Final = "etcdserver: mvcc: database space exceeded"
_TOO_MANY: Final = "etcdserver: too many requests"
"""The two have one code, and only their texts tell them apart.  The second is given before anything happens.

Source: https://pkg.go.dev/go.etcd.io/etcd/api/v3/v3rpc/rpctypes#pkg-variables
"""
_NAMED: Final = b"CommonName of client"
"""Begins the answer of the gateway of an etcd with users to whoever shows a certificate with a common name.

Source: https://etcd.io/docs/v3.5/op-guide/authentication/rbac/#using-tls-common-name
"""


class CompactedError(StorageError):
    """The asked revision of etcd's was compacted meanwhile."""


class Gateway:
    """The servers of one cluster.

    Args:
        endpoints: the servers.
        username: empty if etcd has no users.
        password: of the user.
    """

    def __init__(self, endpoints: Endpoints, username: str, password: Secret) -> None:
        self.endpoints = endpoints
        self._username = username
        self._password = password
        self._token = Secret(b"")
        self._logging_in = asyncio.Lock()

    async def version(self) -> str:
        """The server's version.  Raises `StorageError`."""
        reply = await self.endpoints.ask("GET", "/version", headers={}, content=None, repeatable=True)
        if reply.status != _OK:
            raise StorageError("the store failed", detail=f"etcd answered {reply.status} to /version")
        return decode(reply.body, Version).etcdserver

    async def ask(self, path: str, message: Any, form: type[T], *, repeatable: bool) -> T:
        """Send a request.

        Args:
            repeatable: whether it changes nothing.

        Raises: `UnclearError` if it may have been carried out, `StorageFull`, `StorageError` if it surely wasn't.
        """
        content = encode(message)
        used = self._token
        if self._username and not len(used):
            used = await self._log_in(used)
        reply = await self._send(path, content, used, repeatable=repeatable)
        if reply.status != _OK and self._username and _failure(reply).code in _TOKEN_REFUSED:
            # Tokens end after some minutes, and with a change of the users.
            reply = await self._send(path, content, await self._log_in(used), repeatable=repeatable)
        if reply.status != _OK:
            raise self._error(reply, repeatable=repeatable)
        try:
            return decode(reply.body, form)
        except StorageError as error:
            if repeatable:
                raise
            raise UnclearError(error.text, detail=error.detail) from error

    async def _send(self, path: str, content: bytes, token: Secret, *, repeatable: bool) -> Reply:
        headers = {"content-type": "application/json"}
        if len(token):
            headers["authorization"] = token.reveal().decode("latin-1")
        return await self.endpoints.ask("POST", path, headers=headers, content=content, repeatable=repeatable)

    async def _log_in(self, refused: Secret) -> Secret:
        """A token that isn't the refused one.  Concurrent requests share a login."""
        async with self._logging_in:
            if self._token != refused:
                return self._token
            message = {"name": self._username, "password": self._password.reveal().decode()}
            none = Secret(b"")
            reply = await self._send("/v3/auth/authenticate", encode(message), none, repeatable=True)
            if reply.body.startswith(_NAMED):
                raise StorageError("etcd takes a username only with a client certificate that has no common name")
            if reply.status != _OK:
                detail = f"etcd: {_failure(reply).message}"
                raise StorageError("etcd refuses the username and password of the storage", detail=detail)
            self._token = Secret(decode(reply.body, Token).token.encode("latin-1"))
            return self._token

    def _error(self, reply: Reply, *, repeatable: bool) -> StorageError:
        failure = _failure(reply)
        detail = f"etcd: status {reply.status}, code {failure.code}: {failure.told}"
        if failure.code == _RESOURCE_EXHAUSTED and failure.told == _NO_ROOM:
            return StorageFull("the store has no room left", detail=detail)
        if failure.code == _RESOURCE_EXHAUSTED and failure.told == _TOO_MANY:
            self.endpoints.turn_away()
            return StorageError("the store failed", detail=detail)
        if failure.code == _OUT_OF_RANGE:
            return CompactedError("the store failed", detail=detail)
        if failure.code in _REFUSED:
            return StorageError("the store failed", detail=detail)
        self.endpoints.turn_away()
        kind = StorageError if repeatable else UnclearError
        return kind("the store failed", detail=detail)


def _failure(reply: Reply) -> Failure:
    try:
        return decode(reply.body, Failure)
    except StorageError:
        return Failure(0, "no JSON")
