"""The secrets of the application by which Azure is asked, in Microsoft Graph.

Source: https://learn.microsoft.com/en-us/graph/api/application-addpassword
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from strongroom.auth.azure.clouds import Settings
from strongroom.auth.azure.entra import Entra
from strongroom.lib import json
from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.outgoing import json_object

NAME = "strongroom"
_DONE = frozenset({200, 201, 204})


class NewPassword(msgspec.Struct, frozen=True):
    """A secret that was made."""

    key_id: str
    secret: str

    def __repr__(self) -> str:
        return f"NewPassword({self.key_id})"


class Graph:
    """Changes the secrets of the configured application.

    Args:
        entra: has the HTTP client, and the tokens of the server.
    """

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    async def add(self, settings: Settings, expires_at: float) -> NewPassword:
        """Make another secret, which counts until `expires_at` (seconds since the epoch).  Raises `UpstreamFailed`."""
        until = datetime.fromtimestamp(expires_at, UTC).isoformat().replace("+00:00", "Z")
        wanted = {"passwordCredential": {"displayName": NAME, "endDateTime": until}}
        found = await self._asked(settings, "POST", "/addPassword", wanted)
        key_id, secret = found.get("keyId"), found.get("secretText")
        if not isinstance(key_id, str) or not isinstance(secret, str) or not key_id or not secret:
            raise UpstreamFailed("Microsoft Graph gave no usable answer", detail="no secret")
        return NewPassword(key_id, secret)

    async def remove(self, settings: Settings, key_id: str, hint: str) -> None:
        """Remove an older secret.

        Args:
            key_id: of the secret; empty if it isn't known. hint: the three characters with which it begins: if no other
                secret begins so, they tell which one it is.

        Raises: `UpstreamFailed`.
        """
        found = await self._asked(settings, "GET", "?$select=passwordCredentials", None)
        listed = found.get("passwordCredentials")
        known = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
        if key_id:
            known = [each for each in known if each.get("keyId") == key_id]
        else:
            known = [each for each in known if each.get("hint") == hint]
        if len(known) == 1:
            await self._asked(settings, "POST", "/removePassword", {"keyId": known[0].get("keyId")})

    async def _asked(self, settings: Settings, verb: str, path: str, content: Any) -> Mapping[str, Any]:
        application = f"/v1.0/applications(appId='{quote(settings.client_id, safe='')}')"
        bearer = await self._entra.bearer(settings, f"{settings.cloud.graph}/")
        headers = {"authorization": f"Bearer {bearer}", "accept": "application/json"}
        raw = None
        if content is not None:
            headers["content-type"] = "application/json"
            raw = json.dumps(content)
        url = settings.cloud.graph + application + path
        reply = await self._entra.http.ask(verb, url, headers=headers, content=raw)
        if reply.status not in _DONE:
            raise UpstreamFailed("Microsoft Graph refused to change the secrets", detail=f"status {reply.status}")
        return json_object(self._entra.http.decoded(reply), "Microsoft Graph") if reply.body else {}
