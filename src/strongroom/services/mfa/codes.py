"""Time-based one-time passwords (pure).

Source: RFC 6238, RFC 4226
"""

from __future__ import annotations

import hmac
from urllib.parse import quote, urlencode

from strongroom.services.mfa.records import TotpSettings

ALGORITHMS = ("SHA1", "SHA256", "SHA512")


def step_of(at: float, period_s: int) -> int:
    """The number of the period that a time lies in."""
    return int(at // period_s)


def code_of(key: bytes, step: int, settings: TotpSettings) -> str:
    """The code of a period.  Source: RFC 4226, section 5.3"""
    mac = hmac.digest(key, step.to_bytes(8, "big"), settings.algorithm.lower())
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**settings.digits).zfill(settings.digits)


def matching_step(code: str, key: bytes, settings: TotpSettings, at: float) -> int | None:
    """The period whose code this is, among those that are taken at a time; None if it is wrong.

    It compares all of them, each in constant time, so that the time tells nothing.
    """
    given = code.encode("utf-8", "surrogatepass")
    found, present = None, step_of(at, settings.period_s)
    for step in range(max(0, present - settings.skew), present + settings.skew + 1):
        if hmac.compare_digest(given, code_of(key, step, settings).encode()):
            found = step
    return found


def url_of(secret: str, account: str, settings: TotpSettings) -> str:
    """The `otpauth` URL of a secret, which authenticator apps read.

    Args:
        secret: in base32, without padding.
    """
    query = {
        "algorithm": settings.algorithm,
        "digits": settings.digits,
        "issuer": settings.issuer,
        "period": settings.period_s,
        "secret": secret,
    }
    label = f"{quote(settings.issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"
