"""Bodies of requests and answers (p).

Source: RFC 8951, section 3.1: bodies are base64, whatever `Content-Transfer-Encoding` says.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Final

from strongroom.crypto.issuing.est_contents import bundle
from strongroom.crypto.issuing.requests import CertificateRequest, read_der, read_pem
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, RawBody, Response

_CERTIFICATES: Final = "application/pkcs7-mime; smime-type=certs-only"
_ENCODING: Final = ("Content-Transfer-Encoding", "base64")
"""Clients that are older than RFC 8951 want it, and later ones ignore it."""
_BOUNDARY: Final = "strongroom-est-part"
"""Base64 has no hyphens, so it can't stand in a part."""
_SEQUENCE: Final = b"\x30"


NO_ATTRIBUTES: Final = Response(raw=RawBody(content=b"", content_type="application/csrattrs"), status=204)
"""The answer where certificate requests need nothing.  Source: RFC 7030, section 4.5.2"""


class EnrolmentFields(Body, frozen=True):
    """The body of an enrolment."""

    pkcs10: Annotated[
        str,
        Doc(
            description="The certificate request, in base64 of PEM, of DER or of base64 of DER. Clients send base64 of "
            "DER as `application/pkcs10` instead."
        ),
    ] = ""


def request_of(body: EnrolmentFields) -> tuple[CertificateRequest, bytes]:
    """The certificate request, and its bytes.  Raises `InvalidRequest`."""
    content = _decoded(body.pkcs10.encode())
    if not content:
        raise InvalidRequest("a certificate request has to be sent as the body, of the type application/pkcs10")
    if content.lstrip().startswith(b"-----BEGIN"):
        return read_pem(content.decode("utf-8", "replace")), content
    data = content if content.startswith(_SEQUENCE) else _decoded(content)
    return read_der(data), data


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("the body is no certificate request in base64 of DER (RFC 8951)") from error


def certificates(ders: Sequence[bytes]) -> Response:
    """The answer with certificates."""
    return _answer(base64.encodebytes(bundle(ders)), _CERTIFICATES)


def key_and_certificate(key: str, ders: Sequence[bytes]) -> Response:
    """The answer with a new key.

    Args:
        key: base64 of PKCS #8.
    """
    lines = base64.encodebytes(base64.b64decode(key))
    parts = (("application/pkcs8", lines), (_CERTIFICATES, base64.encodebytes(bundle(ders))))
    content = b"".join(
        f"--{_BOUNDARY}\r\nContent-Type: {type_}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + text + b"\r\n"
        for type_, text in parts
    )
    whole = content + f"--{_BOUNDARY}--\r\n".encode()
    return Response(raw=RawBody(content=whole, content_type=f"multipart/mixed; boundary={_BOUNDARY}"))


def attributes(content: bytes) -> Response:
    """The answer with what certificate requests should have."""
    return _answer(base64.encodebytes(content), "application/csrattrs")


def _answer(content: bytes, type_: str) -> Response:
    return Response(raw=RawBody(content=content, content_type=type_), headers=(_ENCODING,))
