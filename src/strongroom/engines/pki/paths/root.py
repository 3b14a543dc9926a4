"""`root/generate`: authorities that sign themselves.

Source: https://openbao.org/api-docs/secret/pki/#generate-root
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.issuing import certificates
from strongroom.crypto.issuing.contents import Draft, Subject
from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuing.signing import self_signed
from strongroom.engines.pki.keys import rows as key_rows
from strongroom.engines.pki.keys.making import new_key
from strongroom.engines.pki.keys.records import KeyRecord
from strongroom.sdk import Body, Doc, Duration, Random, Request, Response, path, uuid4


class RootFields(Body, frozen=True):
    """What the authority is called, and how long it is valid."""

    common_name: Annotated[str, Doc(description="The common name of the authority.")] = ""
    issuer_name: Annotated[str, Doc(description="The name of the issuer in this mount.")] = ""
    key_name: Annotated[str, Doc(description="The name of the key in this mount.")] = ""
    key_type: Annotated[str, Doc(description="The type of its key: rsa, ec or ed25519.")] = "rsa"
    key_bits: Annotated[int, Doc(description="The size of its key. 0 for the default of the type.")] = 0
    ttl: Annotated[Duration | None, Doc(description="How long it is valid.")] = None


class RootPaths:
    """`root/generate/<exported>`"""

    random: Random

    @path.write("root/generate/internal", sudo=False)
    async def generate_root(self, request: Request, body: RootFields) -> Response:
        """Makes a key, and a certificate of an authority that signs itself."""
        view = request.view
        await issuer_rows.check_free(view, body.issuer_name)
        await key_rows.check_free(view, body.key_name)
        key = new_key(request, body.key_type, body.key_bits)
        serial = request.once("serial", lambda: serials.new(self.random))
        ids = request.once("ids", lambda: (uuid4(self.random), uuid4(self.random)))
        not_after = int(request.now) + (body.ttl or request.mount.max_lease_ttl_s)
        draft = Draft(
            serial=serial,
            public=key.public,
            not_before=int(request.now) - 30,
            not_after=not_after,
            subject=Subject(common_name=body.common_name),
            key_usage=("key_cert_sign", "crl_sign"),
            basic_constraints="authority",
        )
        der = self_signed(draft, key)
        await key_rows.add(
            view, KeyRecord(id=ids[1], type=key.type, bits=key.bits, pkcs8=key.pkcs8, name=body.key_name)
        )
        issuer = IssuerRecord(
            id=ids[0],
            certificate=der,
            serial=serials.shown(serial),
            key_id=ids[1],
            name=body.issuer_name,
            chain=(ids[0],),
            not_after=not_after,
        )
        await issuer_rows.add(view, issuer)
        record = CertificateRecord(
            certificate=der,
            issuer_id=issuer.id,
            not_after=not_after,
            issued_at=request.now,
            common_name=body.common_name,
        )
        certificate_rows.keep(view, serial, record)
        shown = certificates.in_pem(der).strip()
        return Response(
            data={
                "certificate": shown,
                "expiration": not_after,
                "issuer_id": issuer.id,
                "issuer_name": issuer.name,
                "issuing_ca": shown,
                "key_id": issuer.key_id,
                "key_name": body.key_name,
                "serial_number": issuer.serial,
            }
        )
