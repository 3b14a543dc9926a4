"""Microsoft Entra ID sends the groups of users with many of them by reference.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference#groups-overage-claim,
https://learn.microsoft.com/en-us/graph/api/directoryobject-getmemberobjects
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from strongroom.auth.jwt.claims import claim, is_sent_by_reference
from strongroom.auth.jwt.providers.provider import Asked, with_claim
from strongroom.auth.jwt.records import Config
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.outgoing import Http, json_object

_NAME = "Microsoft Graph"
_RETIRED = {"graph.windows.net": "graph.microsoft.com", "graph.microsoftazure.us": "graph.microsoft.us"}
"""Hosts that tokens still name, and those that answer in their place."""
HOSTS = frozenset({
    "dod-graph.microsoft.us", "graph.microsoft.com", "graph.microsoft.us", "microsoftgraph.chinacloudapi.cn",
})  # fmt: skip


class Azure:
    """Entra ID.

    Args:
        http: asks the Graph. hosts: which ones the user's access token may be sent to.
    """

    secrets: frozenset[str] = frozenset()

    def __init__(self, http: Http, hosts: frozenset[str] = HOSTS) -> None:
        self._http = http
        self._hosts = hosts

    def check(self, settings: Mapping[str, Any]) -> None:
        """Nothing else is set."""

    async def completed(self, config: Config, asked: Asked) -> Mapping[str, Any]:
        """The claims with the groups that were sent by reference."""
        name = asked.role.groups_claim
        if not name or claim(asked.claims, name) is not None or not is_sent_by_reference(asked.claims, name):
            return asked.claims
        url = self._endpoint(asked.claims, name)
        if not asked.access_token:
            raise InvalidRequest("groups sent by reference; only a login at the provider's page can fetch them")
        status, answer = await self._http.ask_json(
            "POST",
            url,
            headers={"authorization": f"Bearer {asked.access_token}", "content-type": "application/json"},
            content=b'{"securityEnabledOnly":false}',
            ca_pem=config.oidc_discovery_ca_pem,
        )
        groups = json_object(answer, _NAME).get("value")
        if status != 200 or not isinstance(groups, list):
            raise UpstreamFailed(f"{_NAME} did not tell the user's groups", detail=f"status {status}")
        return with_claim(asked.claims, name, groups)

    def _endpoint(self, claims: Mapping[str, Any], name: str) -> str:
        """Where the groups are.  Raises `InvalidRequest` for any other place than the Graph."""
        source = claims["_claim_names"][name]
        endpoint = claim(claims, f"/_claim_sources/{source}/endpoint") if isinstance(source, str) else None
        if not isinstance(endpoint, str):
            raise InvalidRequest("groups sent by reference, and the token doesn't say where they are")
        try:
            parts = urlsplit(endpoint)
            host = parts.netloc
        except ValueError as error:
            raise InvalidRequest("groups sent by reference to what is no address") from error
        if host in _RETIRED:
            parts = parts._replace(netloc=_RETIRED[host], path="/v1.0" + parts.path)
        # The access token opens the user's mail, too: it goes to the Graph and nowhere else, whoever signed the claim.
        if parts.netloc not in self._hosts or parts.scheme != "https":
            raise InvalidRequest(f"groups sent by reference to {host[:100]!r}, which is not {_NAME}")
        return urlunsplit(parts._replace(query="", fragment=""))
