"""Okta's factors API.

Source: https://developer.okta.com/docs/reference/api/factors/
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from strongroom.lib import json
from strongroom.lib.errors import Internal, PermissionDenied, UpstreamFailed
from strongroom.services.mfa.drivers.driver import Question
from strongroom.services.mfa.drivers.outgoing import UNUSABLE, Outgoing, mapping
from strongroom.services.mfa.records import MethodRecord, OktaSettings

DEFAULT_BASE_URL = "okta.com"
PREVIEW_BASE_URL = "oktapreview.com"
_PAUSE_S = 1.0
_PUSH = "push"
_CODES = "token:software:totp"


def origin(settings: OktaSettings) -> str:
    """Scheme and host of an organization (pure)."""
    otherwise = PREVIEW_BASE_URL if settings.production is False else DEFAULT_BASE_URL
    return f"https://{settings.org_name}.{settings.base_url or otherwise}"


class Okta:
    """Asks Okta: by push, or by a code of its app."""

    async def prove(self, outgoing: Outgoing, method: MethodRecord, question: Question) -> None:
        """Return if the user confirmed.  Raises `PermissionDenied`, `UpstreamFailed`."""
        settings = method.okta
        if settings is None:
            raise Internal(detail="an Okta method without settings")
        user = await _user(outgoing, settings, question.username)
        factors = f"{origin(settings)}/api/v1/users/{quote(user, safe='')}/factors"
        factor = await _factor(outgoing, settings, factors, _CODES if question.passcode else _PUSH)
        body = {"passCode": question.passcode} if question.passcode else {}
        answer = await _ask(outgoing, settings, "POST", f"{factors}/{quote(factor, safe='')}/verify", body)
        while True:
            state = mapping(answer)
            match state.get("factorResult"):
                case "SUCCESS":
                    return
                case "WAITING":
                    await asyncio.sleep(_PAUSE_S)
                    answer = await _ask(outgoing, settings, "GET", _poll_url(settings, state))
                case _:
                    raise PermissionDenied("the second factor was denied")


def _poll_url(settings: OktaSettings, state: Mapping[str, Any]) -> str:
    """Where the state of a push is asked for.  Only Okta's own host gets the token."""
    url = mapping(mapping(state.get("_links")).get("poll")).get("href")
    if not isinstance(url, str):
        raise UpstreamFailed(UNUSABLE, detail="no poll link")
    found, own = urlsplit(url), urlsplit(origin(settings))
    if (found.scheme, found.netloc.lower()) != (own.scheme, own.netloc.lower()):
        raise UpstreamFailed(UNUSABLE, detail="the poll link leads to another host")
    return url


async def _user(outgoing: Outgoing, settings: OktaSettings, username: str) -> str:
    """The id of the one active user of that name."""
    field = "email" if settings.primary_email else "login"
    wanted = quote(f"profile.{field} eq {json.dumps_unsorted(username).decode()}", safe="")
    found = await _ask(outgoing, settings, "GET", f"{origin(settings)}/api/v1/users?filter={wanted}&limit=2")
    if not isinstance(found, list) or len(found) != 1:
        raise PermissionDenied("the MFA provider doesn't know the user")
    user = mapping(found[0])
    named = mapping(user.get("profile")).get(field)
    # The answer must be about the user that was asked for.
    if not isinstance(named, str) or named.casefold() != username.casefold() or user.get("status") != "ACTIVE":
        raise PermissionDenied("the MFA provider doesn't know the user")
    return _id_of(user)


async def _factor(outgoing: Outgoing, settings: OktaSettings, factors: str, type_: str) -> str:
    found = await _ask(outgoing, settings, "GET", factors)
    for factor in map(mapping, found if isinstance(found, list) else []):
        if factor.get("factorType") == type_ and factor.get("status") == "ACTIVE":
            return _id_of(factor)
    raise PermissionDenied(f"the user has no active factor of the type {type_}")


def _id_of(document: Mapping[str, Any]) -> str:
    id_ = document.get("id")
    if not isinstance(id_, str) or not id_:
        raise UpstreamFailed(UNUSABLE, detail="no id")
    return id_


async def _ask(
    outgoing: Outgoing, settings: OktaSettings, verb: str, url: str, body: Mapping[str, str] | None = None
) -> Any:
    headers = {"Authorization": f"SSWS {settings.api_token}", "Accept": "application/json"}
    content = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        content = json.dumps_unsorted(body)
    status, answer = await outgoing.ask(verb, url, headers=headers, content=content)
    if status == 403 and body:
        raise PermissionDenied("the second factor was denied")  # Okta's answer to a wrong code
    if status not in {200, 201}:
        raise UpstreamFailed("the MFA provider refused the request", detail=f"Okta, status {status}")
    return answer
