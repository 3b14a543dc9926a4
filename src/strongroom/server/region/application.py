"""What the listener of a region answers: requests of regions, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog

from strongroom.core.region.feeding import Feeding, Refusal
from strongroom.crypto.region_certificates import fingerprint
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.lib.fault import where
from strongroom.lib.turn import Turn
from strongroom.services.region import wire

log = structlog.get_logger("region")

_MOST_BODY: Final = 16 * 1024
_TYPE: Final = (("content-type", "application/msgpack"),)
_STATUS: Final = {"unavailable": 503, "busy": 429}


class RegionApplication:
    """Serves other regions in one process."""

    repeats = None

    def __init__(self, feeding: Feeding) -> None:
        self.turn = Turn()
        self._feeding = feeding

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if request.method != "POST" or len(request.body) > _MOST_BODY:
            return self.malformed(400, "")
        tls = request.peer.tls
        shown = fingerprint(tls.peer_certificates[0]) if tls and tls.verified and tls.peer_certificates else ""
        try:
            answer = await self._feeding.answer(request.path, request.body, shown)
        except Refusal as refusal:
            said = refusal.said
            if said.reason in {"stranger", "enrolment"}:
                log.warning("a region was refused", reason=said.text, address=request.peer.address)
            return HttpResponse(_STATUS.get(said.reason, 403), _TYPE, wire.encode(said))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # the listener relies on an answer
            log.error("a region was not answered", fault=where(error))
            return self.malformed(500, "internal error")
        return HttpResponse(200, _TYPE, wire.encode(answer))

    async def may_send(self, headers: Mapping[str, str]) -> HttpResponse | None:
        """Refuses every large body: no request of a region has one."""
        return self.malformed(413, "too large")

    def malformed(self, status: int, text: str) -> HttpResponse:
        """The response to a request that isn't one of a region."""
        return HttpResponse(status, _TYPE, wire.encode(wire.Refused("stranger", text)))
