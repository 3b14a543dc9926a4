"""How SLH-DSA keys stand in PKCS#8 and in SubjectPublicKeyInfo: their raw bytes, without anything around them (p).

Source: RFC 9909, sections 3 to 5; RFC 5958; FIPS 205, section 9.1
"""

from __future__ import annotations

from strongroom.crypto import der
from strongroom.lib.errors import InvalidRequest

_SETS = {
    "slh-dsa-sha2-128s": (20, 16),
    "slh-dsa-sha2-128f": (21, 16),
    "slh-dsa-sha2-192s": (22, 24),
    "slh-dsa-sha2-192f": (23, 24),
    "slh-dsa-sha2-256s": (24, 32),
    "slh-dsa-sha2-256f": (25, 32),
    "slh-dsa-shake-128s": (26, 16),
    "slh-dsa-shake-128f": (27, 16),
    "slh-dsa-shake-192s": (28, 24),
    "slh-dsa-shake-192f": (29, 24),
    "slh-dsa-shake-256s": (30, 32),
    "slh-dsa-shake-256f": (31, 32),
}
"""The last arc of the object identifier, and FIPS 205's `n`: a public key has 2n bytes, a private one 4n."""
PARAMETER_SETS = tuple(_SETS)

_SIGNATURES = bytes.fromhex("6086480165030403")  # 2.16.840.1.101.3.4.3, before the last arc
_INTEGER, _BIT_STRING, _OCTET_STRING, _OID, _SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30
_ATTRIBUTES, _PUBLIC_KEY = 0xA0, 0x81
_VERSIONS = (b"\x00", b"\x01")


def check_set(parameter_set: str) -> None:
    """Raise `InvalidRequest` for a parameter set that isn't one of `PARAMETER_SETS`."""
    if parameter_set not in _SETS:
        raise InvalidRequest(f"the parameter sets of SLH-DSA are {', '.join(PARAMETER_SETS)}")


def pkcs8(parameter_set: str, private: bytes) -> bytes:
    """A private key's PKCS#8."""
    return der.encoded(
        _SEQUENCE,
        der.encoded(_INTEGER, _VERSIONS[0]) + _algorithm(parameter_set) + der.encoded(_OCTET_STRING, private),
    )


def spki(parameter_set: str, public: bytes) -> bytes:
    """A public key's SubjectPublicKeyInfo."""
    return der.encoded(_SEQUENCE, _algorithm(parameter_set) + der.encoded(_BIT_STRING, b"\x00" + public))


def private_of(pkcs8: bytes) -> tuple[str, bytes]:
    """Parameter set and raw bytes of a private key in PKCS#8.  Raises `InvalidRequest`."""
    try:
        (tag, content) = der.element(pkcs8)
        version, algorithm, key, *more = der.elements(content)
        parameter_set = _set_of(algorithm)
    except ValueError as error:
        raise InvalidRequest("it is no SLH-DSA private key in PKCS#8") from error
    if tag != _SEQUENCE or version[0] != _INTEGER or version[1] not in _VERSIONS or key[0] != _OCTET_STRING:
        raise InvalidRequest("it is no SLH-DSA private key in PKCS#8")
    private = key[1]
    if len(private) != 4 * _SETS[parameter_set][1]:
        raise InvalidRequest(f"a private key of {parameter_set} has another length")
    for kind, value in more:
        if kind not in (_ATTRIBUTES, _PUBLIC_KEY):
            raise InvalidRequest("it is no SLH-DSA private key in PKCS#8")
        if kind == _PUBLIC_KEY and value != b"\x00" + private[len(private) // 2 :]:
            raise InvalidRequest("the SLH-DSA private key comes with the public key of another")
    return parameter_set, private


def public_of(spki: bytes) -> tuple[str, bytes]:
    """Parameter set and raw bytes of a public key in SubjectPublicKeyInfo.  Raises `InvalidRequest`."""
    try:
        (tag, content) = der.element(spki)
        algorithm, (kind, key) = der.elements(content)
        parameter_set = _set_of(algorithm)
    except ValueError as error:
        raise InvalidRequest("it is no SLH-DSA public key") from error
    if tag != _SEQUENCE or kind != _BIT_STRING or key[:1] != b"\x00":
        raise InvalidRequest("it is no SLH-DSA public key")
    if len(key) != 1 + 2 * _SETS[parameter_set][1]:
        raise InvalidRequest(f"a public key of {parameter_set} has another length")
    return parameter_set, key[1:]


def _set_of(algorithm: tuple[int, bytes]) -> str:
    """The parameter set that an AlgorithmIdentifier names.  Raises `ValueError`: parameters are an error, too."""
    for parameter_set in PARAMETER_SETS:
        if der.encoded(*algorithm) == _algorithm(parameter_set):
            return parameter_set
    raise ValueError("another algorithm")


def _algorithm(parameter_set: str) -> bytes:
    return der.encoded(_SEQUENCE, der.encoded(_OID, _SIGNATURES + bytes((_SETS[parameter_set][0],))))
