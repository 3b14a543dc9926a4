"""Whether a client may have another certificate in place of one that it shows.

Source: RFC 7030, section 4.2.2
"""

from __future__ import annotations

from typing import Final

from strongroom.crypto.certificates import Certificate, certificate_of_der
from strongroom.crypto.issued import is_signed_by
from strongroom.crypto.issuing.est_contents import is_same_subject
from strongroom.crypto.issuing.requests import CertificateRequest
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.revocation.revoked import revoked_of
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import Request

_MOST_NAMESAKES: Final = 8


async def check_renewal(request: Request, csr: CertificateRequest) -> None:
    """Refuse a request that isn't about the certificate of the client's connection.

    The client has proved to hold its key, and nothing more: anybody can make a certificate of any name.

    Raises: `PermissionDenied` if this mount didn't issue that certificate, or it doesn't count any more;
        `InvalidRequest` if none is shown, or the request asks for another subject or more names.
    """
    if not request.certificates:
        raise InvalidRequest("a re-enrolment needs the certificate that it renews, as the client certificate of TLS")
    try:
        shown = certificate_of_der(request.certificates[0])
    except InvalidRequest as error:
        raise InvalidRequest(f"the client certificate {error.text}") from error
    if not await _is_ours(request, shown):
        raise PermissionDenied("the client certificate was issued elsewhere: enrol instead")
    if fault := shown.valid_at(request.now):
        raise PermissionDenied(f"the client certificate {fault}")
    if await revoked_of(request.view, shown.serial_number, shown.der) is not None:
        raise PermissionDenied("the client certificate is revoked")
    if not is_same_subject(csr, shown):
        raise InvalidRequest("a re-enrolment keeps the subject of the certificate, and adds no alternative names to it")


async def _is_ours(request: Request, shown: Certificate) -> bool:
    for issuer in await issuer_rows.with_subject(request.view, shown.issuer, _MOST_NAMESAKES):
        if is_signed_by(shown, certificate_of_der(issuer.certificate)):
            return True
    return False
