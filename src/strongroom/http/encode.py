"""Encodes the API's responses as HTTP (pure)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from strongroom.core.answer import Envelope
from strongroom.http.errors import retry_after_s, status_of, text_of
from strongroom.http.message import HttpResponse
from strongroom.lib import json
from strongroom.lib.errors import StrongroomError, Unauthenticated
from strongroom.services.quotas.limiter import OverLimit

_JSON = "application/json"
_BASE = (
    ("Cache-Control", "no-store"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),  # nothing here is a script of the web interface, which has the same origin
)
HEADERS = (("Content-Type", _JSON), *_BASE)
_EMPTY = HttpResponse(status=404, headers=HEADERS, body=b'{"errors":[]}\n')


_encoder = msgspec.json.Encoder()


def _with(
    headers: tuple[tuple[str, str], ...], usual: tuple[tuple[str, str], ...] = HEADERS
) -> tuple[tuple[str, str], ...]:
    """The usual header fields and these.  A response that may be cached says so instead of the usual field."""
    own = {name for name, _ in headers}
    return (*(field for field in usual if field[0] not in own), *headers) if headers else usual


def encode(envelope: Envelope, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> HttpResponse:
    """A response with its envelope."""
    try:
        body = _encoder.encode(envelope)
    except OverflowError:
        body = json.dumps_unsorted(msgspec.structs.asdict(envelope))
    # Clients put the body of a failure into an exception's text, so it has no line end.
    return HttpResponse(status=status, headers=_with(headers), body=body + b"\n" if status < 400 else body)


def encode_repeated(envelope: Envelope, status: int = 200) -> HttpResponse:
    """A response with its data in the envelope and beside it, as old clients expect."""
    return flat({**(envelope.data or {}), **msgspec.structs.asdict(envelope)}, status)


def flat(value: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> HttpResponse:
    """A JSON response without an envelope."""
    return HttpResponse(status=status, headers=_with(headers), body=json.dumps_unsorted(value) + b"\n")


def no_content() -> HttpResponse:
    """204."""
    return HttpResponse(status=204, headers=HEADERS)


def raw(
    content: bytes,
    content_type: str,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    stream: AsyncIterator[bytes] | None = None,
) -> HttpResponse:
    """A body of another type than JSON, and its stream."""
    sent = _with(headers, (("Content-Type", content_type), *_BASE))
    return HttpResponse(status=status, headers=sent, body=content, stream=stream)


def upgraded(
    headers: tuple[tuple[str, str], ...], stream: AsyncIterator[bytes] | None, receive: Callable[[bytes], None]
) -> HttpResponse:
    """101: the connection goes on in another protocol."""
    return HttpResponse(status=101, headers=headers, stream=stream, receive=receive)


def redirect(location: str) -> HttpResponse:
    """307 to the normalized path."""
    return HttpResponse(status=307, headers=(("Location", location), *HEADERS))


def error_body(status: int, texts: list[str]) -> HttpResponse:
    """`{"errors": […]}`."""
    return HttpResponse(status=status, headers=HEADERS, body=json.dumps({"errors": texts}) + b"\n")


def failure(error: StrongroomError) -> HttpResponse:
    """The response for an error."""
    text = text_of(error)
    response = error_body(status_of(error), [text] if text else [])
    if (seconds := retry_after_s(error)) is not None:
        response.headers = (*response.headers, ("Retry-After", str(seconds)))
    if isinstance(error, OverLimit):
        response.headers = (*response.headers, *error.headers)
    if isinstance(error, Unauthenticated) and error.challenge:
        response.headers = (*response.headers, ("WWW-Authenticate", error.challenge))
    return response


def not_found() -> HttpResponse:
    """404 with the API's empty list of errors."""
    return _EMPTY
