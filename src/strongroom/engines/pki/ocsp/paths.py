"""`ocsp`: whether certificates are revoked, asked as every client of TLS can.

Source: https://openbao.org/api-docs/secret/pki/#ocsp-request; RFC 6960, appendix A
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote

from strongroom.crypto.ocsp_responder.answers import Refusal, refusal
from strongroom.crypto.ocsp_responder.questions import MOST_BYTES, MalformedQuestion, question
from strongroom.engines.pki.monitoring import tally
from strongroom.engines.pki.ocsp.responding import answered
from strongroom.engines.pki.revocation.config import config_of
from strongroom.sdk import Body, Doc, RawBody, Request, Response, path

_TYPE = "application/ocsp-response"
_MOST_CHARACTERS = MOST_BYTES * 4 // 3 + 4
_STATUS = {Refusal.MALFORMED: 400, Refusal.UNAUTHORIZED: 401}
_FOR_URLS = str.maketrans("-_", "+/")


class OcspFields(Body, frozen=True):
    """The question."""

    ocsp_request: Annotated[
        str, Doc(description="The question in base64 of DER. Clients send DER as `application/ocsp-request` instead.")
    ] = ""


class OcspPaths:
    """`ocsp`, `ocsp/<question>`"""

    @path.write("ocsp", unauthenticated=True, computes=True)
    async def ask_ocsp(self, request: Request, body: OcspFields) -> Response:
        """Tells whether certificates are revoked."""
        return await _answer(request, body.ocsp_request)

    @path.read("ocsp/{req*}", unauthenticated=True)
    async def get_ocsp(self, request: Request, req: str) -> Response:
        """Tells whether certificates are revoked. The path ends in the question, in base64 of DER."""
        return await _answer(request, req)


async def _answer(request: Request, text: str) -> Response:
    if (await config_of(request.view)).ocsp_disable:
        return _refused(request, Refusal.UNAUTHORIZED)
    try:
        asked = question(_decoded(text))
    except MalformedQuestion:
        return _refused(request, Refusal.MALFORMED)
    found = await answered(request, asked)
    if isinstance(found, Refusal):
        return _refused(request, found)
    tally.count_answer(request, "successful")
    return Response(raw=RawBody(content=found, content_type=_TYPE))


def _decoded(text: str) -> bytes:
    """The bytes of base64 in either alphabet.  Raises `MalformedQuestion`.

    Some clients escape it twice.  The end of a path loses its padding if a proxy takes it for something else.
    """
    text = (unquote(text) if "%" in text else text).translate(_FOR_URLS).rstrip("=")
    if len(text) > _MOST_CHARACTERS:
        raise MalformedQuestion
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedQuestion from error


def _refused(request: Request, why: Refusal) -> Response:
    """A refusal is an answer too: its status tells clients of HTTP, its body those of OCSP."""
    tally.count_answer(request, why.name.lower())
    return Response(raw=RawBody(content=refusal(why), content_type=_TYPE), status=_STATUS[why])
