"""By which digests questions name an issuer (p).

Source: RFC 6960, section 4.1.1
"""

from __future__ import annotations

import hashlib

from strongroom.crypto import der
from strongroom.crypto.asymmetric.key_files import spki
from strongroom.crypto.certificates import Certificate
from strongroom.crypto.ocsp_responder.questions import HASHES


def digests(issuer: Certificate) -> list[tuple[str, bytes, bytes]]:
    """Hash function, digest of the name and digest of the key, for each function that questions may use."""
    # The key without its algorithm: the bit string of the SubjectPublicKeyInfo, without the count of unused bits.
    bits = list(der.elements(der.element(spki(issuer.x509.public_key()))[1]))[1][1][1:]
    return [
        (name, hashlib.new(name, issuer.subject).digest(), hashlib.new(name, bits).digest()) for name in HASHES.values()
    ]
