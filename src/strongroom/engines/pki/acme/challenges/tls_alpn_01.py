"""The challenge tls-alpn-01: the host shows a certificate that holds a digest.

Source: RFC 8737, section 3; RFC 8738, section 6
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import ssl
from typing import Final

from strongroom.crypto.acme_certificates import proof_in
from strongroom.crypto.mac import same, sha256
from strongroom.engines.pki.acme.challenges.names import vetted
from strongroom.engines.pki.acme.challenges.outcome import Failed
from strongroom.engines.pki.acme.challenges.ports import Ports
from strongroom.engines.pki.acme.records import AcmeConfig, Identifier
from strongroom.lib.errors import Tampered

PROTOCOL: Final = "acme-tls/1"
_TOTAL_S: Final = 8.0


async def prove(identifier: Identifier, token: str, expected: str, config: AcmeConfig, ports: Ports) -> None:
    """Raise `Failed` unless the host shows the certificate that is expected."""
    failed: Failed | None = None
    for address in await vetted(identifier.value, config):
        try:
            shown = await _certificate(address, ports.tls, server_name(identifier))
            break
        except Failed as error:
            failed = error
    else:
        raise failed or Failed("connection", "the host has no address")
    try:
        proof = proof_in(shown)
    except Tampered as error:
        raise Failed("unauthorized", f"the certificate of {identifier.value} {error.text}", final=True) from None
    if identifier.pair != (proof.kind, proof.name):
        text = f"the certificate is for {proof.name}, and one for {identifier.value} alone was expected"
        raise Failed("unauthorized", text, final=True)
    if not same(proof.digest, sha256(expected.encode())):
        wanted = sha256(expected.encode()).hex()
        text = f"the certificate holds the digest {proof.digest.hex()}, and {wanted} was expected"
        raise Failed("unauthorized", text, final=True)


def server_name(identifier: Identifier) -> str:
    """The name that the host is asked by.  (p)"""
    if identifier.type == "dns":
        return identifier.value
    return ipaddress.ip_address(identifier.value).reverse_pointer


async def _certificate(address: str, port: int, name: str) -> bytes:
    """The leaf that a host shows, in DER.  Raises `Failed`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it proves by what it holds
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols([PROTOCOL])
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(_TOTAL_S):
            _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=name)
        session: ssl.SSLObject = writer.get_extra_info("ssl_object")
        if session.selected_alpn_protocol() != PROTOCOL:
            raise Failed("unauthorized", f"{address} port {port} does not speak {PROTOCOL} for {name}")
        der = session.getpeercert(binary_form=True)
    except TimeoutError:
        raise Failed("connection", f"{address} port {port} did not answer in time") from None
    except ssl.SSLError as error:
        raise Failed("tls", f"{address} port {port}: TLS failed: {error.reason}") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "it cannot be reached"
        raise Failed("connection", f"{address} port {port}: {reason}") from None
    finally:
        if writer is not None:
            writer.close()
    if not der:
        raise Failed("tls", f"{address} port {port} shows no certificate")
    return der
