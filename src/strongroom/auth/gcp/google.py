"""What is asked of Google.

Source: https://cloud.google.com/iam/docs/reference/rest, https://cloud.google.com/compute/docs/reference/rest/v1,
https://cloud.google.com/resource-manager/reference/rest/v1/projects/getAncestry
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from strongroom.auth.gcp.records import GcpConfig, ServiceKey
from strongroom.auth.gcp.tokens import InstanceClaims
from strongroom.crypto import jose
from strongroom.crypto.public_keys import PublicKey, key_of_pem, keys_of_set
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.outgoing import Documents, Http, Reply, Slots, json_object

DEFAULTS = {
    "api": "https://www.googleapis.com",
    "iam": "https://iam.googleapis.com",
    "crm": "https://cloudresourcemanager.googleapis.com",
    "compute": "https://compute.googleapis.com",
}
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
METADATA_URL = "http://metadata.google.internal"
"""Source: https://cloud.google.com/compute/docs/metadata/overview"""
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TOTAL_S = 20.0
_EARLIER_S = 120.0
_MOST_LIFE_S = 10**7
_MOST_TOKENS = 256
_MOST_PAGES = 10
_GONE = frozenset({"TERMINATED", "STOPPING", "SUSPENDED", "SUSPENDING"})
_DOMAIN = "googleapis.com"


class Account(msgspec.Struct, frozen=True):
    """A service account."""

    email: str
    unique_id: str
    project_id: str


class Machine(msgspec.Struct, frozen=True):
    """An instance."""

    id: str
    name: str
    link: str
    """Its path: `projects/…/zones/…/instances/…`."""
    labels: dict[str, str] = {}


class Missing(InvalidRequest):
    """Google doesn't have what was asked for."""


@dataclass(slots=True)
class _Bearer:
    token: str
    until: float


