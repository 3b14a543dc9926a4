"""A server with people who log in by userpass, and an application that logs them in by OpenID Connect."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import jwt

from strongroom.server.node_settings import NodeSettings
from strongroom.testing import PluginServer
from strongroom.testing import Reply as Answer

ADDRESS = "https://strongroom.example:8200"
CALLBACK = "https://app.example/callback"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-0"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PROVIDER = "identity/oidc/provider/staff"
_RULES = 'path "identity/oidc/*" { capabilities = ["create", "read", "update", "list"] }'


class World:
    """A server, one or more nodes of it, and what the tests ask them."""

    def __init__(self, server: PluginServer) -> None:
        self.server = server
        self.clock = server.clock
        self.client: dict[str, Any] = {}
        """The application `app`, as the API shows it."""

    @classmethod
    async def start(cls) -> World:
        """A server that people can log in at, with `app` and the provider `staff` for those whom `staff` names."""
        world = cls(await PluginServer.start(settings=NodeSettings(api_address=ADDRESS)))
        server = world.server
        await server.mount("userpass", auth=True)
        await server.ok("PUT", "sys/policies/acl/person", {"policy": _RULES})
        await server.ok("POST", "identity/oidc/key/fast", {"algorithm": "ES256", "allowed_client_ids": "*"})
        await server.ok("POST", "identity/oidc/assignment/staff", {})
        await server.ok("POST", "identity/oidc/scope/profile", {"template": '{"name":{{identity.entity.name}}}'})
        app = {"key": "fast", "assignments": "staff", "redirect_uris": CALLBACK}
        world.client = await world.application("app", **app)
        staff = {"allowed_client_ids": world.client["client_id"], "scopes_supported": "profile"}
        await server.ok("POST", PROVIDER, staff)
        return world

    async def application(self, name: str, **fields: Any) -> dict[str, Any]:
        """A client, as the API shows it."""
        await self.server.ok("POST", f"identity/oidc/client/{name}", fields)
        shown: dict[str, Any] = (await self.server.ok("GET", f"identity/oidc/client/{name}")).body["data"]
        return shown

    async def person(self, name: str, *, assigned: bool = True) -> tuple[str, str]:
        """The token and the entity of somebody who has just logged in."""
        user = {"password": "canary-password", "token_policies": "person"}
        await self.server.ok("POST", f"auth/userpass/users/{name}", user)
        made = await self.server.ok("POST", f"auth/userpass/login/{name}", {"password": "canary-password"}, token="")
        token, entity = made.body["auth"]["client_token"], made.body["auth"]["entity_id"]
        if assigned:
            await self.assign(entity)
        return token, entity

    async def assign(self, *entities: str, groups: tuple[str, ...] = ()) -> None:
        """Let these, and nobody else, use the application."""
        who = {"entity_ids": list(entities), "group_ids": list(groups)}
        await self.server.ok("POST", "identity/oidc/assignment/staff", who)

    async def disable(self, entity: str) -> None:
        """Disable an entity."""
        await self.server.ok("POST", f"identity/entity/id/{entity}", {"disabled": True})

    async def join(self, entity: str) -> str:
        """The id of a new group that the entity is in."""
        made = await self.server.ok("POST", "identity/group", {"name": "developers", "member_entity_ids": [entity]})
        return str(made.data["id"])

    async def authorize(self, token: str, **changes: str | None) -> Answer:
        """The application's usual request, made by the person with that token; None leaves a parameter out."""
        wanted: dict[str, str | None] = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": self.client["client_id"],
            "redirect_uri": CALLBACK,
            **changes,
        }
        query = urlencode({name: value for name, value in wanted.items() if value is not None})
        return await self.server.ask("GET", f"{PROVIDER}/authorize?{query}", token=token)

    async def code(self, token: str, **changes: str | None) -> str:
        """The code of such a request, which has to succeed."""
        answer = await self.authorize(token, **changes)
        assert answer.status == 200, answer
        return str(answer.body["code"])

    async def exchange(self, code: str, server: PluginServer | None = None, **changes: str) -> Answer:
        """The application's exchange of a code."""
        wanted = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": self.client["client_id"],
            "client_secret": self.client.get("client_secret", ""),
            **changes,
        }
        return await (server or self.server).ask("POST", f"{PROVIDER}/token", wanted, token="")

    async def log_in(self, token: str, **changes: str | None) -> dict[str, Any]:
        """The tokens that the application gets for a person."""
        answer = await self.exchange(await self.code(token, **changes))
        assert answer.status == 200, answer
        body: dict[str, Any] = answer.body
        return body

    async def userinfo(self, access_token: str) -> Answer:
        """What an access token tells."""
        headers = {"authorization": f"Bearer {access_token}"}
        return await self.server.ask("GET", f"{PROVIDER}/userinfo", token="", headers=headers)

    async def published(self, where: str = PROVIDER) -> list[str]:
        """The ids of the public keys that anybody may read."""
        found = (await self.server.ok("GET", f"{where}/.well-known/keys", token="")).body["keys"]
        return [each["kid"] for each in found]

    async def verified(self, token: str, where: str = PROVIDER) -> bool:
        """Whether one of those keys verifies a token."""
        found = (await self.server.ok("GET", f"{where}/.well-known/keys", token="")).body["keys"]
        key = next((each for each in found if each["kid"] == kid(token)), None)
        if key is None:
            return False
        options: Any = {"verify_exp": False, "verify_aud": False, "verify_iat": False}
        jwt.decode(token, jwt.PyJWK(key).key, algorithms=[key["alg"]], options=options)
        return True


def kid(token: str) -> str:
    """The key that a token names."""
    return str(jwt.get_unverified_header(token)["kid"])


def claims(token: str) -> dict[str, Any]:
    """What a token says, unproved."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found
