"""One-time passwords: the vectors of the RFCs, and what is taken at which time."""

from __future__ import annotations

import pyotp
import pytest

from strongroom.crypto import totp
from strongroom.services.mfa.records import TotpSettings

_SEEDS = {
    "SHA1": b"12345678901234567890",
    "SHA256": b"12345678901234567890123456789012",
    "SHA512": b"1234567890123456789012345678901234567890123456789012345678901234",
}


@pytest.mark.parametrize(
    ("at", "algorithm", "code"),
    [
        (59, "SHA1", "94287082"),
        (59, "SHA256", "46119246"),
        (59, "SHA512", "90693936"),
        (1111111109, "SHA1", "07081804"),
        (1111111109, "SHA256", "68084774"),
        (1111111109, "SHA512", "25091201"),
        (1111111111, "SHA1", "14050471"),
        (1111111111, "SHA256", "67062674"),
        (1111111111, "SHA512", "99943326"),
        (1234567890, "SHA1", "89005924"),
        (1234567890, "SHA256", "91819424"),
        (1234567890, "SHA512", "93441116"),
        (2000000000, "SHA1", "69279037"),
        (2000000000, "SHA256", "90698825"),
        (2000000000, "SHA512", "38618901"),
        (20000000000, "SHA1", "65353130"),
        (20000000000, "SHA256", "77737706"),
        (20000000000, "SHA512", "47863826"),
    ],
)
def test_vectors(at: int, algorithm: str, code: str) -> None:
    """Source: RFC 6238, appendix B"""
    settings = TotpSettings(issuer="", digits=8, algorithm=algorithm)
    assert totp.code_of(_SEEDS[algorithm], totp.step_of(at, 30), settings) == code


@pytest.mark.parametrize("skew", [0, 1])
def test_the_window(skew: int) -> None:
    """The present period and `skew` around it, each by its own number."""
    settings, key, at = TotpSettings(issuer="", skew=skew), b"k" * 20, 3_000_000
    present = at // 30
    for step in range(present - 3, present + 4):
        code = totp.code_of(key, step, settings)
        expected = step if abs(step - present) <= skew else None
        assert totp.matching_step(code, key, settings, at) == expected


@pytest.mark.parametrize("code", ["", "12345", "1234567", "é23456", "0" * 300, "12 456", "\ud800"])
def test_what_is_no_code(code: str) -> None:
    """Whatever a client sends is compared, and doesn't match."""
    assert totp.matching_step(code, b"k" * 20, TotpSettings(issuer=""), 59) is None


def test_the_url_is_what_apps_read() -> None:
    """Every setting comes back, whatever characters the issuer has."""
    settings = TotpSettings(issuer="Straße & Co: x?", digits=8, period_s=60, algorithm="SHA256")
    app = pyotp.parse_uri(totp.url_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", settings.issuer, "eva@example.com", settings))
    assert isinstance(app, pyotp.TOTP)
    assert (app.issuer, app.name, app.digits, app.interval) == (settings.issuer, "eva@example.com", 8, 60)
    assert app.digest().name == "sha256"
    assert app.secret == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