class Google:
    """Google, as this method asks it; one for all mounts of a process.

    Args:
        clock: seconds since the epoch. metadata_url: of the machine's own metadata service.
    """

    def __init__(
        self, http: Http | None = None, clock: Callable[[], float] = time.time, metadata_url: str = METADATA_URL
    ) -> None:
        self._http = http or Http("Google", total_s=_TOTAL_S)
        self.slots = Slots("Google")
        self._clock = clock
        self._metadata_url = metadata_url
        self._own_keys = Documents(self._http, self._of_set)
        self._account_keys = Documents(self._http, self._of_certificates, slots=self.slots)
        self._bearers: OrderedDict[str, _Bearer] = OrderedDict()

    async def google_keys(self, config: GcpConfig, kid: str) -> tuple[PublicKey, ...]:
        """The keys by which Google itself signs.  Raises `UpstreamFailed`."""
        url = _url(config, "api") + "/oauth2/v3/certs"
        return await self._own_keys.get(url, holds=lambda keys: any(key.kid == kid for key in keys))

    async def account_keys(self, config: GcpConfig, account: str, kid: str) -> tuple[PublicKey, ...]:
        """The keys of a service account.  Raises `UpstreamFailed`."""
        url = f"{_url(config, 'api')}/service_accounts/v1/metadata/x509/{quote(account, safe='@')}?alt=json"
        return await self._account_keys.get(url, holds=lambda keys: any(key.kid == kid for key in keys))

    async def account(self, config: GcpConfig, name: str) -> Account:
        """A service account by its email address or unique id.  Raises `Missing`, `UpstreamFailed`."""
        url = f"{_url(config, 'iam')}/v1/projects/-/serviceAccounts/{quote(name, safe='@')}"
        found = await self._asked(config, "GET", url, f"service account {name}")
        if found.get("disabled") is True:
            raise Missing(f"service account {name} is disabled")
        return Account(str(found.get("email", "")), str(found.get("uniqueId", "")), str(found.get("projectId", "")))

    async def machine(self, config: GcpConfig, claims: InstanceClaims) -> Machine:
        """The instance that a token names, if it is still the same.  Raises `Missing`, `UpstreamFailed`."""
        link = f"projects/{claims.project_id}/zones/{claims.zone}/instances/{claims.instance_name}"
        url = f"{_url(config, 'compute')}/compute/v1/{link}"
        found = await self._asked(config, "GET", url, f"instance {link}")
        if str(found.get("id", "")) != claims.instance_id:
            raise Missing(f"instance {link} has another id than the token says: was it recreated?")
        if str(found.get("status")) in _GONE:
            raise Missing(f"instance {link} is {found.get('status')}")
        labels = found.get("labels")
        return Machine(
            claims.instance_id,
            claims.instance_name,
            link,
            {str(key): str(value) for key, value in labels.items()} if isinstance(labels, Mapping) else {},
        )

    async def in_group(self, config: GcpConfig, project: str, place: str, group: str, link: str) -> bool:
        """Whether an instance is in a group.

        Args:
            place: of the group: `zones/<zone>` or `regions/<region>`. link: of the instance.

        Raises: `Missing` if there is no such group there; `UpstreamFailed`.
        """
        path = f"projects/{project}/{place}/instanceGroups/{quote(group, safe='')}"
        url = f"{_url(config, 'compute')}/compute/v1/{path}/listInstances"
        token = ""
        for _ in range(_MOST_PAGES):
            query = f"?{urlencode({'pageToken': token})}" if token else ""
            found = await self._asked(config, "POST", url + query, f"instance group {path}")
            items = found.get("items")
            for item in items if isinstance(items, list) else []:
                if isinstance(item, Mapping) and str(item.get("instance", "")).endswith(f"/{link}"):
                    return True
            token = str(found.get("nextPageToken") or "")
            if not token:
                return False
        return False

    async def ancestry(self, config: GcpConfig, project: str) -> tuple[str, ...]:
        """A project and what is above it, as `project-…`, `folder-…`, `organization-…`.  Raises `UpstreamFailed`."""
        url = f"{_url(config, 'crm')}/v1/projects/{quote(project, safe=':')}:getAncestry"
        found = await self._asked(config, "POST", url, f"project {project}")
        listed = found.get("ancestor")
        names = []
        for each in listed if isinstance(listed, list) else []:
            id_ = each.get("resourceId") if isinstance(each, Mapping) else None
            if isinstance(id_, Mapping):
                names.append(f"{id_.get('type')}-{id_.get('id')}")
        return tuple(names)

    async def new_key(self, config: GcpConfig) -> ServiceKey:
        """Another key of the service account of the configured one.  Raises `UpstreamFailed`."""
        assert config.credentials is not None
        account = quote(config.credentials.client_email, safe="@")
        url = f"{_url(config, 'iam')}/v1/projects/-/serviceAccounts/{account}/keys"
        found = await self._asked(config, "POST", url, "the service account's keys")
        try:
            return parse_key(base64.b64decode(str(found["privateKeyData"]), validate=True).decode())
        except (KeyError, binascii.Error, ValueError, InvalidRequest) as error:
            raise UpstreamFailed("Google gave no usable answer", detail="no key") from error

    async def delete_key(self, config: GcpConfig, key_id: str) -> None:
        """Delete another key of the same account; one that is gone already is fine.  Raises `UpstreamFailed`."""
        assert config.credentials is not None
        account = quote(config.credentials.client_email, safe="@")
        url = f"{_url(config, 'iam')}/v1/projects/-/serviceAccounts/{account}/keys/{quote(key_id, safe='')}"
        try:
            await self._asked(config, "DELETE", url, "the service account's key")
        except Missing:
            return

    async def _asked(self, config: GcpConfig, verb: str, url: str, what: str) -> Mapping[str, Any]:
        if config.credentials is None and not is_of_google(url):
            raise UpstreamFailed(_ELSEWHERE)
        headers = {"authorization": f"Bearer {await self._bearer(config)}", "accept": "application/json"}
        content = b"{}" if verb == "POST" else None
        if content:
            headers["content-type"] = "application/json"
        async with self.slots.place(urlsplit(url).netloc, total_s=_TOTAL_S):
            reply = await self._http.ask(verb, url, headers=headers, content=content)
        if reply.status == 404:
            raise Missing(f"Google doesn't know the {what}")
        if reply.status == 403:
            raise UpstreamFailed(f"Google doesn't let this server see the {what}", detail="status 403")
        if reply.status != 200:
            raise UpstreamFailed(f"Google refused to show the {what}", detail=f"status {reply.status}")
        return json_object(self._http.decoded(reply), self._http.name)

    async def _bearer(self, config: GcpConfig) -> str:
        key = config.credentials
        name = hashlib.sha256(msgspec.msgpack.encode(key)).hexdigest()
        kept = self._bearers.get(name)
        if kept is None or kept.until <= self._clock():
            kept = await (self._of_machine() if key is None else self._of_key(key))
            self._bearers[name] = kept
            if len(self._bearers) > _MOST_TOKENS:
                self._bearers.popitem(last=False)
        return kept.token

    async def _of_key(self, key: ServiceKey) -> _Bearer:
        now, uri = int(self._clock()), key.token_uri or TOKEN_URI
        claims = {"iss": key.client_email, "scope": SCOPE, "aud": uri, "iat": now, "exp": now + 3600}
        try:
            assertion = jose.sign(claims, key.private_key.encode(), "RS256", key.private_key_id)
        except (ValueError, TypeError) as error:
            raise UpstreamFailed("the private key of credentials can't be used") from error
        content = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self._granted(await self._http.ask("POST", uri, headers=headers, content=content))

    async def _of_machine(self) -> _Bearer:
        url = f"{self._metadata_url}/computeMetadata/v1/instance/service-accounts/default/token"
        try:
            return self._granted(await self._http.ask("GET", url, headers={"metadata-flavor": "Google"}, direct=True))
        except UpstreamFailed as error:
            raise UpstreamFailed(
                "there are no credentials for Google: config has none, and this machine has no service account"
            ) from error

    def _granted(self, reply: Reply) -> _Bearer:
        found = json_object(self._http.decoded(reply), self._http.name) if reply.status == 200 else {}
        token, seconds = found.get("access_token"), found.get("expires_in")
        if not isinstance(seconds, int) or not 0 <= seconds < _MOST_LIFE_S:
            seconds = None
        if not isinstance(token, str) or not token or not token.isascii() or seconds is None:
            raise UpstreamFailed(
                "Google doesn't accept the credentials of this server", detail=f"status {reply.status}"
            )
        return _Bearer(token, self._clock() + seconds - _EARLIER_S)

    def _of_set(self, reply: Reply) -> tuple[PublicKey, ...]:
        try:
            return tuple(key for key in keys_of_set(self._http.decoded(reply)) if key.kid)
        except InvalidRequest as error:
            raise UpstreamFailed("Google gave no usable answer", detail="no key set") from error

    def _of_certificates(self, reply: Reply) -> tuple[PublicKey, ...]:
        found = json_object(self._http.decoded(reply), self._http.name)
        try:
            return tuple(replace(key_of_pem(pem), kid=kid) for kid, pem in list(found.items())[:256])
        except (InvalidRequest, AttributeError) as error:
            raise UpstreamFailed("Google gave no usable answer", detail="no certificates") from error


