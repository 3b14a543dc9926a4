"""Asks providers: exchanges codes, fetches what they say of users, begins and continues logins without a browser.

Source: https://openid.net/specs/openid-connect-core-1_0.html, RFC 6749, RFC 7636, RFC 8628
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import structlog

from strongroom.auth.jwt import id_tokens
from strongroom.auth.jwt.discovery import Discovered
from strongroom.auth.jwt.id_tokens import Wanted
from strongroom.auth.jwt.keys import NAME, TOTAL_S, KeySets
from strongroom.auth.jwt.records import Config, PendingLogin
from strongroom.auth.jwt.settings import FORM_POST, ID_TOKEN
from strongroom.crypto.jose import half_hash
from strongroom.crypto.public_keys import parse
from strongroom.lib.errors import InvalidRequest, StrongroomError, Tampered, UpstreamFailed
from strongroom.lib.outgoing import check_url, json_object

log = structlog.get_logger("jwt")

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PENDING = frozenset({"authorization_pending", "slow_down"})
_ALGORITHMS = ("RS256",)
_KNOWN_ERRORS = frozenset({
    "access_denied", "expired_token", "invalid_client", "invalid_grant", "invalid_request", "invalid_scope",
    "server_error", "temporarily_unavailable", "unauthorized_client", "unsupported_grant_type",
    "unsupported_response_type",
})  # fmt: skip
_OF_THE_TOKEN = ("iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "auth_time", "acr", "amr")
"""Claims for which only the signed token is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a provider proved."""

    claims: Mapping[str, Any]
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    """`id_token`, `access_token`, `refresh_token`, as far as there are such."""
    pending: str = ""
    """Why there is no answer yet, in the device flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A login that its user confirms elsewhere."""

    device_code: str = field(repr=False)
    user_code: str
    address: str
    complete_address: str
    interval_s: int


def known_error(text: str) -> str:
    """An error code as a provider's protocol has it; for another text, a general one."""
    code = text.strip().lower()
    return code if code in _KNOWN_ERRORS else "an unknown error, which the server's log shows"


def authorization_url(config: Config, found: Discovered, parameters: Mapping[str, str], scopes: tuple[str, ...]) -> str:
    """The address of the provider's login page for one login.

    Args:
        parameters: those of this login: redirect URI, state, nonce, challenge.
    """
    if not found.authorization_endpoint:
        raise UpstreamFailed(f"{NAME} has no authorization_endpoint")
    wanted = {
        "response_type": ID_TOKEN if ID_TOKEN in config.oidc_response_types else "code",
        "client_id": config.oidc_client_id,
        "scope": " ".join(("openid", *(scope for scope in scopes if scope != "openid"))),
        **({"response_mode": FORM_POST} if config.oidc_response_mode == FORM_POST else {}),
        **parameters,
    }
    parts = urlsplit(found.authorization_endpoint)
    query = "&".join(filter(None, (parts.query, urlencode(wanted))))
    return urlunsplit(parts._replace(query=query, fragment=""))


