"""The certificates of a key that is held here, as its owner hands them in.

Source: RFC 5280
"""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from typing import Final

from strongroom.crypto.certificates import Certificate, certificates_of_clients
from strongroom.crypto.chains import has_issued, shown
from strongroom.lib.errors import InvalidRequest

MOST_CERTIFICATES: Final = 16
_MAX_CHARACTERS: Final = 512 * 1024
_LABEL = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")


def chain_for(public: bytes, text: str) -> tuple[Certificate, ...]:
    """The chain, from the key's own certificate upwards.

    Whether it is valid now, and whether somebody trusts its last one, isn't asked: the owner knows what it is for.

    Args:
        public: the key, as SubjectPublicKeyInfo DER. text: certificates in PEM.

    Raises:
        InvalidRequest: it can't be read; the first one isn't the key's, or is an authority's; there are two that are
            no authority's; one wasn't issued by the next.  The text says which.
    """
    chain = _read(text)
    leaf = chain[0]
    if leaf.is_ca:
        raise InvalidRequest("certificate in the first element is not a valid leaf certificate: it is an authority's")
    if leaves := [each for each in chain[1:] if not each.is_ca]:
        raise InvalidRequest(f"there is more than one leaf certificate: {shown(leaves[0])} is no authority's either")
    if leaf.public_key_sha256 != hashlib.sha256(public).hexdigest():
        raise InvalidRequest("leaf certificate public key does not match the selected key version")
    for lower, upper in pairwise(chain):
        if not has_issued(upper, lower):
            raise InvalidRequest(
                f"the certificate {shown(lower)} was not issued by the next one, {shown(upper)}: "
                "each has to stand before its issuer"
            )
    return chain


def _read(text: str) -> tuple[Certificate, ...]:
    if len(text) > _MAX_CHARACTERS:
        raise InvalidRequest(f"a certificate chain has at most {_MAX_CHARACTERS} characters")
    labels = _LABEL.findall(text)
    if any("PRIVATE KEY" in label for label in labels):
        raise InvalidRequest("there is a private key in the certificate chain: it has to be taken out")
    if not any(label.endswith("CERTIFICATE") for label in labels):
        raise InvalidRequest("provided certificate chain did not contain any valid PEM encoded certificate")
    if len(labels) > MOST_CERTIFICATES:
        raise InvalidRequest(f"a certificate chain has at most {MOST_CERTIFICATES} certificates")
    try:
        return certificates_of_clients(text)
    except InvalidRequest as error:
        raise InvalidRequest(f"could not parse a certificate in the certificate chain: it {error.text}") from error
