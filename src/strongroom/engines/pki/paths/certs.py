"""`certs` and `cert`: the certificates that were issued.

Source: https://openbao.org/api-docs/secret/pki/#list-certificates
"""

from __future__ import annotations

import base64
from typing import Annotated, Any

from strongroom.crypto.issuing import certificates
from strongroom.crypto.issuing.shown import shown
from strongroom.crypto.revocation_lists import reasons
from strongroom.engines.pki import serials
from strongroom.engines.pki.bodies import DER, PEM, body
from strongroom.engines.pki.certificates import rows
from strongroom.engines.pki.certificates.finding import MOST_ROWS, Sought, find, row_of
from strongroom.engines.pki.certificates.names import normal
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.engines.pki.issuers import written
from strongroom.engines.pki.issuing.rules import moments
from strongroom.engines.pki.revocation.records import RevokedRecord
from strongroom.engines.pki.revocation.revoked import REVOKED, first_of, revoked_of
from strongroom.lib.errors import NotFound, UnsupportedPath
from strongroom.sdk import Doc, Page, Request, Response, listed, path


class FindFields(Page, frozen=True):
    """Which certificates are looked for."""

    name: Annotated[
        str,
        Doc(
            description="Only certificates with this name, which may be the common name or an alternative one: a host, "
            "an e-mail address, an IP address or a URI. A wildcard isn't found by the hosts that it matches."
        ),
    ] = ""
    common_name: Annotated[str, Doc(description="Only certificates with this common name.")] = ""
    role: Annotated[str, Doc(description="Only certificates that were issued by this role.")] = ""
    entity_id: Annotated[str, Doc(description="Only certificates that clients of this entity asked for.")] = ""
    expires_before: Annotated[str, Doc(description="Only certificates that end before this time, in RFC 3339.")] = ""
    valid: Annotated[
        bool, Doc(description="Whether only certificates are wanted that have neither expired nor been revoked.")
    ] = False

    def sought(self, now: float) -> Sought:
        """The fields as a value.  Raises `InvalidRequest` for a time that is none."""
        return Sought(
            name=normal(self.name),
            common_name=self.common_name,
            role=self.role,
            entity_id=self.entity_id,
            expires_before=moments.moment("expires_before", self.expires_before) if self.expires_before else 0,
            valid_at=now if self.valid else 0.0,
            after=row_of(self.after) if self.after else "",
            limit=min(self.limit, MOST_ROWS) if self.limit > 0 else MOST_ROWS,
        )


class CertPaths:
    """`certs` and below, `cert/<serial>` and below, `cert-metadata/<serial>`"""

    @path.list_("certs")
    async def list_certs(self, request: Request, body: Page) -> Response:
        """Lists the serial numbers of stored certificates."""
        return await _listed(request, rows.CERTIFICATES, body)

    @path.list_("certs/revoked")
    async def list_revoked(self, request: Request, body: Page) -> Response:
        """Lists the serial numbers of revoked certificates."""
        return await _listed(request, REVOKED, body)

    @path.list_("certs/detailed")
    async def list_detailed(self, request: Request, body: FindFields) -> Response:
        """Lists stored certificates with what they say, all or those that are looked for.

        `revocation_time_rfc3339` tells when one was revoked, and is empty for the others.
        """
        found = await find(request.view, body.sought(request.now))
        # One that isn't through may have found nothing yet, and says where to go on.
        if not found.records and not found.after:
            raise NotFound
        info = {
            row.replace("-", ":"): _detail(record, await revoked_of(request.view, _number(row), record.certificate))
            for row, record in found.records.items()
        }
        response = Response(data={"keys": list(info), "key_info": info})
        is_page = 0 < body.limit == len(found.records)
        if found.after and not is_page:
            response.warnings = [f"There may be more certificates: go on with after={found.after.replace('-', ':')}"]
        return response

    @path.read("cert/{serial}", unauthenticated=True, repeatable=True)
    async def read_cert(self, request: Request, serial: str) -> Response:
        """Reads a certificate, and when it was revoked."""
        number = _number(serial)
        der = await _der(request, number)
        if der is None:
            raise NotFound
        revoked = await revoked_of(request.view, number, der)
        data: dict[str, Any] = {
            "certificate": certificates.in_pem(der),
            "revocation_time": int(revoked.revoked_at) if revoked is not None else 0,
            "revocation_time_rfc3339": moments.exactly(revoked.revoked_at) if revoked is not None else "",
        }
        if revoked is not None and revoked.issuer_id:
            data["issuer_id"] = revoked.issuer_id
        if revoked is not None and revoked.reason:
            data["revocation_reason"] = reasons.NAMES[revoked.reason]
        return Response(data=data)

    @path.read("cert/{serial}/raw", unauthenticated=True, repeatable=True)
    async def read_cert_raw(self, request: Request, serial: str) -> Response:
        """Reads a certificate, in DER."""
        return body(await _der(request, _number(serial)) or b"", DER)

    @path.read("cert/{serial}/raw/pem", unauthenticated=True, repeatable=True)
    async def read_cert_raw_pem(self, request: Request, serial: str) -> Response:
        """Reads a certificate, in PEM."""
        der = await _der(request, _number(serial))
        return body(written.certificate(der, "pem").encode() if der is not None else b"", PEM)

    @path.read("cert-metadata/{serial}")
    async def read_cert_metadata(self, request: Request, serial: str) -> Response:
        """Reads what a client had kept with a certificate."""
        number = _number(serial)
        found = await rows.metadata_of(request.view, number)
        if found is None:
            raise NotFound
        return Response(
            data={
                "cert_metadata": base64.b64encode(found.metadata).decode(),
                "expiration": moments.shown(int(found.not_after)),
                "issuer_id": found.issuer_id,
                "role": found.role,
                "serial_number": serials.shown(number),
            }
        )


def _number(text: str) -> int:
    found = serials.parsed(text)
    if found is None:
        raise UnsupportedPath("unsupported path")
    return found


async def _der(request: Request, serial: int) -> bytes | None:
    """One that was revoked is there, even if it never was stored before."""
    record = await rows.certificate_of(request.view, serial)
    if record is not None:
        return record.certificate
    revoked = await first_of(request.view, serial)
    return revoked.certificate if revoked is not None else None


async def _listed(request: Request, folder: str, page: Page) -> Response:
    names = await request.view.list(folder, row_of(page.after) if page.after else "", page.most)
    return listed([name.replace("-", ":") for name in names])


def _detail(record: CertificateRecord, revoked: RevokedRecord | None) -> dict[str, Any]:
    found = shown(record.certificate)
    return {
        "common_name": found.common_name,
        "dns_names": list(found.dns_names) or None,
        "entity_id": record.entity_id,
        "issuer": found.issuer,
        "issuer_id": record.issuer_id,
        "key_bits": found.key_bits,
        "key_type": found.key_type,
        "not_after": moments.shown(found.not_after),
        "not_before": moments.shown(found.not_before),
        "revocation_time_rfc3339": moments.exactly(revoked.revoked_at) if revoked is not None else "",
        "role": record.role,
    }
