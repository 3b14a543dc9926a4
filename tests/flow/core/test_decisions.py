"""What the pipeline lets through, and what it costs."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request
from tests.flow.node import TestNode

DENIED = ["1 error occurred:\n\t* permission denied\n\n"]


def rule(path: str, capabilities: str, more: str = "") -> str:
    """A policy with one rule."""
    names = ", ".join(f'"{name}"' for name in capabilities.split())
    return f'path "{path}" {{ capabilities = [{names}]\n{more}\n}}'


async def test_a_policy_withdrawn_while_a_request_runs_counts() -> None:
    """Permission and secret change between the two reads of a request: it is refused, and never shows the new one."""
    node = await (await TestNode.start()).audited()
    other = await node.peer()
    await node.ok("POST", "probe/rows/a", {"text": "old secret"})
    token = await node.token(rule("probe/rows/a", "read"))

    async def withdraw(request: Request) -> None:
        node.probe.before = node.probe.existing
        await other.ok("PUT", "sys/policies/acl/only", {"policy": rule("probe/rows/a", "deny")})
        await other.ok("POST", "probe/rows/a", {"text": "new secret"})

    node.probe.before = withdraw
    answer = await node.ask("GET", "probe/rows/a", None, token)
    assert (answer.status, answer.errors) == (403, DENIED)


@pytest.mark.parametrize("what", ["sys/mounts/probe", "token"])
async def test_what_ends_while_a_write_runs_excludes_it(what: str) -> None:
    """A mount disabled, or a token revoked, before a write commits: the write leaves nothing behind."""
    node = await (await TestNode.start()).audited()
    other = await node.peer()
    token = await node.token(rule("probe/*", "create update"))

    async def end(request: Request) -> None:
        if what == "token":
            await other.ok("POST", "auth/token/revoke", {"token": token})
        else:
            await other.ok("DELETE", what)

    node.probe.after = end
    prefix = node.probe.requests
    answer = await node.ask("POST", "probe/rows/a", {"text": "late"}, token)
    assert answer.status in {403, 404}
    assert len(prefix) == 1
    assert not [key for key in node.rows() if key.endswith("/a") and prefix[0].mount.id in key]


async def test_uses_are_spent_by_whatever_is_asked() -> None:
    """Granted, denied, failed, nowhere, and failing before the decision: each takes one of the token's uses."""
    node = await (await TestNode.start()).audited()
    token = await node.token(rule("probe/*", "read create update"), num_uses=5)
    node.recorder.lines.clear()

    async def fault(request: Request) -> None:
        raise InvalidRequest("cannot tell")

    assert (await node.ask("GET", "probe/rows/a", None, token)).status == 404
    assert (await node.ask("GET", "sys/mounts", None, token)).status == 403
    assert (await node.ask("GET", "probe/none", None, token)).status == 404
    node.probe.existing = fault
    assert (await node.ask("POST", "probe/rows/a", {"text": "x"}, token)).status == 400
    node.probe.existing = node.probe.before
    assert (await node.ask("POST", "probe/rows/a", {"text": "x"}, token)).status == 200
    assert (await node.ask("GET", "probe/rows/a", None, token)).status == 403
    left = [e["auth"].get("remaining_uses") for e in node.recorder.entries if e["type"] == "request"]
    assert left == [4, 3, 2, 1, 0, 0]


async def test_the_last_use_may_be_a_denied_one() -> None:
    """A token whose last use was denied is gone, as after any last use."""
    node = await (await TestNode.start()).audited()
    token = await node.token(rule("other", "read"), num_uses=1)
    assert (await node.ask("GET", "probe/rows/a", None, token)).errors == DENIED
    assert (await node.ask("POST", "auth/token/lookup", {"token": token})).status == 403
    assert (await node.ask("GET", "probe/rows/a", None, token)).status == 403


async def test_a_spent_token_writes_nothing_more() -> None:
    """Whoever goes on using a token whose uses are spent is refused, and makes no row by that."""
    node = await (await TestNode.start()).audited()
    token = await node.token(rule("probe/*", "read"), num_uses=2)
    for _ in range(2):
        assert (await node.ask("GET", "probe/rows/a", None, token)).status == 404
    before = node.rows()
    for _ in range(3):
        node.clock.advance(1)
        assert (await node.ask("GET", "probe/rows/a", None, token)).status == 403
    assert node.rows() == before


