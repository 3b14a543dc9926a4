"""Questions, read strictly and within limits: anybody may send them (p).

Source: RFC 6960, section 4.1; RFC 9654 for nonces
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from strongroom.crypto import der, der_values

MOST_BYTES: Final = 64 * 1024
MOST_CERTIFICATES: Final = 64
"""One question costs as many look-ups."""
_MOST_NONCE_BYTES: Final = 128
_EMPTY_NONCE: Final = b"\x04\x00"
"""Refused, as too long ones are.  Source: RFC 9654, section 2.1"""
_MOST_SERIAL_BYTES: Final = 21
"""Of a number of 20 bytes, and the byte that keeps it positive."""
_MOST_DIGEST_BYTES: Final = 64
"""Of SHA-512."""
_NO_PARAMETERS: Final = (0x05, b"")
NONCE: Final = "1.3.6.1.5.5.7.48.1.2"
_VERSION, _REQUESTOR, _EXTENSIONS = 0xA0, 0xA1, 0xA2
_SIGNATURE = _SINGLE_EXTENSIONS = 0xA0
HASHES: Final = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
"""The hash functions of questions, by their object identifier."""
_BOOLEAN: Final = 0x01


class MalformedQuestion(ValueError):
    """The bytes are no question that can be answered."""


class CertificateId(msgspec.Struct, frozen=True):
    """Which certificate is asked for."""

    encoded: bytes
    """In DER: the answer repeats it."""
    hashed: str
    """The hash function of the two digests; empty for one that isn't known here."""
    name_hash: bytes
    """Of the issuer's name."""
    key_hash: bytes
    """Of the issuer's key."""
    serial: int

    @property
    def is_usual(self) -> bool:
        """Whether it is written as nearly all clients write it: there are two ways, and any number of others."""
        oid = next((each for each, name in HASHES.items() if name == self.hashed), "")
        if not oid or self.serial < 0:
            return False
        digests = (der.encoded(der_values.OCTET_STRING, each) for each in (self.name_hash, self.key_hash))
        rest = (*digests, der_values.integer(self.serial))
        hashes = (der_values.sequence((der_values.identifier(oid), *more)) for more in ((der_values.NULL,), ()))
        return self.encoded in [der_values.sequence((each, *rest)) for each in hashes]


class Question(msgspec.Struct, frozen=True):
    """What a client asks."""

    certificates: tuple[CertificateId, ...]
    nonce: bytes | None = None
    """In DER, as the extension holds it: the answer repeats it."""


def question(data: bytes) -> Question:
    """Read a question.  A signature isn't looked at: nobody has to prove who he is to ask.

    Raises: `MalformedQuestion`.
    """
    if not data or len(data) > MOST_BYTES:
        raise MalformedQuestion
    try:
        return _question(data)
    except der.MalformedDer as error:
        raise MalformedQuestion from error


def _question(data: bytes) -> Question:
    parts = _sequence(der.element(data))
    signed, signature = next(parts, None), next(parts, None)
    if signed is None or next(parts, None) is not None or (signature is not None and signature[0] != _SIGNATURE):
        raise MalformedQuestion
    found = list(_sequence(signed))
    if found and found[0][0] == _VERSION:
        _check_version(found.pop(0)[1])
    if found and found[0][0] == _REQUESTOR:
        found.pop(0)
    if not found or len(found) > 2:
        raise MalformedQuestion
    nonce = None
    if len(found) == 2:
        nonce = _nonce(*found[1])
    asked: list[CertificateId] = []
    for each in _sequence(found[0]):
        if len(asked) == MOST_CERTIFICATES:
            raise MalformedQuestion
        asked.append(_certificate(each))
    if not asked:
        raise MalformedQuestion
    return Question(tuple(asked), nonce)


def _check_version(content: bytes) -> None:
    if content != der_values.integer(0):
        raise MalformedQuestion


def _certificate(request: tuple[int, bytes]) -> CertificateId:
    parts = list(_sequence(request))
    if not parts or len(parts) > 2:
        raise MalformedQuestion
    if len(parts) == 2:
        if parts[1][0] != _SINGLE_EXTENSIONS:
            raise MalformedQuestion
        for _ in _extensions(parts[1][1]):
            pass  # none is known, and a critical one is refused
    tag, content = parts[0]
    named = list(_sequence(parts[0]))
    if [each[0] for each in named[1:]] != [der_values.OCTET_STRING, der_values.OCTET_STRING, der_values.INTEGER]:
        raise MalformedQuestion
    algorithm, *parameters = (*_sequence(named[0]), (0, b""))
    # None of the hash functions has parameters, and answers repeat what stands here: it can't be just anything.
    if algorithm[0] != der_values.OBJECT_IDENTIFIER or parameters[:-1] not in ([], [_NO_PARAMETERS]):
        raise MalformedQuestion
    if not 0 < len(named[3][1]) <= _MOST_SERIAL_BYTES or max(map(len, (named[1][1], named[2][1]))) > _MOST_DIGEST_BYTES:
        raise MalformedQuestion
    return CertificateId(
        encoded=der.encoded(tag, content),
        hashed=HASHES.get(der.object_identifier(algorithm[1]), ""),
        name_hash=named[1][1],
        key_hash=named[2][1],
        serial=int.from_bytes(named[3][1], "big", signed=True),
    )


def _nonce(tag: int, content: bytes) -> bytes | None:
    if tag != _EXTENSIONS:
        raise MalformedQuestion
    found = None
    for name, value in _extensions(content):
        if name != NONCE:
            continue
        if found is not None:
            raise MalformedQuestion
        # Clients of before RFC 8954 send the bytes without an OCTET STRING around them. Those are repeated as they are.
        if value in {b"", _EMPTY_NONCE} or len(value) > _MOST_NONCE_BYTES + 3:
            raise MalformedQuestion
        found = value
    return found


def _extensions(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and value of each extension.  Raises `MalformedQuestion` for a critical one that isn't known."""
    for each in _sequence(der.element(content)):
        parts = list(_sequence(each))
        tags = [part[0] for part in parts]
        plain = [der_values.OBJECT_IDENTIFIER, der_values.OCTET_STRING]
        if tags not in (plain, [plain[0], _BOOLEAN, plain[1]]):
            raise MalformedQuestion
        name = der.object_identifier(parts[0][1])
        if len(parts) == 3 and parts[1][1] != b"\x00" and name != NONCE:
            raise MalformedQuestion
        yield name, parts[-1][1]


def _sequence(element: tuple[int, bytes]) -> Iterator[tuple[int, bytes]]:
    tag, content = element
    if tag != der_values.SEQUENCE:
        raise MalformedQuestion
    return der.elements(content)
