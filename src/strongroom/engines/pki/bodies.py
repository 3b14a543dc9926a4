"""Certificates as whole bodies of answers, without an envelope (p)."""

from __future__ import annotations

from typing import Final

from strongroom.sdk import RawBody, Response

DER: Final = "application/pkix-cert"
PEM: Final = "application/pem-certificate-chain"
_OK, _NO_CONTENT = 200, 204


def body(content: bytes, content_type: str) -> Response:
    """The answer.  Where there is nothing, its status says so."""
    return Response(raw=RawBody(content, content_type), status=_OK if content else _NO_CONTENT)
