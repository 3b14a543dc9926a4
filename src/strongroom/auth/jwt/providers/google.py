"""Google Workspace tells groups and custom attributes of users in its Directory API only.

Source: https://developers.google.com/workspace/admin/directory/reference/rest/v1/groups/list,
https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/get,
https://developers.google.com/identity/protocols/oauth2/service-account
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from strongroom.auth.jwt.claims import user_name
from strongroom.auth.jwt.providers.provider import Asked, with_claim
from strongroom.auth.jwt.records import Config
from strongroom.crypto import jose
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.outgoing import Http, json_object
from strongroom.sdk.coercion import FieldError, to_bool, to_int, to_text

_NAME = "Google"
DIRECTORY = "https://admin.googleapis.com/admin/directory/v1"
TOKENS = "https://oauth2.googleapis.com/token"
CREDENTIALS = "https://iamcredentials.googleapis.com/v1"
METADATA = "http://metadata.google.internal/computeMetadata/v1"
_SCOPES = (
    "https://www.googleapis.com/auth/admin.directory.group.readonly "
    "https://www.googleapis.com/auth/admin.directory.user.readonly"
)
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE_S = 600
_MOST_REQUESTS = 200
_MOST_GROUPS = 10_000
_MOST_DEPTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """`provider_config`, in its types."""

    account: Mapping[str, Any] | None = field(repr=False)
    """The key file of a service account."""
    subject: str
    """The administrator in whose name the directory is asked."""
    principal: str
    """The service account that signs, where there is no key file."""
    groups: bool
    user: bool
    depth: int
    schemas: str
    domain: str


class Google:
    """Google Workspace.

    Args:
        http: asks it. directory, tokens, credentials, metadata: where it answers.
    """

    secrets = frozenset({"gsuite_service_account"})

    def __init__(
        self,
        http: Http,
        *,
        directory: str = DIRECTORY,
        tokens: str = TOKENS,
        credentials: str = CREDENTIALS,
        metadata: str = METADATA,
    ) -> None:
        self._http = http
        self._directory = directory
        self._tokens = tokens
        self._credentials = credentials
        self._metadata = metadata

    def check(self, settings: Mapping[str, Any]) -> None:
        """Raise `InvalidRequest` for settings that can't be used."""
        found = _settings(settings)
        if found.account is not None:
            _assertion(found, {"iat": 0})

    async def completed(self, config: Config, asked: Asked) -> Mapping[str, Any]:
        """The claims with the user's groups and custom attributes, as far as they are to be fetched."""
        settings = _settings(config.provider_config)
        claims = asked.claims
        groups = settings.groups and bool(asked.role.groups_claim)
        schemas = settings.user and bool(settings.schemas)
        if not (groups or schemas):
            return claims
        user = user_name(claims, asked.role.user_claim, by_pointer=asked.role.user_claim_json_pointer)
        token = await self._token(settings, int(asked.now))
        if schemas:
            query = {"projection": "custom", "customFieldMask": settings.schemas, "fields": "customSchemas"}
            answer = await self._get(f"{self._directory}/users/{quote(user, safe='')}", query, token)
            found = answer.get("customSchemas", {})
            if isinstance(found, dict):  # a schema can't pass for what the token says
                claims = {**found, **claims}
        if groups:
            claims = with_claim(claims, asked.role.groups_claim, await self._groups(settings, user, token))
        return claims

    async def _groups(self, settings: _Settings, user: str, token: str) -> list[str]:
        """The groups of a user, and those that these are in, to the depth that is set."""
        found: dict[str, None] = {}
        level, asked = [user], 0
        for _ in range(settings.depth + 1):
            following: list[str] = []
            for key in level:
                page = ""
                while True:
                    asked += 1
                    if asked > _MOST_REQUESTS or len(found) > _MOST_GROUPS:
                        raise UpstreamFailed(f"the user is in more groups than {_NAME} can be asked for")
                    query = {"userKey": key, "fields": "nextPageToken,groups(email)"}
                    query |= {"domain": settings.domain} if settings.domain else {}
                    query |= {"pageToken": page} if page else {}
                    answer = await self._get(f"{self._directory}/groups", query, token)
                    emails = _emails(answer.get("groups"))
                    following += [email for email in emails if email not in found]
                    found |= dict.fromkeys(emails)
                    page = str(answer.get("nextPageToken") or "")
                    if not page:
                        break
            level = following
        return list(found)

    async def _token(self, settings: _Settings, now: int) -> str:
        """An access token for the directory."""
        said = {"scope": _SCOPES, "aud": self._tokens, "iat": now, "exp": now + _LIFE_S}
        if settings.subject:
            said["sub"] = settings.subject
        if settings.account is not None:
            assertion = _assertion(settings, said)
        elif settings.principal:
            assertion = await self._signed(settings.principal, {**said, "iss": settings.principal})
        else:
            return await self._own_token()
        form = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        status, answer = await self._http.ask_json("POST", self._tokens, headers=headers, content=form)
        return _text(answer, "access_token", status)

    async def _own_token(self) -> str:
        """An access token of the machine that this server runs on."""
        url = f"{self._metadata}/instance/service-accounts/default/token?{urlencode({'scopes': _SCOPES})}"
        status, answer = await self._http.ask_json("GET", url, headers={"metadata-flavor": "Google"})
        return _text(answer, "access_token", status)

    async def _signed(self, principal: str, said: Mapping[str, Any]) -> str:
        """A token that another service account signs for this machine's."""
        url = f"{self._credentials}/projects/-/serviceAccounts/{quote(principal, safe='@.')}:signJwt"
        headers = {"authorization": f"Bearer {await self._own_token()}", "content-type": "application/json"}
        content = json.dumps({"payload": json.dumps(said).decode()})
        status, answer = await self._http.ask_json("POST", url, headers=headers, content=content)
        return _text(answer, "signedJwt", status)

    async def _get(self, url: str, query: Mapping[str, str], token: str) -> Mapping[str, Any]:
        headers = {"authorization": f"Bearer {token}"}
        status, answer = await self._http.ask_json("GET", f"{url}?{urlencode(query)}", headers=headers)
        if status != 200:
            raise UpstreamFailed(f"{_NAME} did not tell about the user", detail=f"status {status}")
        return json_object(answer, _NAME)


