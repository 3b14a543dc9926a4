"""HTTP requests to the systems that check second factors."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from strongroom.lib.outgoing import Http, Slots, json_object

TOTAL_S = 60.0
"""For all requests of one proof, the user's thinking included."""
_ONE_S = 55.0
"""For one request.  Some systems answer when the user has."""
_MOST_BYTES = 256 * 1024
_AT_ONCE = 64
"""Proofs of one method that a process waits for.  A system that hangs thus delays only its own logins."""
_NAME = "the MFA provider"
UNUSABLE = f"{_NAME} gave no usable answer"


class Outgoing:
    """Sends requests.

    Args:
        context: the certificate authorities; None for those of the operating system.
        total_s: how long one proof may take, in seconds.
    """

    def __init__(self, context: ssl.SSLContext | None = None, *, total_s: float = TOTAL_S) -> None:
        self._total_s = total_s
        self._http = Http(_NAME, total_s=_ONE_S, most_bytes=_MOST_BYTES, context=context)
        self._slots = Slots(_NAME, at_once=_AT_ONCE, waiting=0)

    def slot(self, method_id: str) -> AbstractAsyncContextManager[None]:
        """A place among the proofs of a method, for a limited time.

        Raises: `RateLimited` if too many wait already, `UpstreamFailed` when the time is over.
        """
        return self._slots.place(method_id, total_s=self._total_s)

    async def ask(
        self, verb: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> tuple[int, Any]:
        """Send one request.  Returns the status and the decoded JSON.

        Raises: `UpstreamFailed`, whose text holds nothing of the request or the response.
        """
        return await self._http.ask_json(verb, url, headers=headers, content=content)

    async def ask_bytes(
        self, verb: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> tuple[int, bytes]:
        """The same for a response that isn't JSON."""
        reply = await self._http.ask(verb, url, headers=headers, content=content)
        return reply.status, reply.body


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object of a response.  Raises `UpstreamFailed` for anything else."""
    return json_object(value, _NAME)
