"""The way to the first region: requests over TLS by which each end proves itself."""

from __future__ import annotations

import ssl
from typing import Final, Protocol, TypeVar

import msgspec

from strongroom.crypto.region_certificates import SERVER_NAME
from strongroom.lib.errors import InvalidRequest, StrongroomError, UpstreamFailed
from strongroom.lib.key_pair import load_pair
from strongroom.lib.outgoing.http import Http
from strongroom.services.region import wire

_TOTAL_S: Final = 60.0
M = TypeVar("M", bound=msgspec.Struct)


class RegionRefused(StrongroomError):
    """The first region doesn't answer this.  `reason` is one of `wire.Refused`."""

    def __init__(self, said: wire.Refused) -> None:
        super().__init__(f"the first region refuses: {said.text}")
        self.reason = said.reason
        self.term = said.term


class Asking(Protocol):
    """What asks the first region."""

    async def ask(self, path: str, said: msgspec.Struct, type_: type[M]) -> M:
        """Ask.  Raises `RegionRefused`, `UpstreamFailed`."""
        ...


class Link:
    """Asks the first region.

    Args:
        address: its host and port.
        authority: the one authority whose certificates are trusted, in PEM.
        pair: certificate and key of this region, in PEM; empty before it has one.

    Raises: `UpstreamFailed` for certificates that can't be read.
    """

    def __init__(self, address: str, authority: str, pair: str = "") -> None:
        try:
            context = ssl.create_default_context(cadata=authority)
            if pair:
                load_pair(context, pair)
        except (ssl.SSLError, ValueError) as error:
            raise UpstreamFailed("the certificates for the first region cannot be read") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._url = f"https://{address}"
        self._http = Http("the first region", total_s=_TOTAL_S, most_bytes=wire.MOST_BYTES, context=context)

    async def ask(self, path: str, said: msgspec.Struct, type_: type[M]) -> M:
        """Send one request.

        Raises: `RegionRefused`; `UpstreamFailed` if it doesn't answer, or isn't the region that it should be.
        """
        content = wire.encode(said)
        reply = await self._http.ask("POST", self._url + path, content=content, direct=True, certified=SERVER_NAME)
        try:
            if reply.status != 200:
                raise RegionRefused(wire.decode(reply.body, wire.Refused))
            return wire.decode(reply.body, type_)
        except InvalidRequest as error:
            raise UpstreamFailed("the first region gave no usable answer", detail=f"status {reply.status}") from error
