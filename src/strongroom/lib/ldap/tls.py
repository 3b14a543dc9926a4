"""TLS to a directory, by Python's `ssl`.

The LDAP library could do TLS itself.  But it doesn't say why it fails, which implementation is behind it depends on the
system, and it reads certificates and keys from files only.
"""

from __future__ import annotations

import ssl
from functools import lru_cache

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.key_pair import load_pair
from strongroom.lib.ldap.directory import Tls
from strongroom.lib.pem import ascii_pem

VERSIONS = {
    "tls10": ssl.TLSVersion.TLSv1,
    "tls11": ssl.TLSVersion.TLSv1_1,
    "tls12": ssl.TLSVersion.TLSv1_2,
    "tls13": ssl.TLSVersion.TLSv1_3,
}
_CONTEXTS = 64


@lru_cache(_CONTEXTS)
def context_of(tls: Tls) -> ssl.SSLContext:
    """What is trusted and shown.  Raises `ssl.SSLError` or `ValueError` for material that can't be read."""
    context = ssl.create_default_context(cadata=ascii_pem(tls.ca_pem) or None)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.minimum_version = VERSIONS[tls.min_version]
    context.maximum_version = VERSIONS[tls.max_version]
    if tls.client_cert_pem:
        load_pair(context, f"{tls.client_cert_pem}\n{tls.client_key_pem}\n")
    return context


def check_tls(tls: Tls) -> None:
    """Raise `InvalidRequest` if the certificates or the key can't be used."""
    try:
        context_of(msgspec.structs.replace(tls, client_cert_pem="", client_key_pem=""))
    except (ssl.SSLError, ValueError) as error:
        raise InvalidRequest("certificate holds no certificate in PEM") from error
    if bool(tls.client_cert_pem) != bool(tls.client_key_pem):
        raise InvalidRequest("both client_tls_cert and client_tls_key must be set, or neither")
    try:
        context_of(tls)
    except (ssl.SSLError, ValueError) as error:
        text = "client_tls_cert and client_tls_key must be a certificate in PEM and its key, not encrypted"
        raise InvalidRequest(text) from error
