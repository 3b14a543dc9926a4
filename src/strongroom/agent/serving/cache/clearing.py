"""What a client wants to be forgotten (pure).

Source: https://openbao.org/docs/agent-and-proxy/proxy/caching/#cache-clear
"""

from __future__ import annotations

import msgspec

from strongroom.agent.serving.cache.revocations import (
    AccessorGone,
    Everything,
    Gone,
    LeasesBelow,
    PathBelow,
    TokenGone,
)
from strongroom.lib.errors import InvalidRequest


class _Wanted(msgspec.Struct):
    type: str = ""
    value: str = ""
    namespace: str = ""


_decoder = msgspec.json.Decoder(_Wanted)


def to_clear(body: bytes) -> Gone:
    """What a request to clear the cache names.

    Raises: `InvalidRequest`, in the words of the API's agents.
    """
    try:
        wanted = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = "empty JSON provided" if not body.strip() else str(error)
        raise InvalidRequest(f"failed to parse JSON input: {reason}") from error
    if not wanted.type:
        raise InvalidRequest("failed to parse clear input: no type provided")
    if wanted.type == "all":
        return Everything()
    if wanted.type not in _NAMES:
        raise InvalidRequest("failed to clear cache: invalid type provided")
    if not wanted.value:
        raise InvalidRequest(f"failed to clear cache: {_NAMES[wanted.type]} not provided")
    match wanted.type:
        case "token":
            return TokenGone(wanted.value)
        case "token_accessor":
            return AccessorGone(wanted.value)
        case "lease":
            return LeasesBelow(wanted.value)
        case _:
            prefix = wanted.value.strip("/").removeprefix("v1/")
            namespace = wanted.namespace.strip("/")
            return PathBelow(prefix, "" if namespace == "root" else namespace)


_NAMES = {
    "request_path": "request path",
    "token": "token",
    "token_accessor": "token accessor",
    "lease": "lease",
}
