"""PingID's authentication API.  Requests and responses are JSON Web Signatures by a shared key.

Source: https://apidocs.pingidentity.com/pingid-api/guide/pingid-api/pid_c_PingIDapiOverview/
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from strongroom.crypto import jws
from strongroom.lib import json
from strongroom.lib.errors import Internal, InvalidRequest, PermissionDenied, Tampered, UpstreamFailed
from strongroom.lib.rand import SystemRandom, uuid4
from strongroom.services.mfa.drivers.driver import Question
from strongroom.services.mfa.drivers.outgoing import UNUSABLE, Outgoing, mapping
from strongroom.services.mfa.records import MethodRecord, PingIdSettings

_VERSION = "4.9"
_SUCCESS = 200
_MOST_BYTES = 16 * 1024
"""Of a settings file."""
_NEEDED = ("use_base64_key", "token", "org_alias", "idp_url", "admin_url", "authenticator_url")


def parse_settings(encoded: str) -> PingIdSettings:
    """The settings file that Ping Identity gives out (pure).

    Args:
        encoded: the file in base64.

    Raises: `InvalidRequest`, whose text never holds a value of the file.
    """
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except ValueError as error:
        raise InvalidRequest("settings_file_base64 is no base64 of a text") from error
    if len(text) > _MOST_BYTES:
        raise InvalidRequest(f"the settings file has more than {_MOST_BYTES} bytes")
    values = {}
    for line in text.splitlines():
        name, sign, value = line.strip().partition("=")
        if not name or name.startswith("#"):
            continue
        if not sign:
            raise InvalidRequest("pingid settings file contains a non-empty non-comment line that is not key=value")
        values[name.strip()] = value.strip()
    for name in _NEEDED:
        if not values.get(name):
            raise InvalidRequest(f"pingid settings file lacks {name}")
    for name in ("idp_url", "admin_url", "authenticator_url"):
        if not values[name].startswith("https://"):
            raise InvalidRequest(f"{name} in the pingid settings file is no https URL")
    try:
        key = base64.b64decode(values["use_base64_key"], validate=True)
    except ValueError as error:
        raise InvalidRequest("use_base64_key in the pingid settings file is no base64") from error
    return PingIdSettings(
        key=key,
        token=values["token"],
        org_alias=values["org_alias"],
        idp_url=values["idp_url"].rstrip("/"),
        admin_url=values["admin_url"],
        authenticator_url=values["authenticator_url"],
        use_signature=values.get("use_signature", "").lower() == "true",
    )


class PingId:
    """Asks PingID: by push, or by a passcode."""

    async def prove(self, outgoing: Outgoing, method: MethodRecord, question: Question) -> None:
        """Return if PingID authenticated the user.  Raises `PermissionDenied`, `UpstreamFailed`."""
        settings = method.pingid
        if settings is None:
            raise Internal(detail="a PingID method without settings")
        body = {"userName": question.username, "spAlias": "web", "authType": "CONFIRM"}
        if question.passcode:
            body["authType"] = "OTP"
        answer = await _ask(outgoing, settings, "authonline", body)
        if question.passcode:
            session = answer.get("sessionId")
            if not isinstance(session, str) or not session:
                raise PermissionDenied("the second factor was denied")
            answer = await _ask(
                outgoing,
                settings,
                "authoffline",
                {"userName": question.username, "spAlias": "web", "sessionId": session, "otp": question.passcode},
            )
        if answer.get("errorId") != _SUCCESS:
            raise PermissionDenied("the second factor was denied")


async def _ask(
    outgoing: Outgoing, settings: PingIdSettings, operation: str, body: Mapping[str, str]
) -> Mapping[str, Any]:
    """Send one signed request.  Returns the `responseBody` of the signed answer.

    PingID repeats `clientData`, so an answer to another request isn't taken.
    """
    now, nonce = datetime.now(UTC), uuid4(SystemRandom())
    header = {
        "locale": "en",
        "orgAlias": settings.org_alias,
        "secretKey": settings.token,
        "timestamp": f"{now:%Y-%m-%d %H:%M:%S}.{now.microsecond // 1000:03d}",
        "version": _VERSION,
    }
    request = jws.sign(
        json.dumps_unsorted({"reqHeader": header, "reqBody": {**body, "clientData": nonce}}),
        settings.key,
        {"org_alias": settings.org_alias, "token": settings.token},
    )
    _, text = await outgoing.ask_bytes(
        "POST",
        f"{settings.idp_url}/rest/4/{operation}/do",
        headers={"Content-Type": "application/json"},
        content=request,
    )
    answer = mapping(mapping(_opened(settings, text)).get("responseBody"))
    if answer.get("clientData") not in {None, "", nonce}:
        raise UpstreamFailed(UNUSABLE, detail="PingID answered another request")
    return answer


def _opened(settings: PingIdSettings, text: bytes) -> Any:
    """The content of a signed answer.  Raises `UpstreamFailed` unless PingID signed it for this organization."""
    try:
        header, payload = jws.opened(text.strip(), settings.key)
        content = json.loads(payload)
    except (Tampered, InvalidRequest) as error:
        raise UpstreamFailed(UNUSABLE, detail=f"PingID: {type(error).__name__}") from error
    if header.get("org_alias") != settings.org_alias or header.get("token") != settings.token:
        raise UpstreamFailed(UNUSABLE, detail="PingID signed it for another organization")
    return content
