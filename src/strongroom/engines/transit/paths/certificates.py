"""`csr` and `set-certificate`: certificates for signing keys.

Source: https://openbao.org/api-docs/secret/transit/#sign-csr
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.crypto.asymmetric import certificate_chains, certificate_requests, formats
from strongroom.engines.transit.key_types import key_type
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import SIGN, check_operation
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.keys.versions import to_make
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Request, Response, check_segment_name, path


class RequestFields(Body, frozen=True):
    """For what the certificate is asked."""

    csr: Annotated[
        str, Doc(description="A certificate request in PEM, whose subject and extensions are taken. Empty for none.")
    ] = ""
    version: Annotated[int | None, Doc(description="The version of the key. The latest, if it isn't given.")] = None


class ChainFields(Body, frozen=True):
    """The certificates."""

    certificate_chain: Annotated[str, Doc(description="Certificates in PEM: the key's own, and then its issuers'.")] = (
        ""
    )
    version: Annotated[int | None, Doc(description="The version of the key. The latest, if it isn't given.")] = None


class CertificatePaths:
    """`keys/<name>/csr` and `keys/<name>/set-certificate`"""

    @path.write("keys/{name}/csr")
    async def make_csr(self, request: Request, name: str, body: RequestFields) -> Response:
        """Makes a certificate request for a version of a key, and signs it with the key."""
        check_segment_name(name)
        key = await _signing_key(request, name)
        if key.derived:
            raise InvalidRequest("operation not supported for keys with derivation enabled")
        check_operation(key, SIGN)  # it is a signature, of what the client wants
        number = to_make(key, _number(key, body.version, "could not create the csr"), "signing")
        row = await rows.version_of(request.view, key, number)
        signer = key_type(key.type).load(key, row)
        if not isinstance(signer, certificate_requests.Signer):
            raise InvalidRequest(f"a key of type '{key.type}' can't sign certificate requests")
        # Another attempt may find another key, or another version of it.
        made = request.once(f"csr {key.id} {number}", lambda: certificate_requests.request_for(signer, body.csr))
        return Response(data={"csr": made, "name": name, "type": key.shown_type})

    @path.write("keys/{name}/set-certificate")
    async def set_certificate(self, request: Request, name: str, body: ChainFields) -> Response:
        """Keeps the certificates of a version of a key, which `export` then returns."""
        check_segment_name(name)
        key = await _signing_key(request, name)
        number = _number(key, body.version, "failed to persist certificate chain")
        row = await rows.version_of(request.view, key, number)
        chain = certificate_chains.chain_for(row.public, body.certificate_chain)
        certificates = tuple(each.der for each in chain)
        rows.keep_version(request.view, key, number, msgspec.structs.replace(row, certificates=certificates))
        shown = "".join(formats.pem("CERTIFICATE", each) for each in certificates)
        return Response(data={"name": name, "type": key.shown_type, "certificate_chain": shown})


async def _signing_key(request: Request, name: str) -> KeyRecord:
    key = await rows.usable(request.view, name, f"key with provided name '{name}' not found")
    if not key_type(key.type).signs:
        raise InvalidRequest(f"key type '{key.type}' does not support signing")
    return key


def _number(key: KeyRecord, asked: int | None, failed: str) -> int:
    number = key.latest_version if asked is None else asked
    if number not in rows.available(key) or number < key.min_decryption_version:
        raise InvalidRequest(f"{failed}: no such key version")
    return number
