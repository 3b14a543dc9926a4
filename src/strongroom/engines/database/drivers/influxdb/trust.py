"""What is trusted of a server by TLS, and shown to it (pure).

`pem_bundle` and `pem_json` hold a certificate with its key, authorities, or both.  What has no key beside it are
authorities, which are then the only ones that are trusted.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases/influxdb
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.key_pair import load_pair
from strongroom.lib.pem import ascii_pem

VERSIONS = {
    "tls10": ssl.TLSVersion.TLSv1,
    "tls11": ssl.TLSVersion.TLSv1_1,
    "tls12": ssl.TLSVersion.TLSv1_2,
    "tls13": ssl.TLSVersion.TLSv1_3,
}
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]*-----END \1-----")
_NOT_JSON = (
    "could not parse given JSON; it must be in the format of the output of the PKI backend certificate issuing command"
)


@dataclass(frozen=True, slots=True)
class Trust:
    """What is trusted, and shown."""

    authorities: str = ""
    """In PEM, the only ones; empty for the operating system's."""
    pair: str = field(default="", repr=False)
    """The client's certificate and its key, in PEM; empty for none."""
    insecure: bool = False
    """Whether the server's certificate isn't looked at."""
    version: str = "tls12"
    """The oldest version of TLS."""


def of_bundle(text: str, *, insecure: bool, version: str) -> Trust:
    """What a text of PEM blocks says.  Raises `InvalidRequest`."""
    return _of_blocks(text, insecure=insecure, version=version)


def of_json(given: Any, *, insecure: bool, version: str) -> Trust:
    """What a JSON object says, or its text.  Raises `InvalidRequest`."""
    found = given
    if isinstance(given, str):
        try:
            found = json.loads(given.encode())
        except InvalidRequest as error:
            raise InvalidRequest(_NOT_JSON) from error
    if isinstance(found, dict) and isinstance(found.get("data"), dict):
        found = found["data"]
    if not isinstance(found, dict):
        raise InvalidRequest(_NOT_JSON)
    parts = [found.get(name) for name in ("certificate", "private_key", "issuing_ca")]
    chain = found.get("ca_chain")
    parts += chain if isinstance(chain, list) else []
    return _of_blocks("\n".join(part for part in parts if isinstance(part, str)), insecure=insecure, version=version)


def _of_blocks(text: str, *, insecure: bool, version: str) -> Trust:
    certificates: list[str] = []
    keys: list[str] = []
    for found in _BLOCK.finditer(ascii_pem(text)):
        (keys if found[1].endswith("PRIVATE KEY") else certificates).append(found[0])
    if not certificates:
        raise InvalidRequest("error parsing the given PEM information: no data found in PEM block")
    if len(keys) > 1:
        raise InvalidRequest("error parsing the given PEM information: more than one private key")
    own = next((each for each in certificates if _fits(each, keys[0])), "") if keys else ""
    if keys and not own:
        raise InvalidRequest("error parsing the given PEM information: no certificate fits the private key")
    authorities = "\n".join(dict.fromkeys(each for each in certificates if each != own))
    trust = Trust(authorities, f"{own}\n{keys[0]}\n" if own else "", insecure=insecure, version=version)
    try:
        context_of(trust)
    except (ssl.SSLError, ValueError) as error:
        raise InvalidRequest("error parsing the given PEM information: it holds no valid certificate") from error
    return trust


def _fits(certificate: str, key: str) -> bool:
    try:
        load_pair(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), f"{certificate}\n{key}\n")
    except (ssl.SSLError, ValueError):
        return False
    return True


@lru_cache(64)
def context_of(trust: Trust) -> ssl.SSLContext:
    """For connections.  Raises `ssl.SSLError` or `ValueError`."""
    context = ssl.create_default_context(cadata=trust.authorities or None)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if trust.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.minimum_version = VERSIONS[trust.version]
    if trust.pair:
        load_pair(context, trust.pair)
    return context
