"""Lists as HTTP answers: whole, or that the client has the newest one."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from strongroom.engines.pki.revocation.lists.groups import Stream
from strongroom.engines.pki.revocation.lists.serving import Served, served
from strongroom.sdk import RawBody, Request, Response

DER = "application/pkix-crl"
PEM = "application/x-pem-file"
CONDITIONS: Final = frozenset({"if-modified-since", "if-none-match"})
"""Headers of requests by which clients say which list they have."""
_NOT_MODIFIED = 304
_NO_CONTENT = 204


async def answered(
    request: Request, stream: Stream | None, kind: str, content_type: str, *, end: bytes = b""
) -> Response:
    """The list as its bytes.  Without one, an answer without a body.

    Args:
        end: what follows the text of one in PEM.
    """
    found = await served(request, stream, kind) if stream is not None else None
    if found is None:
        return Response(raw=RawBody(content=b"", content_type=content_type), status=_NO_CONTENT)
    headers = (("ETag", found.etag), ("Last-Modified", format_datetime(_whole(found.this_update), usegmt=True)))
    if _has_newest(request, found):
        return Response(raw=RawBody(content=b"", content_type=content_type), status=_NOT_MODIFIED, headers=headers)
    content = found.der if content_type == DER else await found.pem() + end
    return Response(raw=RawBody(content=content, content_type=content_type), headers=headers)


def _has_newest(request: Request, found: Served) -> bool:
    """Whether the client has this list.  Source: RFC 9110, section 13.2.2"""
    if tags := request.headers.get("if-none-match"):
        given = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return found.etag in given or "*" in given
    if since := request.headers.get("if-modified-since"):
        try:
            return _whole(found.this_update) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False  # a date that can't be read is no condition
    return False


def _whole(at: float) -> datetime:
    return datetime.fromtimestamp(int(at), UTC)