def challenge(verifier: str) -> str:
    """The digest of a code verifier that the login page is told (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Flow:
    """The requests to providers.

    Args:
        keys: the key sets and descriptions of providers.
    """

    def __init__(self, keys: KeySets) -> None:
        self._keys = keys

    async def exchanged(self, config: Config, wanted: Wanted, code: str, login: PendingLogin, now: float) -> Outcome:
        """What the provider gives for a login's code.  Raises `InvalidRequest`, `UpstreamFailed`."""
        found = await self._keys.described(config)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": login.redirect_uri,
            "code_verifier": login.code_verifier,
        }
        status, answer = await self._post(config, found, found.token_endpoint, form)
        if status != 200:
            reason = known_error(str(answer.get("error", "")))
            raise InvalidRequest(f"Error exchanging oidc code: {reason}.", detail=_detail(status, answer))
        return await self._proved(config, found, wanted, answer, now)

    async def received(self, config: Config, wanted: Wanted, id_token: str, now: float) -> Outcome:
        """What an ID token says that came by the browser."""
        found = await self._keys.described(config)
        return await self._proved(config, found, wanted, {"id_token": id_token}, now)

    async def device(self, config: Config, scopes: tuple[str, ...]) -> Device:
        """Begin a login that the user confirms elsewhere."""
        found = await self._keys.described(config)
        if not found.device_authorization_endpoint:
            raise InvalidRequest("the identity provider has no device_authorization_endpoint")
        form = {"scope": " ".join(("openid", *(scope for scope in scopes if scope != "openid")))}
        status, answer = await self._post(config, found, found.device_authorization_endpoint, form)
        if status != 200:
            reason = known_error(str(answer.get("error", "")))
            raise InvalidRequest(f"error authorizing device: {reason}", detail=_detail(status, answer))
        interval = answer.get("interval", 5)
        if not _page(answer, "verification_uri", "verification_url"):
            raise UpstreamFailed(f"{NAME} gave no usable answer", detail="verification_uri is missing")
        return Device(
            device_code=_text(answer, "device_code"),
            user_code=_text(answer, "user_code"),
            address=_page(answer, "verification_uri", "verification_url"),
            complete_address=_page(answer, "verification_uri_complete", "verification_url_complete"),
            interval_s=interval if isinstance(interval, int) and 0 < interval <= 600 else 5,
        )

    async def polled(self, config: Config, wanted: Wanted, device_code: str, now: float) -> Outcome:
        """What the provider gives for a device's code, once its user has confirmed."""
        found = await self._keys.described(config)
        form = {"grant_type": DEVICE_GRANT, "device_code": device_code}
        status, answer = await self._post(config, found, found.token_endpoint, form)
        if status == 200:
            return await self._proved(config, found, wanted, answer, now)
        error = str(answer.get("error", ""))
        if error in PENDING:
            return Outcome(claims={}, pending=error)
        raise InvalidRequest(f"authorization failed: {known_error(error)}", detail=_detail(status, answer))

    async def _post(
        self, config: Config, found: Discovered, url: str, form: Mapping[str, str]
    ) -> tuple[int, Mapping[str, Any]]:
        if not url:
            raise UpstreamFailed(f"{NAME} does not say where it answers")
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        if found.secret_in_body:
            form = {**form, "client_id": config.oidc_client_id, "client_secret": config.oidc_client_secret}
        else:
            if form.get("grant_type") != "authorization_code":
                form = {**form, "client_id": config.oidc_client_id}
            pair = ":".join(quote(text, safe="") for text in (config.oidc_client_id, config.oidc_client_secret))
            headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        async with self._keys.slots.place(url, total_s=2 * TOTAL_S):
            status, answer = await self._keys.http.ask_json(
                "POST", url, headers=headers, content=urlencode(form).encode(), ca_pem=config.oidc_discovery_ca_pem
            )
        return status, json_object(answer, NAME)

    async def _proved(
        self, config: Config, found: Discovered, wanted: Wanted, answer: Mapping[str, Any], now: float
    ) -> Outcome:
        """The claims of an answer's ID token, and what the provider says of the user beside them."""
        id_token = answer.get("id_token")
        if not isinstance(id_token, str) or not id_token:
            raise InvalidRequest("Token verification failed. No id_token found in response.")
        claims = dict(
            await self._keys.proved_by_provider(config, found, id_token, config.jwt_supported_algs or _ALGORITHMS)
        )
        id_tokens.check(claims, wanted, now)
        access = answer.get("access_token")
        if isinstance(access, str) and access:
            try:
                id_tokens.check_hash(claims, "at_hash", half_hash(access, parse(id_token).algorithm))
            except Tampered as error:
                raise InvalidRequest("Token verification failed.") from error
            claims |= await self._userinfo(config, found, access, str(claims["sub"]))
        claims.pop("nonce", None)
        tokens = {
            name: answer[name]
            for name in ("id_token", "access_token", "refresh_token")
            if isinstance(answer.get(name), str)
        }
        return Outcome(claims=claims, tokens=tokens)

    async def _userinfo(self, config: Config, found: Discovered, access: str, subject: str) -> Mapping[str, Any]:
        """What the provider says of the user; empty if it can't be had, since the ID token counts without it."""
        if not found.userinfo_endpoint:
            return {}
        try:
            async with self._keys.slots.place(found.userinfo_endpoint, total_s=2 * TOTAL_S):
                status, answer = await self._keys.http.ask_json(
                    "GET",
                    found.userinfo_endpoint,
                    headers={"authorization": f"Bearer {access}", "accept": "application/json"},
                    ca_pem=config.oidc_discovery_ca_pem,
                )
            said = json_object(answer, NAME)
        except StrongroomError as error:
            log.warning("the identity provider's userinfo could not be read", reason=error.text)
            return {}
        if status != 200 or said.get("sub") != subject:  # of another user: section 5.3.4 of the specification
            log.warning("the identity provider's userinfo is not usable", status=status)
            return {}
        return {name: value for name, value in said.items() if name not in _OF_THE_TOKEN}


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise UpstreamFailed(f"{NAME} gave no usable answer", detail=f"{name} is missing")
    return value


def _page(answer: Mapping[str, Any], *names: str) -> str:
    """The address of a page for the user; empty if there is none.  Clients open it, so it has to be one of the web."""
    value = next((answer[name] for name in names if answer.get(name)), "")
    if not isinstance(value, str):
        raise UpstreamFailed(f"{NAME} gave no usable answer", detail=f"{names[0]} is no text")
    if value:
        try:
            check_url(value, names[0])
        except InvalidRequest as error:
            raise UpstreamFailed(f"{NAME} gave no usable answer", detail=error.text) from error
    return value


def _detail(status: int, answer: Mapping[str, Any]) -> str:
    return f"status {status}, {str(answer.get('error', ''))[:100]}: {str(answer.get('error_description', ''))[:300]}"
