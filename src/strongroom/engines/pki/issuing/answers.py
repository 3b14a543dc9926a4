"""What a client is answered who gets a certificate."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

from strongroom.crypto.issuing import certificates
from strongroom.crypto.issuing.keystores import in_pkcs12
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.engines.pki import serials
from strongroom.engines.pki.issuing.fields import PKCS12, Form
from strongroom.engines.pki.issuing.leaf import Issued
from strongroom.engines.pki.issuing.leases import lease_of
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Request, Response


def answer(
    request: Request,
    issued: Issued,
    form: Form,
    role: RoleRecord,
    key: PrivateKey | None = None,
) -> Response:
    """The answer.

    Args:
        key: of the certificate, if it was made here.
    """
    chain = _chain(issued, form)
    write, write_issuer = (_in_base64, _in_base64) if form.format == "der" else (_in_pem, _issuer_in_pem)
    data: dict[str, Any] = {
        "certificate": write(issued.certificate),
        "expiration": issued.not_after,
        "issuing_ca": write_issuer(issued.issuer.chain[0]),
        "not_before": issued.not_before,
        "serial_number": serials.shown(issued.serial),
    }
    if chain:
        data["ca_chain"] = [write_issuer(each) for each in chain]
    if key is not None:
        data["private_key_type"] = key.type
    if key is not None and form.format == PKCS12:
        # The key isn't answered beside the file that protects it.
        data["pkcs12_bundle"] = _keystore(request, issued, chain, key, form.password or "")
    elif key is not None:
        data["private_key"] = key.written("der" if form.format == "der" else "pem", form.private_key_format)
    if form.format == "pem_bundle":
        parts = [data["private_key"]] if key is not None else []
        data["certificate"] = "\n".join([*parts, data["certificate"], *map(_issuer_in_pem, issued.issuer.chain)])
    return Response(data=data, warnings=list(issued.warnings), lease=lease_of(request, issued, role))


def _keystore(request: Request, issued: Issued, chain: tuple[bytes, ...], key: PrivateKey, password: str) -> str:
    async def made() -> bytes:
        return await GENERATION.make(lambda: in_pkcs12(issued.name, key, issued.certificate, chain, password))

    return base64.b64encode(request.once.outside(f"pkcs12 {hash((issued.certificate, chain))}", made)).decode()


def _chain(issued: Issued, form: Form) -> tuple[bytes, ...]:
    chain = issued.issuer.chain
    if form.without_roots:
        return tuple(each for each in chain if not certificates.signs_itself(each))
    return chain


def _in_pem(der: bytes) -> str:
    return certificates.in_pem(der).strip()


@lru_cache(maxsize=256)
def _issuer_in_pem(der: bytes) -> str:
    """The same certificates stand in thousands of answers."""
    return _in_pem(der)


def _in_base64(der: bytes) -> str:
    return base64.b64encode(der).decode()
