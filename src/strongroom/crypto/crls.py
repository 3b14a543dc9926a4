"""Lists of revoked certificates, and their serial numbers in a form that is searched without being taken apart.

Source: RFC 5280, section 5
"""

from __future__ import annotations

import base64
import binascii
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography import x509

from strongroom.crypto.certificates import Certificate
from strongroom.crypto.pem import WEAK_HASHES
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import InvalidRequest

MOST_BYTES = 4 * 1024 * 1024
SERIAL_BYTES = 24
"""Of one in `Crl.serials`.  RFC 5280 allows 20 bytes."""
MOST_SERIALS = 160_000


@dataclass(frozen=True, slots=True)
class Crl:
    """What a list says.  Nobody vouches for it yet."""

    serials: bytes
    """The serial numbers in ascending order, `SERIAL_BYTES` each."""
    issuer: bytes
    """In DER."""
    issuer_text: str
    number: int | None
    this_update: float
    """Seconds since the epoch."""
    next_update: float
    """0 if it doesn't say when there will be another one."""
    _x509: x509.CertificateRevocationList = field(repr=False)

    def is_signed_by(self, authority: Certificate) -> bool:
        """Whether the authority has made it."""
        hashed = self._x509.signature_hash_algorithm
        if authority.weakness or (hashed is not None and hashed.name in WEAK_HASHES):
            return False
        try:
            return bool(self._x509.is_signature_valid(authority.x509.public_key()))  # type: ignore[arg-type]
        except UNREADABLE:
            return False


def crl_of(data: bytes) -> Crl:
    """Read a list in DER, in PEM, or in DER under base64.  Raises `InvalidRequest` for anything else."""
    if len(data) > MOST_BYTES:
        raise InvalidRequest(f"failed to parse CRL: it is longer than {MOST_BYTES} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(_loaded(data))
    except UNREADABLE as error:
        raise InvalidRequest("failed to parse CRL: it is no list of revoked certificates in PEM or DER") from error


def _loaded(data: bytes) -> x509.CertificateRevocationList:
    if b"-----BEGIN X509 CRL-----" in data:
        return x509.load_pem_x509_crl(data)
    if not data.startswith(b"\x30"):
        try:
            data = base64.b64decode(b"".join(data.split()), validate=True)
        except binascii.Error as error:
            raise ValueError from error
    return x509.load_der_x509_crl(data)


def _read(loaded: x509.CertificateRevocationList) -> Crl:
    numbers = list[int]()
    for each in loaded:
        numbers.append(each.serial_number)
        if len(numbers) > MOST_SERIALS:
            raise InvalidRequest(f"failed to parse CRL: it has more than {MOST_SERIALS} certificates")
    try:
        number = loaded.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        number = None
    for each_ in loaded.extensions:
        if isinstance(each_.value, x509.DeltaCRLIndicator):
            raise InvalidRequest("failed to parse CRL: it lists changes only (a delta CRL), not all that is revoked")
    next_update = loaded.next_update_utc
    return Crl(
        serials=b"".join(sorted(map(packed, set(numbers)))),
        issuer=loaded.issuer.public_bytes(),
        issuer_text=loaded.issuer.rfc4514_string(),
        number=number,
        this_update=loaded.last_update_utc.timestamp(),
        next_update=0.0 if next_update is None else next_update.timestamp(),
        _x509=loaded,
    )


def packed(serial: int) -> bytes:
    """A serial number as it stands in `Crl.serials`.  Raises `ValueError` for one that is too long."""
    try:
        # Wrong ones are negative.  The sign bit is turned over, so that the order is that of the numbers.
        return (serial + (1 << 8 * SERIAL_BYTES - 1)).to_bytes(SERIAL_BYTES, "big")
    except OverflowError as error:
        raise ValueError from error


def unpacked(serials: bytes) -> Iterator[int]:
    """The serial numbers, in ascending order."""
    for at in range(0, len(serials), SERIAL_BYTES):
        yield int.from_bytes(serials[at : at + SERIAL_BYTES], "big") - (1 << 8 * SERIAL_BYTES - 1)


def holds(serials: bytes, serial: int) -> bool:
    """Whether a serial number is among them."""
    try:
        wanted = packed(serial)
    except ValueError:
        return False
    places = range(len(serials) // SERIAL_BYTES)
    at = bisect_left(places, wanted, key=lambda i: serials[i * SERIAL_BYTES : (i + 1) * SERIAL_BYTES])
    return serials[at * SERIAL_BYTES : (at + 1) * SERIAL_BYTES] == wanted
