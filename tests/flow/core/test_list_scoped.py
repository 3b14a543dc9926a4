"""A mount whose listings show their reader only what it may read."""

from __future__ import annotations

import pytest

from strongroom.testing import PluginServer

RULES = """path "old/*" { capabilities = ["list"] }
path "old/b" { capabilities = ["read"] }
path "old/shut/x" { capabilities = ["read"] }
path "old/shut/" { capabilities = ["deny"] }
path "new/metadata/*" { capabilities = ["list"] }
path "new/detailed-metadata/*" { capabilities = ["list"] }
path "new/data/b" { capabilities = ["read"] }
path "new/metadata/c" { capabilities = ["list", "read"] }
path "auth/userpass/users/" { capabilities = ["list"] }
path "auth/userpass/users/d" { capabilities = ["read"] }"""
LISTS = ("old", "new/metadata", "new/detailed-metadata", "auth/userpass/users")


async def stocked() -> PluginServer:
    """A server with four names, and a folder, in each mount."""
    server = await PluginServer.start(mounted=False)
    await server.mount("kv", "old", options={"version": "1"})
    await server.mount("kv", "new", options={"version": "2"})
    await server.mount("userpass", auth=True)
    for name in ("a", "b", "c", "d", "open/x", "shut/x"):
        await server.ok("POST", f"old/{name}", {"x": "y"})
        await server.ok("POST", f"new/data/{name}", {"data": {"x": "y"}})
        if "/" not in name:
            await server.ok("POST", f"auth/userpass/users/{name}", {"password": "p"})
    return server


async def tuned(server: PluginServer, *, to: bool = True) -> None:
    """Have all mounts scope their lists, or not."""
    for path in ("mounts/old", "mounts/new", "auth/userpass"):
        await server.ok("POST", f"sys/{path}/tune", {"list_scoped": to})


async def test_only_what_may_be_read_is_listed() -> None:
    """Of version 2 by data or metadata; folders that may be listed. From the commit of the tuning on, and back."""
    server = await stocked()
    token = await server.token(RULES)
    whole = {path: (await server.ok("LIST", path, token=token)).data["keys"] for path in LISTS}
    for _ in range(3):
        await server.ok("LIST", "old", token=token)  # so often that it is remembered
    await tuned(server)
    shown = {path: (await server.ok("LIST", path, token=token)).data["keys"] for path in LISTS}
    assert shown == {
        "old": ["b", "open/"],
        "new/metadata": ["b", "c", "open/", "shut/"],
        "new/detailed-metadata": ["b", "c", "open/", "shut/"],
        "auth/userpass/users": ["d"],
    }
    details = await server.ok("LIST", "new/detailed-metadata", token=token)
    assert set(details.data["key_info"]) <= set(shown["new/detailed-metadata"])
    assert (await server.ok("LIST", "old")).data["keys"] == whole["old"]  # root
    await tuned(server, to=False)
    assert {path: (await server.ok("LIST", path, token=token)).data["keys"] for path in LISTS} == whole


@pytest.mark.parametrize("path", ["old", "new/metadata"])
async def test_pages_tell_nothing_of_what_is_hidden(path: str) -> None:
    """Each page is as long as it may be, and together they are the whole."""
    server = await stocked()
    token = await server.token(RULES)
    await tuned(server)
    whole = (await server.ok("LIST", path, token=token)).data["keys"]
    found, after = [], ""
    while (page := await server.ask("LIST", f"{path}?limit=1&after={after}", token=token)).status == 200:
        assert len(page.data["keys"]) == 1
        found += page.data["keys"]
        after = found[-1]
    assert found == whole


async def test_a_change_of_policy_counts_at_once() -> None:
    """What was listed before isn't given again after the rules have changed."""
    server = await stocked()
    token = await server.token(RULES)
    await tuned(server)
    for _ in range(4):
        assert (await server.ok("LIST", "old", token=token)).data["keys"] == ["b", "open/"]
    await server.ok("PUT", "sys/policies/acl/only", {"policy": RULES.replace('"old/b"', '"old/a"')})
    assert (await server.ok("LIST", "old", token=token)).data["keys"] == ["a", "open/"]


async def test_the_setting_is_shown_where_it_is_set() -> None:
    """And nowhere else, so that clients that compare settings see no difference."""
    server = await stocked()
    assert "list_scoped" not in (await server.ok("GET", "sys/mounts/old/tune")).data
    await tuned(server)
    assert (await server.ok("GET", "sys/mounts/old/tune")).data["list_scoped"] is True
    assert (await server.ok("GET", "sys/mounts")).data["old/"]["config"]["list_scoped"] is True
