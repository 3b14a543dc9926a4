"""`sys/generate-root/*`, `sys/generate-root-token/*`, `sys/decode-token`: a root token by holders of key shares.

Source: https://developer.hashicorp.com/vault/api-docs/system/generate-root
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.engine import require
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sealing import root_token
from strongroom.sealing.ceremonies import State
from strongroom.sealing.initialize import TOKEN_LENGTH
from strongroom.sealing.openings import GENERATE_ROOT
from strongroom.sealing.root_token import Generation, RootToken
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.paths.rekey import ShareBody

"""The listener's setting that serves the older of these paths without a token."""


class AttemptBody(Body, frozen=True):
    """How the token is to be encrypted."""

    otp: Annotated[str, Doc(description="A one-time password, as long as the token.", extra=SECRET)] = ""
    pgp_key: Annotated[str, Doc(description="A PGP key, in base64.")] = ""


class DecodeBody(Body, frozen=True):
    """An encrypted token, and its one-time pad."""

    encoded_token: Annotated[str, Doc(description="The encoded token.", extra=SECRET)] = ""
    otp: Annotated[str, Doc(description="The one-time password.", extra=SECRET)] = ""


class RootTokenPaths(SystemEngine):
    """A root token, by those who hold key shares."""

    @path.read("generate-root/attempt", opened_by=GENERATE_ROOT, root_only=True)
    async def read_generation(self, request: Request) -> Response | None:
        """Status of the generation of a root token."""
        return Response(data=_legacy_state(await _root_token(request).progress()), flat=True)

    @path.write("generate-root/attempt", opened_by=GENERATE_ROOT, root_only=True)
    async def begin_generation(self, request: Request, body: AttemptBody) -> Response | None:
        """Starts the generation of a root token."""
        return Response(data=_legacy_state(await _root_token(request).begin(body.otp, body.pgp_key)), flat=True)

    @path.delete("generate-root/attempt", opened_by=GENERATE_ROOT, root_only=True)
    async def cancel_generation(self, request: Request) -> Response | None:
        """Cancels the attempt and discards the shares that were given so far."""
        await _root_token(request).cancel()
        return None

    @path.write("generate-root/update", opened_by=GENERATE_ROOT, root_only=True)
    async def update_generation(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one key share. The last one needed creates the token."""
        require(body.key, "'key' must be specified in request body as JSON")
        given = await _root_token(request).give(body.nonce, body.key)
        return Response(data=_legacy_state(given) | {"otp_length": 0}, flat=True)

    @path.read("generate-root", root_only=True)
    async def read_generation_short(self, request: Request) -> Response | None:
        """Status of the generation of a root token."""
        return await self.read_generation(request)

    @path.write("generate-root", root_only=True)
    async def begin_generation_short(self, request: Request, body: AttemptBody) -> Response | None:
        """Starts the generation of a root token."""
        return await self.begin_generation(request, body)

    @path.delete("generate-root", root_only=True)
    async def cancel_generation_short(self, request: Request) -> Response | None:
        """Cancels the attempt and discards the shares that were given so far."""
        await _root_token(request).cancel()
        return None

    @path.read("generate-root-token/attempt", root_only=True)
    async def read_root_token(self, request: Request) -> Response | None:
        """Status of the generation of a root token."""
        return Response(data=_state(await _root_token(request).progress()))

    @path.write("generate-root-token/attempt", root_only=True)
    async def begin_root_token(self, request: Request, body: AttemptBody) -> Response | None:
        """Starts the generation of a root token."""
        return Response(data=_state(await _root_token(request).begin(body.otp, body.pgp_key)))

    @path.delete("generate-root-token/attempt", root_only=True)
    async def cancel_root_token(self, request: Request) -> Response | None:
        """Cancels the attempt and discards the shares that were given so far."""
        await _root_token(request).cancel()
        return None

    @path.write("generate-root-token/update", root_only=True)
    async def update_root_token(self, request: Request, body: ShareBody) -> Response | None:
        """Provides one key share. The last one needed creates the token."""
        require(body.nonce, "nonce is required")
        require(body.key, "key is required")
        given = await _root_token(request).give(body.nonce, body.key)
        data = {
            "nonce": given.outcome.nonce,
            "started": True,
            "progress": _count(given),
            "required": given.required,
            "complete": bool(given.encoded),
            "encoded_token": given.encoded,
            "pgp_fingerprint": given.wanted.fingerprint,
        }
        return Response(data=data)

    @path.write("decode-token", unauthenticated=True)
    async def decode_token(self, request: Request, body: DecodeBody) -> Response | None:
        """Decodes an encoded root token with its one-time password."""
        if not body.encoded_token or not body.otp:
            raise InvalidRequest("provided 'encoded_token' or 'otp' is empty")
        return Response(data={"token": root_token.decode(body.encoded_token, body.otp)})


def _root_token(request: Request) -> RootToken:
    view = system(request)
    services = view.services
    return RootToken(view.txn, services.port, tokens=services.tokens, random=services.random, now=request.now)


def _count(shown: Generation) -> int:
    return shown.required if shown.encoded else shown.outcome.progress


def _legacy_state(shown: Generation) -> dict[str, Any]:
    return {
        "nonce": shown.outcome.nonce,
        "started": shown.outcome.state is not State.ABSENT,
        "progress": _count(shown),
        "required": shown.required,
        "complete": bool(shown.encoded),
        "encoded_token": shown.encoded,
        "encoded_root_token": shown.encoded,
        "pgp_fingerprint": shown.wanted.fingerprint,
        "otp": shown.otp,
        "otp_length": TOKEN_LENGTH,
    }


def _state(shown: Generation) -> dict[str, Any]:
    out: dict[str, Any] = {
        "started": shown.outcome.state is not State.ABSENT,
        "progress": _count(shown),
        "required": shown.required,
        "complete": False,
        "otp": shown.otp,
        "otp_length": TOKEN_LENGTH,
    }
    if shown.outcome.state is not State.ABSENT:
        out |= {"nonce": shown.outcome.nonce, "pgp_fingerprint": shown.wanted.fingerprint}
    return out
