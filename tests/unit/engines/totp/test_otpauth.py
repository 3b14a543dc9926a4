"""The URLs of providers."""

from __future__ import annotations

import pytest

from strongroom.engines.totp.otpauth import Enrolment, enrolment_of
from strongroom.lib.errors import InvalidRequest

KEY = "JBSWY3DPEHPK3PXP"
UNREADABLE = "an error occurred while parsing url string: "
FORM = UNREADABLE + "it isn't of the form otpauth://totp/<issuer>:<account>?secret=<key>"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("t", Enrolment(KEY, "t")),
        ("I:a@example.com", Enrolment(KEY, "a@example.com", "I")),
        ("I%3Aa@example.com", Enrolment(KEY, "a@example.com", "I")),
        ("I:a:b", Enrolment(KEY, "a:b", "I")),
        ("A%20B:%C3%BC%20d", Enrolment(KEY, "ü d", "A B")),
        (":x", Enrolment(KEY, "x")),
        ("x:", Enrolment(KEY, "", "x")),
        ("", Enrolment(KEY, "")),
        ("a/b", Enrolment(KEY, "a/b")),
    ],
)
def test_the_label(url: str, said: Enrolment) -> None:
    """The first colon separates issuer and account."""
    assert enrolment_of(f"otpauth://totp/{url}?secret={KEY}") == said


def test_an_issuer_with_a_colon() -> None:
    """The parameter tells where it ends in the label."""
    assert enrolment_of(f"otpauth://totp/A%3AB:c?secret={KEY}&issuer=A:B") == Enrolment(KEY, "c", "A:B")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", Enrolment("", "a", "I")),
        ("?secret=", Enrolment("", "a", "I")),
        (f"?secret={KEY}&issuer=J", Enrolment(KEY, "a", "J")),
        (f"?secret={KEY}&issuer=", Enrolment(KEY, "a", "I")),
        (f"?secret={KEY}&issuer=I", Enrolment(KEY, "a", "I")),
        (f"?secret={KEY}&issuer=I:a", Enrolment(KEY, "a", "I:a")),
        (f"?secret={KEY}&issuer=a+b%2B", Enrolment(KEY, "a", "a b+")),
        (f"?secret={KEY}&algorithm=sha512", Enrolment(KEY, "a", "I", "SHA512")),
        (f"?secret={KEY}&digits=8&period=60", Enrolment(KEY, "a", "I", "", 8, 60)),
        (f"?secret={KEY}&digits=0&period=-1", Enrolment(KEY, "a", "I", "", 0, -1)),
        (f"?secret={KEY}&digits=&period=", Enrolment(KEY, "a", "I")),
        (f"?&&secret={KEY}&image=https://x&#secret=other", Enrolment(KEY, "a", "I")),
        ("?SECRET=x", Enrolment("", "a", "I")),
        ("?secret=a=b", Enrolment("a=b", "a", "I")),
    ],
)
def test_the_query(query: str, said: Enrolment) -> None:
    """Each parameter that counts, and those that don't."""
    assert enrolment_of(f"otpauth://totp/I:a{query}") == said
    assert enrolment_of(f"OTPAUTH://TOTP/I:a{query}") == said


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("", FORM),
        ("not a url", FORM),
        (f"https://totp/t?secret={KEY}", FORM),
        (f"otpauth:/totp/t?secret={KEY}", FORM),
        (f" otpauth://totp/t?secret={KEY}", FORM),
        (f"otpauth://user@totp/t?secret={KEY}", FORM),
        (
            f"otpauth://hotp/t?secret={KEY}&counter=0",
            UNREADABLE + "only codes that depend on the time are made (otpauth://totp/)",
        ),
        (f"otpauth://totp/%zz?secret={KEY}", UNREADABLE + "a % isn't followed by two hexadecimal digits"),
        (f"otpauth://totp/t?secret={KEY}%4", UNREADABLE + "a % isn't followed by two hexadecimal digits"),
        (f"otpauth://totp/%ff?secret={KEY}", UNREADABLE + "it is no UTF-8"),
        (f"otpauth://totp/\ud800?secret={KEY}", UNREADABLE + "it is no UTF-8"),
        (f"otpauth://totp/t?secret={KEY}&secret={KEY}", UNREADABLE + "a parameter is given twice"),
        (f"otpauth://totp/t?secret={KEY}&%73ecret={KEY}", UNREADABLE + "a parameter is given twice"),
        (f"otpauth://totp/t?secret={KEY}&digits=six", "an error occurred while parsing digits value in url"),
        (f"otpauth://totp/t?secret={KEY}&digits=٦", "an error occurred while parsing digits value in url"),
        (f"otpauth://totp/t?secret={KEY}&period=1m", "an error occurred while parsing period value in url"),
        (f"otpauth://totp/t?secret={KEY}&period={'1' * 10}", "an error occurred while parsing period value in url"),
        ("otpauth://totp/t?" + "&".join(f"p{number}=" for number in range(33)), "url has more than 32 parameters"),
        ("otpauth://totp/" + "t" * 4082, "url is longer than 4096 bytes"),
        ("otpauth://totp/" + "ü" * 2041, "url is longer than 4096 bytes"),
    ],
)
def test_what_is_refused(url: str, error: str) -> None:
    """With a text that says why, and shows nothing of the key."""
    with pytest.raises(InvalidRequest) as refused:
        enrolment_of(url)
    assert refused.value.text == error


def test_limits_are_what_they_say() -> None:
    """As long as may be, and as many as may be."""
    assert enrolment_of("otpauth://totp/" + "t" * 4081).account_name == "t" * 4081
    assert enrolment_of("otpauth://totp/t?" + "&".join(f"p{number}=" for number in range(32))).secret == ""
    assert enrolment_of("otpauth://totp/t?period=" + "1" * 9).period_s == 111111111


def test_what_was_read_hides_itself() -> None:
    """Logs and tracebacks show no key."""
    assert KEY not in repr(enrolment_of(f"otpauth://totp/t?secret={KEY}"))