def _emails(groups: Any) -> list[str]:
    """The names of a page of groups; the API leaves out a list that is empty."""
    listed = groups if isinstance(groups, list) else []
    return [group["email"] for group in listed if isinstance(group, dict) and isinstance(group.get("email"), str)]


def _settings(given: Mapping[str, Any]) -> _Settings:
    try:
        depth = to_int(given.get("groups_recurse_max_depth"))
        if not 0 <= depth <= _MOST_DEPTH:
            raise InvalidRequest(f"invalid provider_config: groups_recurse_max_depth is not from 0 to {_MOST_DEPTH}")
        return _Settings(
            account=_account(given.get("gsuite_service_account")),
            subject=to_text(given.get("gsuite_admin_impersonate")),
            principal=to_text(given.get("impersonate_principal")),
            groups=to_bool(given.get("fetch_groups")),
            user=to_bool(given.get("fetch_user_info")),
            depth=depth,
            schemas=to_text(given.get("user_custom_schemas")),
            domain=to_text(given.get("domain")),
        )
    except FieldError as error:
        raise InvalidRequest(f"invalid provider_config: {error}") from error


def _account(given: Any) -> Mapping[str, Any] | None:
    if given in (None, ""):
        return None
    try:
        account = given if isinstance(given, dict) else json.loads(to_text(given).encode())
    except InvalidRequest as error:
        text = "gsuite_service_account is not the content of a key file (a path isn't read)"
        raise InvalidRequest(f"invalid provider_config: {text}") from error
    if not isinstance(account, dict) or account.get("type") != "service_account":
        raise InvalidRequest("invalid provider_config: gsuite_service_account has not the type service_account")
    for name in ("client_email", "private_key"):
        if not isinstance(account.get(name), str):
            raise InvalidRequest(f"invalid provider_config: gsuite_service_account has no {name}")
    return account


def _assertion(settings: _Settings, said: Mapping[str, Any]) -> str:
    account = settings.account
    assert account is not None
    claims = {**said, "iss": account["client_email"]}
    try:
        return jose.sign(claims, account["private_key"].encode(), "RS256", str(account.get("private_key_id", "")))
    except (ValueError, TypeError) as error:
        raise InvalidRequest("invalid provider_config: the private_key can't be used") from error


def _text(answer: Any, name: str, status: int) -> str:
    value = json_object(answer, _NAME).get(name)
    if status != 200 or not isinstance(value, str) or not value:
        raise UpstreamFailed(f"{_NAME} refused this server's service account", detail=f"status {status}")
    return value
