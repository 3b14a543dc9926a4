"""Whether an RSA key's numbers belong together (p)."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers

from strongroom.lib.errors import InvalidRequest

MIN_BITS: Final = 2048
MAX_BITS: Final = 4096
_MAX_EXPONENT: Final = 2**31 - 1
"""What Go and many smart cards can take."""


def check_public(numbers: RSAPublicNumbers) -> None:
    """Raises `InvalidRequest` for a modulus or an exponent that isn't accepted."""
    bits = numbers.n.bit_length()
    if not MIN_BITS <= bits <= MAX_BITS:
        raise InvalidRequest(f"an RSA key of {bits} bits isn't accepted: it needs {MIN_BITS} to {MAX_BITS}")
    if not numbers.n & 1:
        raise InvalidRequest("the modulus of the RSA key is even")
    if not 3 <= numbers.e <= _MAX_EXPONENT or not numbers.e & 1:
        raise InvalidRequest("the public exponent of the RSA key has to be odd, at least 3 and less than 2^31")


def check_private(numbers: RSAPrivateNumbers) -> None:
    """Raises `InvalidRequest` unless primes, exponents and coefficient fit the modulus.

    Whether the primes are prime is not tried.  Who sends composite ones knows the key anyhow, and harms only himself;
    one that doesn't work at all is found by a trial signature.

    Source: RFC 8017, section 3.2
    """
    check_public(numbers.public_numbers)
    check_numbers(numbers)


def check_numbers(numbers: RSAPrivateNumbers) -> None:
    """Raises `InvalidRequest` as `check_private`, but for the size and the exponent."""
    p, q, d = numbers.p, numbers.q, numbers.d
    fits = (
        p > 1
        and q > 1
        and p != q
        and p & q & 1 == 1
        and p * q == numbers.public_numbers.n
        and 1 < d < numbers.public_numbers.n
        and d * numbers.public_numbers.e % (p - 1) == 1
        and d * numbers.public_numbers.e % (q - 1) == 1
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and 0 < numbers.iqmp < p
        and numbers.iqmp * q % p == 1
    )
    if not fits:
        raise InvalidRequest("the numbers of the RSA key don't belong together")
