"""What a key is made of (pure)."""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto import totp
from strongroom.engines.totp import base32
from strongroom.engines.totp.otpauth import enrolment_of
from strongroom.engines.totp.records import TotpKey
from strongroom.lib import limits
from strongroom.lib.qr_codes import MOST_PIXELS
from strongroom.sdk import SECRET, Body, Doc, Duration, InvalidRequest, OneOf, replace

_DEFAULTS = TotpKey(key=b"")
_ACCOUNT_BYTES = 256
"""The QR code has room for some two thousand characters, and each byte may take three of them."""


class KeyFields(Body, frozen=True):
    """What a key is made of."""

    generate: Annotated[
        bool, Doc(description="Whether a key is generated here, for somebody's app. Otherwise a provider gave it.")
    ] = False
    exported: Annotated[
        bool,
        Doc(description="Whether the answer shows a generated key, as a URL and a QR code. It is shown only then."),
    ] = True
    key_size: Annotated[int, Doc(description="The size of a generated key in bytes: 16 to 128.")] = 20
    url: Annotated[
        str,
        Doc(
            description="The `otpauth` URL of a provider's QR code. What it says counts instead of the other fields.",
            extra=SECRET,
        ),
    ] = ""
    key: Annotated[str, Doc(description="The key in base32, as the provider shows it.", extra=SECRET)] = ""
    issuer: Annotated[
        str, Doc(description="The name of the organization, which apps show. A generated key needs it.")
    ] = ""
    account_name: Annotated[
        str, Doc(description="The name of the account, which apps show. A generated key needs it.")
    ] = ""
    period: Annotated[Duration, Doc(description="How long each code is the present one: at most a day.")] = Duration(
        _DEFAULTS.period_s
    )
    algorithm: Annotated[
        str, Doc(description="The hash function: `SHA1`, `SHA256` or `SHA512`."), OneOf("SHA1", "SHA256", "SHA512")
    ] = _DEFAULTS.algorithm
    digits: Annotated[int, Doc(description="The number of a code's digits: 6 or 8.")] = _DEFAULTS.digits
    skew: Annotated[
        int, Doc(description="How many periods before and after the present one a code is taken from: 0 or 1.")
    ] = _DEFAULTS.skew
    qr_size: Annotated[
        int, Doc(description="The width of the QR code of a generated key, in pixels; 0 for no QR code.")
    ] = 200


def settings_of(body: KeyFields) -> TotpKey:
    """The key without its bytes if it is to be generated, else the whole.

    Raises: `InvalidRequest` for fields that contradict each other, or a value that can't be used.
    """
    given = TotpKey(
        key=b"",
        issuer=body.issuer,
        account_name=body.account_name,
        algorithm=body.algorithm,
        digits=body.digits,
        period_s=body.period,
        skew=body.skew,
    )
    if body.generate:
        _check_generated(body)
        made = given
    elif body.url:
        made = _enrolled(given, body.url)
    else:
        made = replace(given, key=base32.key_of(body.key))
    _check(made)
    _check_sizes(body)
    return made


def _enrolled(given: TotpKey, url: str) -> TotpKey:
    """The key of a URL.  What the URL doesn't say, the fields say."""
    said = enrolment_of(url)
    return TotpKey(
        key=base32.key_of(said.secret),
        issuer=said.issuer or given.issuer,
        account_name=said.account_name,
        algorithm=said.algorithm or given.algorithm,
        digits=given.digits if said.digits is None else said.digits,
        period_s=given.period_s if said.period_s is None else said.period_s,
        skew=given.skew,
    )


def _check_generated(body: KeyFields) -> None:
    if body.key:
        raise InvalidRequest("a key should not be passed if generate is true")
    if body.url:
        raise InvalidRequest("a url should not be passed if generate is true")
    if not body.account_name:
        raise InvalidRequest("the account_name value is required for generated keys")
    if not body.issuer:
        raise InvalidRequest("the issuer value is required for generated keys")


def _check(key: TotpKey) -> None:
    limits.check_name("issuer", key.issuer, totp.ISSUER_BYTES)
    limits.check_name("account_name", key.account_name, _ACCOUNT_BYTES)
    if key.algorithm not in totp.ALGORITHMS:
        raise InvalidRequest(f"the algorithm value is not valid: it is one of {', '.join(totp.ALGORITHMS)}")
    if key.digits not in totp.DIGITS:
        raise InvalidRequest("the digits value can only be 6 or 8")
    if key.skew not in totp.SKEWS:
        raise InvalidRequest("the skew value must be 0 or 1")
    if key.period_s <= 0:
        raise InvalidRequest("the period value must be greater than zero")
    if key.period_s > totp.MOST_PERIOD_S:
        raise InvalidRequest(f"the period value must not be greater than {totp.MOST_PERIOD_S} seconds")


def _check_sizes(body: KeyFields) -> None:
    """Check what only generated keys need, of all keys: a wrong value shows that the client means something else."""
    if body.key_size <= 0:
        raise InvalidRequest("the key_size value must be greater than zero")
    if body.generate and not totp.LEAST_KEY_BYTES <= body.key_size <= totp.MOST_KEY_BYTES:
        raise InvalidRequest(
            f"the key_size value must be between {totp.LEAST_KEY_BYTES} and {totp.MOST_KEY_BYTES} bytes"
        )
    if body.qr_size < 0:
        raise InvalidRequest("the qr_size value must be greater than or equal to zero")
    if body.qr_size > MOST_PIXELS:
        raise InvalidRequest(f"the qr_size value must not be greater than {MOST_PIXELS}")
