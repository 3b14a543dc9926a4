"""Which tokens a token has made."""

from __future__ import annotations

from typing import Any

from tests.flow.sysapi.system_server import Server

PATH = "auth/token/lookup-children"


async def made(server: Server, by: str = "root", **fields: Any) -> dict[str, Any]:
    """A token that another one makes."""
    return dict((await server.ok("POST", "auth/token/create", fields, token=by)).body["auth"])


async def family(server: Server, accessor: str, **more: Any) -> dict[str, Any]:
    """What is told of a token's children."""
    return dict((await server.ok("POST", PATH, {"accessor": accessor, **more})).data)


async def test_a_tree_of_tokens() -> None:
    """Each knows its maker and those that it has made; orphans and what was revoked aren't among them."""
    server = await Server.start()
    top = await made(server, display_name="top", policies=["root"])
    child = await made(server, top["client_token"], display_name="child", ttl="1h", policies=["root"])
    leaf = await made(server, child["client_token"], policies=["default"], ttl="30m")
    await made(server, top["client_token"], no_parent=True)
    ended = await made(server, top["client_token"])
    await server.ok("POST", "auth/token/revoke-accessor", {"accessor": ended["accessor"]})
    told = await family(server, top["accessor"])
    assert (told["keys"], told["after"], told["leases"]) == ([child["accessor"]], "", 0)
    info = told["key_info"][child["accessor"]]
    known = {name: info[name] for name in ("display_name", "path", "policies", "namespace_path", "has_children")}
    assert known == {
        "display_name": "token-child",
        "path": "auth/token/create",
        "policies": ["root"],
        "namespace_path": "",
        "has_children": True,
    }
    below = await family(server, child["accessor"])
    assert below["parent"] == {"accessor": top["accessor"], "display_name": "token-top", "path": "auth/token/create"}
    assert below["key_info"][leaf["accessor"]]["has_children"] is False
    assert (await family(server, leaf["accessor"]))["keys"] == []


async def test_many_children_come_in_pages() -> None:
    """Each of them once, also when the last of a page has expired or is revoked meanwhile."""
    server = await Server.start()
    top = await made(server, policies=["root"])
    children = {(await made(server, top["client_token"], ttl=ttl))["accessor"] for ttl in ["1h"] * 5 + ["10s"] * 2}
    server.clock.advance(11)
    living = [accessor for accessor in (await family(server, top["accessor"]))["keys"] if accessor in children]
    assert len(living) == 5
    found: list[str] = []
    after = ""
    for _ in range(10):
        page = await family(server, top["accessor"], after=after, limit=2)
        found += page["keys"]
        if not (after := page["after"]):
            break
        if page["keys"]:
            await server.ok("POST", "auth/token/revoke-accessor", {"accessor": page["keys"][-1]})
    assert found == living


async def test_the_usual_page() -> None:
    """A hundred children, unless more are asked for; one that there is exactly leads to an empty one."""
    server = await Server.start()
    top = await made(server, policies=["root"])
    for _ in range(101):
        await made(server, top["client_token"])
    page = await family(server, top["accessor"])
    assert (len(page["keys"]), len((await family(server, top["accessor"], after=page["after"]))["keys"])) == (100, 1)
    assert len((await family(server, top["accessor"], limit=101))["keys"]) == 101
    assert (await family(server, top["accessor"], limit=1000))["after"] == ""


async def test_times_and_leases() -> None:
    """When a child was made and ends; one that doesn't end has no such time.  How many leases its parent has."""
    server = await Server.start()
    top = await made(server, policies=["root"])
    child = await made(server, top["client_token"], ttl="1h")
    endless = await made(server, top["client_token"], policies=["root"])
    info = (await family(server, top["accessor"]))["key_info"]
    looked = {
        made_["accessor"]: (await server.ok("POST", "auth/token/lookup", {"token": made_["client_token"]})).data
        for made_ in (child, endless)
    }
    for accessor, row in info.items():
        assert row["expire_time"] == looked[accessor]["expire_time"]
        assert row["issue_time"].startswith(looked[accessor]["issue_time"][:19])
    assert info[endless["accessor"]]["expire_time"] is None and info[child["accessor"]]["expire_time"]


async def test_a_parent_above_is_not_shown() -> None:
    """Whoever looks after a namespace learns nothing of the tokens above it; from above, children below are seen."""
    server = await Server.start()
    await server.ok("POST", "sys/namespaces/team")
    policy = 'path "team/*" { capabilities = ["create", "update", "sudo"] }'
    await server.ok("PUT", "sys/policies/acl/above", {"policy": policy})
    above = await made(server, policies=["above"])
    child = (
        await server.ok("POST", "team/auth/token/create", {"policies": ["default"]}, token=above["client_token"])
    ).body["auth"]
    told = (await server.ok("POST", f"team/{PATH}", {"accessor": child["accessor"]})).data
    assert (told["parent"], told["keys"]) == (None, [])
    info = (await family(server, above["accessor"]))["key_info"]
    assert info[child["accessor"]]["namespace_path"] == "team/"


async def test_who_may_not_is_refused() -> None:
    """It needs sudo, a living token, and a limit that is one."""
    server = await Server.start()
    policy = 'path "auth/token/lookup-children" { capabilities = ["update"] }'
    await server.ok("PUT", "sys/policies/acl/looker", {"policy": policy})
    looker = await made(server, policies=["looker"])
    refused = await server.ask("POST", PATH, {"accessor": looker["accessor"]}, token=looker["client_token"])
    assert refused.status == 403
    for body, error in (
        ({"accessor": "none"}, "invalid accessor"),
        ({}, "missing accessor"),
        ({"accessor": looker["accessor"], "limit": 0}, "limit has to be from 1 to 1000"),
        ({"accessor": looker["accessor"], "limit": 1001}, "limit has to be from 1 to 1000"),
    ):
        answer = await server.ask("POST", PATH, body)
        assert answer.status == 400 and error in answer.error
