"""`identity/mfa/method/totp`.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/mfa/totp
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.crypto import totp
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.qr_codes import MOST_PIXELS
from strongroom.sdk import path
from strongroom.sdk.fields import Doc, Duration
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mfa.records import TOTP, TotpSettings
from strongroom.sysapi.context import SystemEngine
from strongroom.sysapi.identity.mfa import storing
from strongroom.sysapi.identity.mfa.storing import NamedBody

_DEFAULTS = TotpSettings(issuer="")
_MOST_ATTEMPTS = 100


class TotpBody(NamedBody, frozen=True):
    """The settings of a TOTP method."""

    issuer: Annotated[str, Doc(description="The name of the issuing organization, which authenticator apps show.")] = ""
    period: Annotated[Duration, Doc(description="How long a code counts.")] = Duration(_DEFAULTS.period_s)
    key_size: Annotated[int, Doc(description="The size of a secret in bytes.")] = _DEFAULTS.key_bytes
    qr_size: Annotated[int, Doc(description="The width of the QR code in pixels.")] = _DEFAULTS.qr_pixels
    algorithm: Annotated[str, Doc(description="The hash function: SHA1, SHA256 or SHA512.")] = _DEFAULTS.algorithm
    digits: Annotated[int, Doc(description="The number of a code's digits: 6 or 8.")] = _DEFAULTS.digits
    skew: Annotated[
        int, Doc(description="How many periods before and after the present one a code is taken from: 0 or 1.")
    ] = _DEFAULTS.skew
    max_validation_attempts: Annotated[
        int, Doc(description="How many wrong codes in a row block an entity for this method.")
    ] = _DEFAULTS.max_attempts
    enable_self_enrollment: Annotated[
        bool, Doc(description="Whether an entity without a secret may get one during its login.")
    ] = False


def settings_of(body: TotpBody) -> TotpSettings:
    """The settings (pure).  Raises `InvalidRequest`."""
    if not body.issuer:
        raise InvalidRequest("issuer must be set")
    limits.check_name("issuer", body.issuer, totp.ISSUER_BYTES)
    if body.key_size <= 0:
        raise InvalidRequest("key_size must be greater than zero")
    if body.period <= 0:
        raise InvalidRequest("period must be greater than zero")
    if body.max_validation_attempts < 0:
        raise InvalidRequest("max_validation_attempts must be greater than zero")
    if body.algorithm not in totp.ALGORITHMS:
        raise InvalidRequest("unrecognized algorithm")
    if body.digits not in totp.DIGITS:
        raise InvalidRequest("digits can only be 6 or 8")
    if body.skew not in totp.SKEWS:
        raise InvalidRequest("skew must be 0 or 1")
    if not totp.LEAST_KEY_BYTES <= body.key_size <= totp.MOST_KEY_BYTES:
        raise InvalidRequest(f"key_size must be between {totp.LEAST_KEY_BYTES} and {totp.MOST_KEY_BYTES} bytes")
    for name, value, most in (
        ("period", body.period, totp.MOST_PERIOD_S),
        ("qr_size", body.qr_size, MOST_PIXELS),
        ("max_validation_attempts", body.max_validation_attempts, _MOST_ATTEMPTS),
    ):
        if value > most:
            raise InvalidRequest(f"{name} must not be greater than {most}")
    return TotpSettings(
        issuer=body.issuer,
        period_s=body.period,
        key_bytes=body.key_size,
        qr_pixels=body.qr_size,
        algorithm=body.algorithm,
        digits=body.digits,
        skew=body.skew,
        max_attempts=body.max_validation_attempts or _DEFAULTS.max_attempts,
        self_enrollment=body.enable_self_enrollment,
    )


class TotpPaths(SystemEngine):
    """Methods whose codes an authenticator app makes."""

    @path.list_("mfa/method/totp")
    async def list_totp(self, request: Request) -> Response | None:
        """Lists the TOTP methods with their settings."""
        return await storing.listing(request, TOTP)

    @path.write("mfa/method/totp")
    async def create_totp(self, request: Request, body: TotpBody) -> Response | None:
        """Creates a TOTP method, or changes the one of that name."""
        record = msgspec.structs.replace(await storing.begun(request, TOTP, body), totp=settings_of(body))
        return await storing.stored(request, record, created=True)

    @path.read("mfa/method/totp/{method_id}")
    async def read_totp(self, request: Request, method_id: str) -> Response | None:
        """Reads a TOTP method."""
        return await storing.read(request, TOTP, method_id)

    @path.write("mfa/method/totp/{method_id}")
    async def update_totp(self, request: Request, method_id: str, body: TotpBody) -> Response | None:
        """Changes a TOTP method. Secrets that exist keep the settings that they were made with."""
        record = msgspec.structs.replace(await storing.begun(request, TOTP, body, method_id), totp=settings_of(body))
        return await storing.stored(request, record, created=False)

    @path.delete("mfa/method/totp/{method_id}")
    async def delete_totp(self, request: Request, method_id: str) -> Response | None:
        """Deletes a TOTP method and all its secrets, unless a login enforcement names it."""
        return await storing.delete(request, TOTP, method_id)
