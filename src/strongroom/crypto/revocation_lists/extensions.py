"""Extensions of lists (p).

Source: RFC 5280, section 5.2
"""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.crypto import der, der_values
from strongroom.crypto.issuing import extension_ids as ids

_URI = 0x86  # [6] of GeneralName
_KEY_IDENTIFIER = 0x80  # [0] of AuthorityKeyIdentifier


def authority_key_identifier(key_id: bytes) -> bytes:
    """Which key has signed: the subject key identifier of the issuer's certificate."""
    value = der_values.sequence((der.encoded(_KEY_IDENTIFIER, key_id),))
    return der_values.extension(ids.AUTHORITY_KEY_ID, value)


def number(value: int) -> bytes:
    """The list's own number, which only grows."""
    return der_values.extension(ids.CRL_NUMBER, der_values.integer(value))


def delta_indicator(base: int) -> bytes:
    """That the list tells only what has changed since the complete list of that number."""
    return der_values.extension(ids.DELTA_CRL_INDICATOR, der_values.integer(base), critical=True)


def freshest(urls: Sequence[str]) -> bytes:
    """Where the delta of this complete list is found.  Source: RFC 5280, section 5.2.6"""
    points = (der_values.sequence((_point((url,)),)) for url in urls)
    return der_values.extension(ids.FRESHEST_CRL, der_values.sequence(points))


def issuing_point(urls: Sequence[str]) -> bytes:
    """That the list tells of those certificates only that name one of these URLs.  Source: RFC 5280, section 5.2.5"""
    return der_values.extension(ids.ISSUING_DISTRIBUTION_POINT, der_values.sequence((_point(urls),)), critical=True)


def _point(urls: Sequence[str]) -> bytes:
    """A distribution point's name: `[0] { fullName [0] GeneralNames }`."""
    names = b"".join(der.encoded(_URI, url.encode("ascii")) for url in urls)
    return der_values.explicit(0, der_values.explicit(0, names))
