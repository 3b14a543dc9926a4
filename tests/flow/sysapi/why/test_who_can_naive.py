"""`sys/policies/who-can` against the documented rules of access, written as plainly as they are worded."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flow.sysapi.system_server import Server
from tests.flow.sysapi.why.test_who_can import found, names
from tests.unit.services.policy.policy_naive import Rules, granted
from tests.unit.services.policy.policy_strategies import PATHS, RULES, document

MOUNT = "kv/"
POLICIES = ("p0", "p1", "p2")
HELD = st.lists(st.sets(st.sampled_from(POLICIES), min_size=1), min_size=1, max_size=3)


def plain(path: str) -> str:
    """The path as the server spells it."""
    return "/".join(filter(None, path.split("/"))) or "a"


async def _compared(texts: dict[str, Rules], held: list[set[str]], path: str, operation: str) -> None:
    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    for name, rules in texts.items():
        await server.ok("PUT", f"sys/policies/acl/{name}", {"policy": document(rules)})
    wanted = {("policy", name) for name, rules in texts.items() if operation in granted(rules, path)}
    for number, policies in enumerate(held):
        rules = [rule for name in sorted(policies) for rule in texts[name]]
        body = {"policies": sorted(policies), "no_default_policy": True}
        accessor = (await server.ok("POST", "auth/token/create", body)).body["auth"]["accessor"]
        await server.ok("POST", "identity/entity", {"name": f"e{number}", "policies": sorted(policies)})
        await server.ok("POST", f"auth/token/roles/r{number}", {"allowed_policies": sorted(policies)})
        if operation in granted(rules, path):
            wanted |= {("token", accessor), ("entity", f"e{number}"), ("role", f"r{number}")}
    root = (await server.ok("GET", "auth/token/lookup-self")).data["accessor"]
    assert names(await found(server, path, operation)) - {("token", root), ("policy", "root")} == wanted


@settings(max_examples=15)
@given(st.tuples(RULES, RULES, RULES), HELD, PATHS.map(plain), st.sampled_from(("read", "delete")))
def test_it_finds_whom_the_documentation_allows(
    written: tuple[Rules, Rules, Rules], held: list[set[str]], path: str, operation: str
) -> None:
    """Policies by themselves, and tokens, entities and roles by all of theirs together."""
    under = [[(MOUNT + pattern, capabilities) for pattern, capabilities in rules] for rules in written]
    asyncio.run(_compared(dict(zip(POLICIES, under, strict=True)), held, MOUNT + path, operation))