_ELSEWHERE = (
    "the identity of the server's machine is shown to Google alone: custom_endpoint names another host, so credentials "
    "must be given too"
)


def check_endpoints(config: GcpConfig) -> None:
    """Raise `InvalidRequest` for addresses that would be sent the token of the server's own machine.

    Who may configure a mount, in a namespace for example, need not be who runs the machine.
    """
    if config.credentials is None and not all(map(is_of_google, config.endpoints.values())):
        raise InvalidRequest(_ELSEWHERE)


def is_of_google(url: str) -> bool:
    """Whether it is the address of an API of Google, private ones included.  (p)

    Source: https://cloud.google.com/vpc/docs/about-accessing-google-apis-endpoints
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "https" and parts.port in {None, 443} and f".{host}".endswith(f".{_DOMAIN}")


def _url(config: GcpConfig, service: str) -> str:
    return (config.endpoints.get(service) or DEFAULTS[service]).rstrip("/")


def parse_key(text: str) -> ServiceKey:
    """A service account's key file.  Raises `InvalidRequest` naming what it lacks."""
    try:
        found = json.loads(text.encode())
    except InvalidRequest as error:
        raise InvalidRequest(f"credentials isn't the key file of a service account: {error.text}") from error
    if not isinstance(found, Mapping) or found.get("type", "service_account") != "service_account":
        raise InvalidRequest("credentials isn't the key file of a service account: type must be service_account")
    values: dict[str, Any] = {}
    for name in ("client_email", "private_key_id", "private_key", "client_id", "project_id", "token_uri"):
        value = found.get(name, "")
        if not isinstance(value, str) or len(value) > 16 * 1024:
            raise InvalidRequest(f"credentials: {name} can't be read")
        values[name] = value
    for name in ("client_email", "private_key_id", "private_key"):
        if not values[name]:
            raise InvalidRequest(f"credentials: {name} is missing")
    return ServiceKey(**values)
