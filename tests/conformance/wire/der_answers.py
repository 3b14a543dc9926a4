"""What lists and answers of OCSP say, in place of their bytes, which two servers can't share."""

from __future__ import annotations

import re
from typing import Any

from cryptography import x509
from cryptography.x509 import ocsp

_CRL = re.compile(r"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)


def described(content_type: str, body: bytes) -> Any:
    """What a body says; None for one of another type, or that can't be read."""
    try:
        match content_type:
            case "application/pkix-crl" if body:
                return crl(x509.load_der_x509_crl(body))
            case "application/ocsp-response":
                return _answer(ocsp.load_der_ocsp_response(body))
    except ValueError:
        return None
    return None


def without_pem(text: str) -> str:
    """A text with what its lists say in place of them."""
    return _CRL.sub(lambda found: str(crl(x509.load_pem_x509_crl(found[0].encode()))), text)


def crl(read: x509.CertificateRevocationList) -> dict[str, Any]:
    """What a list says, but for its number and its times, of which only the length of its validity counts."""
    until = read.next_update_utc
    lasts = None if until is None else round((until - read.last_update_utc).total_seconds() / 60)
    return {
        "issuer": read.issuer.rfc4514_string(),
        "entries": len(list(read)),
        "minutes": lasts,
        "extensions": [(each.oid.dotted_string, each.critical) for each in read.extensions],
    }


def _answer(read: ocsp.OCSPResponse) -> dict[str, Any]:
    if read.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return {"status": read.response_status.name}
    first = next(iter(read.responses))
    until = first.next_update_utc
    return {
        "responder": read.responder_name.rfc4514_string() if read.responder_name else "",
        "certificates": [(f"{each.serial_number:x}", each.certificate_status.name) for each in read.responses],
        "minutes": None if until is None else round((until - first.this_update_utc).total_seconds() / 60),
        "extensions": [each.oid.dotted_string for each in read.extensions],
    }
