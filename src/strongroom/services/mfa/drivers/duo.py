"""Duo's Auth API.

Source: https://duo.com/docs/authapi
"""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from strongroom.lib.errors import Internal, PermissionDenied, UpstreamFailed
from strongroom.services.mfa.drivers.driver import Question
from strongroom.services.mfa.drivers.outgoing import UNUSABLE, Outgoing, mapping
from strongroom.services.mfa.records import DuoSettings, MethodRecord

_PAUSE_S = 1.0
"""Between two questions for the state of a push.  Duo also holds the answer back for a while."""
_FORM = "application/x-www-form-urlencoded"


def encoded(parameters: Mapping[str, str]) -> str:
    """The parameters as they are sent and signed: sorted by name."""
    return "&".join(f"{quote(name, safe='~')}={quote(parameters[name], safe='~')}" for name in sorted(parameters))


def signature(settings: DuoSettings, date: str, verb: str, path: str, parameters: str) -> str:
    """The `Authorization` of a request (pure).

    Source: https://duo.com/docs/authapi#authentication
    """
    lines = "\n".join((date, verb, settings.api_hostname.lower(), path, parameters))
    mac = hmac.digest(settings.secret_key.encode(), lines.encode(), "sha512").hex()
    return "Basic " + base64.b64encode(f"{settings.integration_key}:{mac}".encode()).decode()


class Duo:
    """Asks Duo: by passcode, or by push."""

    async def prove(self, outgoing: Outgoing, method: MethodRecord, question: Question) -> None:
        """Return if Duo allows the login.  Raises `PermissionDenied`, `UpstreamFailed`."""
        settings = method.duo
        if settings is None:
            raise Internal(detail="a Duo method without settings")
        known = await _ask(outgoing, settings, "POST", "/auth/v2/preauth", {"username": question.username})
        match known.get("result"):
            case "allow":  # Duo's own policy lets the user in
                return
            case "auth":
                pass
            case _:
                raise PermissionDenied("the MFA provider refused the user")
        wanted = {"username": question.username, "async": "1"}
        if question.address:
            wanted["ipaddr"] = question.address
        if question.passcode:
            wanted |= {"factor": "passcode", "passcode": question.passcode}
        else:
            wanted |= {"factor": "push", "device": "auto"}
            if settings.push_info:
                wanted["pushinfo"] = settings.push_info
        begun = await _ask(outgoing, settings, "POST", "/auth/v2/auth", wanted)
        txid = begun.get("txid")
        if not isinstance(txid, str) or not txid:
            raise UpstreamFailed(UNUSABLE, detail="no txid")
        await _decided(outgoing, settings, txid)


async def _decided(outgoing: Outgoing, settings: DuoSettings, txid: str) -> None:
    """Wait for the end of a transaction."""
    while True:
        state = await _ask(outgoing, settings, "GET", "/auth/v2/auth_status", {"txid": txid})
        match state.get("result"):
            case "allow":
                return
            case "waiting":
                await asyncio.sleep(_PAUSE_S)
            case _:
                raise PermissionDenied("the second factor was denied")


async def _ask(
    outgoing: Outgoing, settings: DuoSettings, verb: str, path: str, parameters: Mapping[str, str]
) -> Mapping[str, Any]:
    """Send one signed request.  Returns the `response` within the answer."""
    text, date = encoded(parameters), format_datetime(datetime.now(UTC))
    headers = {"Date": date, "Authorization": signature(settings, date, verb, path, text)}
    url = f"https://{settings.api_hostname}{path}"
    if verb == "GET":
        status, answer = await outgoing.ask(verb, f"{url}?{text}", headers=headers)
    else:
        status, answer = await outgoing.ask(
            verb, url, headers={**headers, "Content-Type": _FORM}, content=text.encode()
        )
    document = mapping(answer)
    if status != 200 or document.get("stat") != "OK":
        raise UpstreamFailed("the MFA provider refused the request", detail=f"Duo, status {status}")
    return mapping(document.get("response"))
