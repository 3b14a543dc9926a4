"""Random texts against the readers of URLs and keys of one-time passwords."""

from __future__ import annotations

import contextlib
import random

import pyotp
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto import totp
from strongroom.crypto.totp import MOST_KEY_BYTES
from strongroom.engines.totp import base32
from strongroom.engines.totp.making import KeyFields, settings_of
from strongroom.engines.totp.otpauth import enrolment_of
from strongroom.engines.totp.records import TotpKey
from strongroom.lib.errors import InvalidRequest
from tests.fuzz.effort import examples

_PIECES = (
    "otpauth://",
    "totp",
    "hotp",
    "/",
    ":",
    "?",
    "&",
    "=",
    "#",
    "%",
    "%3A",
    "%ff",
    "+",
    "secret",
    "issuer",
    "digits",
)
_MORE = (
    "period",
    "algorithm",
    "JBSWY3DPEHPK3PXP",
    "jbsw",
    "SHA256",
    "6",
    "8",
    "30",
    "-1",
    "9" * 30,
    " ",
    "\0",
    "\ud800",
)
_URLS = st.lists(st.sampled_from(_PIECES + _MORE), max_size=20).map("".join) | st.text(max_size=200)


@given(_URLS, st.booleans())
@settings(max_examples=examples(500), deadline=None)
def test_any_text_is_a_url_or_refused(text: str, whole: bool) -> None:
    """With the one error that a client is told, and a key that makes codes."""
    with contextlib.suppress(InvalidRequest):
        made = settings_of(KeyFields(url=text if whole else "otpauth://totp/" + text))
        assert 0 < len(made.key) <= MOST_KEY_BYTES
        assert len(totp.code_of(made.key, 1, made)) == made.digits


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abcxyz =\t", max_size=300) | st.text(max_size=40))
@settings(max_examples=examples(500), deadline=None)
def test_any_text_is_a_key_or_refused(text: str) -> None:
    """What was read is written and read again as the same."""
    with contextlib.suppress(InvalidRequest):
        key = base32.key_of(text)
        assert base32.key_of(base32.written(key)) == key


@given(
    issuer=st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()),
    account=st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable()),
    size=st.integers(16, MOST_KEY_BYTES),
    algorithm=st.sampled_from(totp.ALGORITHMS),
    digits=st.sampled_from(totp.DIGITS),
    period_s=st.integers(1, totp.MOST_PERIOD_S),
    seed=st.integers(),
)
@settings(max_examples=examples(300), deadline=None)
def test_a_url_that_is_made_is_read_as_the_same(
    issuer: str, account: str, size: int, algorithm: str, digits: int, period_s: int, seed: int
) -> None:
    """By this reader, and by pyotp, whatever characters the names have."""
    key = random.Random(seed).randbytes(size)
    made = TotpKey(key=key, issuer=issuer, account_name=account, algorithm=algorithm, digits=digits, period_s=period_s)
    url = totp.url_of(base32.written(key), issuer, account, made)
    said = enrolment_of(url)
    assert base32.key_of(said.secret) == key
    assert (said.issuer, said.account_name, said.algorithm) == (issuer, account, algorithm)
    assert (said.digits, said.period_s) == (digits, period_s)
    if period_s <= 120 and ":" not in issuer:  # pyotp takes no others
        app = pyotp.parse_uri(url)
        assert isinstance(app, pyotp.TOTP)
        assert (app.issuer, app.at(3_000_000)) == (issuer, totp.code_of(key, 3_000_000 // period_s, made))
