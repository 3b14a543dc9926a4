"""Some users with entities, groups of them, and a secret that needs approval.

people = await People.start()
waiting = await people.asks("rita")
await people.approves("ann", waiting)
answer = await people.unwraps("rita", waiting)
"""

from __future__ import annotations

from typing import Any

from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from tests.flow.node import Answer, TestNode

NAMES = ("rita", "rico", "ann", "bob", "carl")
"""Rita and Rico ask, Ann and Bob are managers, Carl is an auditor."""
GROUPS = {"managers": ("ann", "bob"), "auditors": ("carl",)}
ALL = 'capabilities = ["create", "read", "update", "delete", "list", "patch", "scan"]'
APPROVERS = 'path "sys/control-group/*" { capabilities = ["create", "update"] }\n'


def factor(name: str = "f", groups: str = '["managers"]', approvals: int = 1, more: str = "", inner: str = "") -> str:
    """One factor of a control group."""
    return f'factor "{name}" {{ {more}\n identity {{ group_names = {groups}\n approvals = {approvals}\n {inner} }} }}\n'


def controlled(path: str, *factors: str, more: str = "", capabilities: str = ALL) -> str:
    """A rule with a control group."""
    return f'path "{path}" {{ {capabilities}\n control_group = {{ {more}\n {"".join(factors)} }} }}\n'


class People:
    """A node with users.  `tokens` and `ids` are by name."""

    def __init__(self, node: TestNode) -> None:
        self.node = node
        self.tokens: dict[str, str] = {}
        self.ids: dict[str, str] = {}

    @classmethod
    async def start(cls, rules: str | None = None) -> People:
        """A node on which `kv/` needs one manager's approval of everything, unless `rules` says otherwise."""
        people = cls(await (await TestNode.start()).audited())
        node = people.node
        await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        await node.ok("POST", "kv/app", {"k": "v"})
        await people.rules(controlled("kv/*", factor()) if rules is None else rules)
        await node.ok("PUT", "sys/policies/acl/approver", {"policy": APPROVERS})
        for name in NAMES:
            policy = "asker" if name in {"rita", "rico"} else "approver"
            await node.ok("POST", f"auth/userpass/users/{name}", {"password": "pw", "token_policies": policy})
            await people.logs_in(name)
        for group, members in GROUPS.items():
            await people.group(group, *members)
        return people

    async def rules(self, text: str) -> None:
        """Change what the askers may do."""
        await self.node.ok("PUT", "sys/policies/acl/asker", {"policy": text})

    async def logs_in(self, name: str) -> str:
        """A new token of a user."""
        auth = (await self.node.ok("POST", f"auth/userpass/login/{name}", {"password": "pw"}, "")).body["auth"]
        self.tokens[name], self.ids[name] = auth["client_token"], auth["entity_id"]
        return self.tokens[name]

    async def group(self, name: str, *members: str) -> None:
        """A group with these members besides those it has."""
        found = await self.node.ask("GET", f"identity/group/name/{name}")
        present = found.data["member_entity_ids"] or [] if found.status == 200 else []
        wanted = [*present, *(self.ids[member] for member in members if self.ids[member] not in present)]
        await self.node.ok("POST", f"identity/group/name/{name}", {"member_entity_ids": wanted})

    async def leaves(self, name: str, group: str) -> None:
        """Take a user out of a group."""
        present = (await self.node.ok("GET", f"identity/group/name/{group}")).data["member_entity_ids"] or []
        left = [id_ for id_ in present if id_ != self.ids[name]]
        await self.node.ok("POST", f"identity/group/name/{group}", {"member_entity_ids": left})

    async def changes(self, name: str, **fields: Any) -> None:
        """Change a user's entity."""
        await self.node.ok("POST", f"identity/entity/id/{self.ids[name]}", fields)

    async def tries(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """What a user's request is answered with."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.node.ask(method, path, body, self.tokens[who], headers=sent)

    async def asks(
        self, who: str = "rita", method: str = "GET", path: str = "kv/app", body: Any = None, **headers: str
    ) -> dict[str, Any]:
        """The `wrap_info` of a request that waits."""
        answer = await self.tries(who, method, path, body, **headers)
        assert answer.status == 200, answer
        assert answer.body["data"] is None
        info: dict[str, Any] = answer.body["wrap_info"]
        assert info, answer
        return info

    async def approves(self, who: str, waiting: dict[str, Any]) -> Answer:
        """What an approval is answered with."""
        return await self.tries(who, "POST", "sys/control-group/authorize", {"accessor": waiting["accessor"]})

    async def reads(self, who: str, waiting: dict[str, Any]) -> Answer:
        """What a user sees of a request that waits."""
        return await self.tries(who, "POST", "sys/control-group/request", {"accessor": waiting["accessor"]})

    async def unwraps(self, who: str, waiting: dict[str, Any], **headers: str) -> Answer:
        """What an unwrap is answered with; by nobody, with the wrapping token alone."""
        if not who:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return await self.node.ask("POST", "sys/wrapping/unwrap", None, waiting["token"], headers=sent)
        return await self.tries(who, "POST", "sys/wrapping/unwrap", {"token": waiting["token"]}, **headers)

    async def settle(self) -> None:
        """Let what is due end, and what nothing reaches be cleared."""
        services = self.node.node.unsealed
        assert services is not None
        fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
        assert fence is not None
        expiry = Expiry(services)
        while await expiry.run_once(fence):
            pass
