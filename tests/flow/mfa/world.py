"""A node with two users of userpass, a TOTP method and an enforcement."""

from __future__ import annotations

import asyncio
from typing import Any

import pyotp

from tests.flow.node import Answer, TestNode

LOGIN = "auth/userpass/login/"
METHOD = "identity/mfa/method/"
VALIDATE = "sys/mfa/validate"


class World:
    """What the tests of login MFA do again and again."""

    def __init__(self, node: TestNode, accessor: str, method: str) -> None:
        self.node = node
        self.accessor = accessor
        self.method = method
        self.apps: dict[str, pyotp.TOTP] = {}

    @classmethod
    async def start(cls, *, enforced: bool = True, **settings: Any) -> World:
        """Users `eva` and `bob`; the method `main`, which `e1` demands of every login at userpass."""
        node = await TestNode.start()
        await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        accessor = (await node.ok("GET", "sys/auth/userpass")).data["accessor"]
        for user in ("eva", "bob"):
            await node.ok("POST", f"auth/userpass/users/{user}", {"password": "pw", "token_policies": ["default"]})
        made = await node.ok("POST", f"{METHOD}totp", {"issuer": "strong", "method_name": "main", **settings})
        world = cls(node, accessor, made.data["method_id"])
        if enforced:
            await world.enforce("e1", auth_method_accessors=[accessor])
        return world

    async def enforce(self, name: str, *methods: str, **of: Any) -> None:
        """Demand a second factor."""
        wanted = {"mfa_method_ids": list(methods) or [self.method], **of}
        await self.node.ok("POST", f"identity/mfa/login-enforcement/{name}", wanted)

    async def enrolled(self, user: str) -> pyotp.TOTP:
        """The user's authenticator app, with a secret from the administrator."""
        wanted = {"method_id": self.method, "mount_accessor": self.accessor, "alias_name": user}
        shown = (await self.node.ok("POST", f"{METHOD}totp/admin-generate", wanted)).data
        app = pyotp.parse_uri(shown["url"])
        assert isinstance(app, pyotp.TOTP)
        self.apps[user] = app
        return app

    def code(self, user: str, periods: int = 0) -> str:
        """The code of a user's app, some periods from now."""
        app = self.apps[user]
        return app.at(int(self.node.clock.now()) + periods * app.interval)

    def wrong(self, user: str) -> str:
        """A code that doesn't count in any period near."""
        near = {self.code(user, periods) for periods in (-1, 0, 1)}
        return next(code for code in ("918273", "827364", "736455", "645546") if code not in near)

    async def login(self, user: str, *mfa: str, node: TestNode | None = None, **headers: str) -> Answer:
        """Log in by password, with `X-Vault-MFA` if something is given."""
        sent = {"x-vault-mfa": ", ".join(mfa)} if mfa else {}
        return await (node or self.node).ask("POST", LOGIN + user, {"password": "pw"}, token="", headers=sent | headers)

    async def request_id(self, user: str) -> str:
        """The id of a login that waits."""
        answer = await self.login(user)
        return str(answer.body["auth"]["mfa_requirement"]["mfa_request_id"])

    async def validate(self, id_: str, *codes: str, node: TestNode | None = None, method: str = "") -> Answer:
        """Prove a second factor."""
        body = {"mfa_request_id": id_, "mfa_payload": {method or self.method: list(codes)}}
        return await (node or self.node).ask("POST", VALIDATE, body, token="")

    async def together(self, *asked: Any) -> list[Answer]:
        """Several requests at once."""
        return list(await asyncio.gather(*asked))