async def test_a_use_is_spent_once_though_the_request_runs_again() -> None:
    """A token of two uses survives a request that conflicted three times, and one use is left."""
    node = await (await TestNode.start()).audited()
    other = await node.peer()
    token = await node.token(rule("probe/*", "read create update"), num_uses=2)

    async def disturb(request: Request) -> None:
        if node.probe.runs <= 3:
            await other.ok("POST", "probe/rows/a", {"text": str(node.probe.runs)})

    node.probe.after = disturb
    await node.ok("POST", "probe/rows/a", {"text": "mine"}, token)
    assert (await node.ok("GET", "probe/rows/a", None, token)).data == {"text": "mine"}
    assert (await node.ask("GET", "probe/rows/a", None, token)).status == 403


async def test_conditions_that_nobody_judges_refuse() -> None:
    """A policy that asks for a second factor opens nothing as long as none is served."""
    condition = 'mfa_methods = ["duo"]'
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "probe/rows/a", {"text": "x"})
    token = await node.token(rule("probe/rows/a", "read", condition))
    answer = await node.ask("GET", "probe/rows/a", None, token)
    assert (answer.status, answer.errors) == (403, DENIED)
    await node.ok("PUT", "sys/policies/acl/only", {"policy": rule("probe/rows/a", "read")})
    await node.ok("GET", "probe/rows/a", None, token)


async def test_a_listing_shows_the_names_that_its_reader_may_read() -> None:
    """With a filter, names and details of what the token can't read are left out; without any left, it is a 404."""
    node = await (await TestNode.start()).audited()
    for name in "abc":
        await node.ok("POST", f"probe/rows/{name}", {"text": "x"})
    more = 'list_scan_response_keys_filter_path = "probe/{{ .key }}"'
    readable = rule("probe/a", "read") + rule("probe/c", "read", 'required_parameters = ["x"]')
    token = await node.token(rule("probe/rows", "list", more) + readable)
    data = (await node.ok("LIST", "probe/rows", None, token)).data
    assert data["keys"] == list(data["key_info"]) == ["a"]
    bounded = await node.token(rule("probe/rows", "list", f"{more}\npagination_limit = 1") + readable)
    assert (await node.ok("LIST", "probe/rows", None, bounded)).data["keys"] == ["a"]
    blind = await node.token(rule("probe/rows", "list", more))
    answer = await node.ask("LIST", "probe/rows", None, blind)
    assert (answer.status, answer.errors) == (404, [])


async def test_pages_of_a_filtered_listing_tell_nothing_of_hidden_names() -> None:
    """A page has as many names as it was asked for, whichever hidden ones stand between them."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    for name in ("a", "hidden", "y", "z"):
        await node.ok("POST", f"kv/{name}", {"text": "x"})
    more = 'list_scan_response_keys_filter_path = "{{ .path }}{{ .key }}"'
    readable = "".join(rule(f"kv/{name}", "read") for name in "ayz")
    token = await node.token(rule("kv/", "list scan", more) + readable)
    for method in ("LIST", "SCAN"):
        for after in ("b", "h", "hi", "hidden", "x"):
            page = await node.ok(method, f"kv?after={after}&limit=1", None, token)
            assert page.data["keys"] == ["y"], after
        assert (await node.ok(method, "kv?limit=2", None, token)).data["keys"] == ["a", "y"]
        assert (await node.ok(method, "kv?limit=-1", None, token)).data["keys"] == ["a", "y", "z"]
        assert (await node.ask(method, "kv?limit=some", None, token)).status == 400


async def test_listings_are_cut_to_what_a_policy_allows() -> None:
    """With `pagination_limit`, a listing without `limit` or with 0 is cut, and a larger one refused."""
    node = await (await TestNode.start()).audited()
    for name in "abcde":
        await node.ok("POST", f"probe/rows/{name}", {"text": "x"})
    token = await node.token(rule("probe/*", "list", "pagination_limit = 3"))
    for query in ("", "?limit=0", "?limit=3"):
        data = (await node.ok("LIST", f"probe/rows{query}", None, token)).data
        assert data["keys"] == ["a", "b", "c"]
        assert list(data["key_info"]) == ["a", "b", "c"]
    for query in ("?limit=4", "?limit=x", "?limit=-1"):
        assert (await node.ask("LIST", f"probe/rows{query}", None, token)).status == 403
    assert len((await node.ok("LIST", "probe/rows")).data["keys"]) == 5


async def test_five_failed_logins_lock_a_user_out() -> None:
    """Five wrong passwords, and not even the right one is taken, for a quarter of an hour; other users aren't hit."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    for user in ("ann", "bob"):
        await node.ok("POST", f"auth/userpass/users/{user}", {"password": "right"})

    async def log_in(password: str, user: str = "ann") -> int:
        return (await node.ask("POST", f"auth/userpass/login/{user}", {"password": password}, "")).status

    for _ in range(4):
        assert await log_in("wrong") == 400
    assert await log_in("right") == 200  # starts the count anew
    for _ in range(5):
        assert await log_in("wrong") == 400
    assert await log_in("right") == 403
    assert await log_in("right", "ANN") == 403
    assert await log_in("right", "bob") == 200
    node.clock.advance(899)
    assert await log_in("wrong") == 403  # doesn't prolong it
    node.clock.advance(2)
    assert await log_in("right") == 200


