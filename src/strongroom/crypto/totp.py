"""Time-based one-time passwords (pure): for second factors of logins, and for the secrets engine `totp`.

Source: RFC 6238, RFC 4226
"""

from __future__ import annotations

import hmac
from typing import Protocol
from urllib.parse import quote, urlencode

ALGORITHMS = ("SHA1", "SHA256", "SHA512")
DIGITS = (6, 8)
SKEWS = (0, 1)
LEAST_KEY_BYTES = 16
"""Of a key that is made here.  Source: RFC 4226, section 4, R6"""
MOST_KEY_BYTES = 128
"""Of a key that is made here; no hash function's block is longer."""
MOST_PERIOD_S = 24 * 3600
"""Used codes are remembered as long as they would count, so this bounds how long that is."""
ISSUER_BYTES = 128
"""It stands twice in the QR code, which has room for some two thousand characters."""


class CodeSettings(Protocol):
    """How the codes of a key are made."""

    @property
    def algorithm(self) -> str:
        """One of `ALGORITHMS`."""

    @property
    def digits(self) -> int:
        """How many digits a code has."""

    @property
    def period_s(self) -> int:
        """How long each code is the present one."""

    @property
    def skew(self) -> int:
        """How many periods before and after the present one a code is taken from."""


def step_of(at: float, period_s: int) -> int:
    """The number of the period that a time lies in."""
    return int(at // period_s)


def code_of(key: bytes, step: int, settings: CodeSettings) -> str:
    """The code of a period.  Source: RFC 4226, section 5.3"""
    mac = hmac.digest(key, step.to_bytes(8, "big"), settings.algorithm.lower())
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**settings.digits).zfill(settings.digits)


def matching_step(code: str, key: bytes, settings: CodeSettings, at: float) -> int | None:
    """The period whose code this is, among those that are taken at a time; None if it is wrong.

    It compares all of them, each in constant time, so that the time tells nothing.
    """
    given = code.encode("utf-8", "surrogatepass")
    found, present = None, step_of(at, settings.period_s)
    for step in range(max(0, present - settings.skew), present + settings.skew + 1):
        if hmac.compare_digest(given, code_of(key, step, settings).encode()):
            found = step
    return found


def url_of(secret: str, issuer: str, account: str, settings: CodeSettings) -> str:
    """The `otpauth` URL of a secret, which authenticator apps read.

    Args:
        secret: in base32, without padding. issuer, account: what apps show.
    """
    query = {
        "algorithm": settings.algorithm,
        "digits": settings.digits,
        "issuer": issuer,
        "period": settings.period_s,
        "secret": secret,
    }
    # A colon separates the two, so it is escaped within them.
    label = f"{quote(issuer, safe='@')}:{quote(account, safe='@')}"
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote, safe='@')}"
