"""Answers for clients: the server's, and what the agent says itself."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from strongroom.agent.serving.server.client import Arriving
from strongroom.agent.serving.server.faults import NoAnswer
from strongroom.http.message import HttpResponse

JSON: Final = "application/json"
WHOLE_BYTES: Final = 1024 * 1024
"""Up to this size a body is read whole before it goes on.  A larger one passes through as it comes."""
PATIENCE_S: Final = 1.0
"""How long is waited for the end of a JSON body of unknown length, which may be an endless stream of documents."""
_HOPS: Final = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "transfer-encoding"}
    | {"upgrade", "content-length", "date"}
)
"""Fields that belong to a connection, or that the listener writes itself.  Source: RFC 9110, section 7.6.1."""
_OWN: Final = (("Content-Type", JSON), ("Cache-Control", "no-store"))


def said(status: int, *errors: str) -> HttpResponse:
    """`{"errors": […]}`."""
    return HttpResponse(status, _OWN, msgspec.json.encode({"errors": errors}) + b"\n")


def document(value: object, status: int = 200) -> HttpResponse:
    """A document of the agent's own."""
    return HttpResponse(status, _OWN, msgspec.json.encode(value) + b"\n")


def unanswered(fault: NoAnswer, address: str) -> HttpResponse:
    """What a client gets that the server didn't answer."""
    response = said(fault.status, f"no answer from {address}: {fault}")
    response.headers = (*response.headers, ("Retry-After", "1"))
    return response


def passed_on(fields: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The header fields of an answer that go on to the client."""
    named = {
        option.strip().lower() for name, value in fields if name.lower() == "connection" for option in value.split(",")
    }
    return tuple((name, value) for name, value in fields if name.lower() not in _HOPS | named)


async def gathered(answer: Arriving, patience_s: float = PATIENCE_S) -> HttpResponse:
    """The answer for the client: whole if it isn't large, else with a stream.

    Args:
        patience_s: how long is waited for the end of a JSON body of unknown length.

    Raises: `Lost` if the server breaks off before the client got anything.
    """
    headers, length = passed_on(answer.fields), answer.length
    body = bytearray()
    if length is None and answer.media_type != JSON and answer.has_body:
        return _streamed(answer, headers, b"")
    if length is not None and (length > WHOLE_BYTES or (length and not answer.has_body)):
        return _streamed(answer, headers, b"")  # the answer to HEAD has a length and no body
    try:
        async with asyncio.timeout(patience_s if length is None else None):
            async for block in answer:
                body += block
                if len(body) > WHOLE_BYTES:
                    break
            else:
                return HttpResponse(answer.status, headers, bytes(body))
    except TimeoutError:
        return _streamed(answer, headers, bytes(body))  # documents one after another, such as lines of a log
    except BaseException:
        await answer.aclose()
        raise
    return _streamed(answer, headers, bytes(body))


def _streamed(answer: Arriving, headers: tuple[tuple[str, str], ...], begin: bytes) -> HttpResponse:
    answer.may_last()
    return HttpResponse(answer.status, headers, begin, stream=answer)


def marked(response: HttpResponse, age_s: float | None = None) -> HttpResponse:
    """The answer with what tells whether it was kept.

    Args:
        age_s: how old it is; None for one that the server has just given.
    """
    own = (("X-Cache", "MISS"),) if age_s is None else (("X-Cache", "HIT"), ("Age", f"{max(0.0, age_s):.0f}"))
    return msgspec.structs.replace(response, headers=(*response.headers, *own))
