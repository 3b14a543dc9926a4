"""Which certificate a request means: by its serial number, or itself."""

from __future__ import annotations

from itertools import pairwise

from strongroom.crypto.certificates import Certificate, certificate_of_der, certificates_of_clients
from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.revocation import revoked
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request

_SHORTEST_PEM = 80
_MOST_CHARACTERS = 128 * 1024
"""Of a certificate with its chain.  Reading the largest one takes some 15 ms, and a body has room for hundreds."""


async def named(request: Request, serial_number: str, certificate: str) -> Certificate:
    """The certificate.  Raises `InvalidRequest` if there is none, or if a request names two."""
    if serial_number and certificate:
        raise InvalidRequest("Must provide either the certificate or the serial to revoke; not both.")
    if certificate:
        return _given(certificate)
    if not serial_number:
        if "serial_number" in request.data:
            raise InvalidRequest("The serial number must be provided")
        raise InvalidRequest("The serial number or certificate to revoke must be provided.")
    serial = serials.parsed(serial_number)
    if serial is not None:
        stored = await certificate_rows.certificate_of(request.view, serial)
        if stored is not None:
            return certificate_of_der(stored.certificate)
        before = await revoked.first_of(request.view, serial)
        if before is not None:
            return certificate_of_der(before.certificate)
    raise InvalidRequest(f"certificate with serial {serial_number[:128]} not found.")


def _given(text: str) -> Certificate:
    """The certificate of a text in PEM, which its chain may follow."""
    if len(text) < _SHORTEST_PEM:
        raise InvalidRequest(
            "provided certificate data was too short; perhaps a path was passed to the API rather than the contents "
            "of a PEM file"
        )
    if len(text) > _MOST_CHARACTERS:
        raise InvalidRequest(f"the certificate with its chain is longer than {_MOST_CHARACTERS} characters")
    try:
        found = certificates_of_clients(text)
    except InvalidRequest as error:
        raise InvalidRequest(f"certificate contains no PEM data: it {error.text}") from error
    # Programs keep a certificate in one file with its chain.
    if any(below.issuer != above.subject for below, above in pairwise(found)):
        raise InvalidRequest("certificate contains more than one PEM block, and those after the first aren't its chain")
    return found[0]
