"""Version 2: requests that know nothing of versions, answered with a hint at what to use instead.

Source: https://developer.hashicorp.com/vault/docs/secrets/kv/kv-v2/upgrade
"""

from __future__ import annotations

from strongroom.lib.errors import NotFound, UnsupportedOperation
from strongroom.sdk import Operation, Request, Response, path
from strongroom.sdk.routing import UNSUPPORTED_OPERATION

_OF_SECRETS = frozenset({"data", "metadata", "delete", "undelete", "destroy"})
_OF_VERSIONS = frozenset({"delete", "undelete", "destroy"})
_READ_ONLY = frozenset({"subkeys", "detailed-metadata"})
_COMMANDS = {
    Operation.READ: "get",
    Operation.CREATE: "put",
    Operation.UPDATE: "put",
    Operation.PATCH: "patch",
    Operation.DELETE: "delete",
    Operation.LIST: "list",
    Operation.SCAN: "scan",
}


class StrayPaths:
    """Everything that no other path of the engine takes."""

    @path.read("{path**}", takes_anything=True)
    @path.write("{path**}", takes_anything=True)
    @path.patch("{path**}", takes_anything=True)
    @path.delete("{path**}", takes_anything=True)
    @path.list_("{path**}", takes_anything=True)
    @path.scan("{path**}", takes_anything=True)
    async def answer_stray(self, request: Request, path: str) -> Response | None:
        """Answers a path of version 1 with the paths that this mount has."""
        operation = request.operation
        listing = operation is Operation.LIST or operation is Operation.SCAN
        head, slash, rest = path.partition("/")
        if path == "config" or (head in _OF_SECRETS | _READ_ONLY and (rest or (slash and listing))):
            raise UnsupportedOperation(UNSUPPORTED_OPERATION)
        if slash and head in _READ_ONLY | _OF_VERSIONS:
            if head == "subkeys" and operation is Operation.READ:
                raise NotFound
            raise UnsupportedOperation(UNSUPPORTED_OPERATION)
        if head in _OF_SECRETS:
            if not slash:
                return _hint("Non-listing operations on the root of a K/V v2 mount are not supported.")
            if operation is Operation.DELETE:
                return None
            raise NotFound
        return _hint(
            "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to "
            f"use. If using the Strongroom CLI, use 'strongroom kv {_COMMANDS[operation]}' for this operation."
        )


def _hint(text: str) -> Response:
    return Response(warnings=[text], status=404)