async def test_engines_never_see_the_token() -> None:
    """Whatever headers a mount lets through, the one that the token came in stays outside; others come in."""
    node = await (await TestNode.start()).audited()
    passed = ["Authorization", "X-Wanted"]
    await node.ok("POST", "sys/mounts/probe/tune", {"passthrough_request_headers": passed})
    headers = {"x-wanted": "yes", "x-other": "no", "authorization": f"Bearer {node.root}"}
    foreign = {"x-wanted": "yes", "authorization": "Bearer of another system"}
    await node.ask("GET", "probe/rows/a", None, headers=headers)
    await node.ask("GET", "probe/rows/a", None, "", headers=headers)
    await node.ask("GET", "probe/rows/a", None, headers=headers | {"authorization": "Basic eDp5"})
    await node.ask("GET", "probe/rows/a", None, headers=foreign)
    await node.ask("POST", "probe/open/ann", None, "", headers=foreign)
    seen = [request.headers for request in node.probe.requests]
    assert seen == [{"x-wanted": "yes"}] * 2 + [{"x-wanted": "yes", "authorization": "Basic eDp5"}] + [foreign] * 2
    assert node.root not in str([request.client for request in node.probe.requests])


async def test_sealed_nodes_answer_nothing_but_what_they_must() -> None:
    """After sealing every path but the state's is 503, without an audit entry; unsealing brings everything back."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "probe/rows/a", {"text": "kept"})
    await node.ok("PUT", "sys/seal")
    node.recorder.lines.clear()
    for method, path in (("GET", "probe/rows/a"), ("POST", "auth/token/create"), ("GET", "sys/mounts")):
        answer = await node.ask(method, path)
        assert (answer.status, answer.errors) == (503, ["Vault is sealed"])
    assert (await node.ask("GET", "sys/seal-status", None, "")).body["sealed"] is True
    assert (await node.ask("GET", "sys/health", None, "")).status == 503
    assert node.recorder.lines == []
    await node.unseal()
    assert (await node.ok("GET", "probe/rows/a")).data == {"text": "kept"}


async def test_shares_of_another_seal_do_not_open() -> None:
    """Wrong shares are refused and forgotten, the same share twice counts once, and the right ones open afterwards."""
    node = await (await TestNode.start()).audited()
    await node.ok("PUT", "sys/seal")
    other = await TestNode.start()
    for key in (other.keys[0][:-2], "zz", other.keys[0] + "00"):
        assert (await node.ask("PUT", "sys/unseal", {"key": key}, "")).status == 400
    await node.ok("PUT", "sys/unseal", {"key": other.keys[0]}, "")
    wrong = await node.ask("PUT", "sys/unseal", {"key": other.keys[1]}, "")
    assert wrong.status == 400
    assert other.keys[1] not in str(wrong)
    for _ in range(3):
        state = await node.ok("PUT", "sys/unseal", {"key": node.keys[0]}, "")
        assert (state.body["progress"], state.body["sealed"]) == (1, True)
    state = await node.ok("PUT", "sys/unseal", {"key": node.keys[2]}, "")
    assert state.body["sealed"] is False
