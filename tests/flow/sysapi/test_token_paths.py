"""Tokens over a whole server: what they cost, what they may pass on, how they live and end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strongroom.barrier import keys
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from tests.flow.sysapi.system_server import Server

MAKER = 'path "auth/token/*" { capabilities = ["create", "read", "update", "list"] }'


async def _rows(server: Server) -> set[str]:
    return set((await server.node.storage.scan("")).names)


async def _create(server: Server, parent: str = "root", **fields: Any) -> dict[str, Any]:
    return dict((await server.ok("POST", "auth/token/create", fields, token=parent)).body["auth"])


async def test_a_token_costs_few_rows() -> None:
    """Three rows for an orphan, four under a parent, none for a batch token; all of them go with it."""
    server = await Server.start()
    before = await _rows(server)
    orphan = await _create(server, no_parent=True, policies=["default"])
    assert len(await _rows(server) - before) == 3
    child = await _create(server, policies=["default"])
    assert len(await _rows(server) - before) == 7
    await _create(server, type="batch", policies=["default"])
    assert len(await _rows(server) - before) == 7
    for auth in (orphan, child):
        await server.ok("POST", "auth/token/revoke-accessor", {"accessor": auth["accessor"]})
    assert await _rows(server) == before


async def test_the_token_itself_is_nowhere_in_the_store() -> None:
    """Neither it nor a plain digest of it: only a keyed digest, and the record encrypted."""
    server = await Server.start()
    auth = await _create(server, display_name="canary-name", meta={"canary": "canary-meta"})
    storage = server.node.storage
    names = (await storage.scan("")).names
    values = (await storage.get_many(names)).entries.values()
    dump = "\n".join(names).encode() + b"".join(entry.value for entry in values)
    for text in (auth["client_token"], "canary-name", "canary-meta"):
        assert text.encode() not in dump


async def test_a_long_line_of_tokens_costs_no_more_per_token() -> None:
    """The row of a late descendant is as small as the first's, and the end of the first is the end of all."""
    server = await Server.start()
    storage = server.node.storage
    tokens = [(await _create(server, policies=["root"], ttl="2h"))["client_token"]]
    sizes = []
    for _ in range(150):
        before = (await storage.scan(keys.tokens(keys.ROOT_NAMESPACE))).names
        tokens.append((await _create(server, parent=tokens[-1], ttl="1h"))["client_token"])
        (made,) = set((await storage.scan(keys.tokens(keys.ROOT_NAMESPACE))).names) - {*before}
        entry = await storage.get(keys.token(made))
        assert entry is not None
        sizes.append(len(entry.value))
    assert max(sizes) - min(sizes) < 64
    await server.ok("GET", "auth/token/lookup-self", token=tokens[-1])
    await server.ok("POST", "auth/token/revoke", {"token": tokens[0]})
    for token in tokens[1::50]:
        assert (await server.ask("GET", "auth/token/lookup-self", token=token)).status == 403


async def test_a_token_ends_its_own_line_by_prefix() -> None:
    """Who ends all tokens of a path is among them, with those it hangs on, and is answered all the same."""
    server = await Server.start()
    first = (await _create(server, policies=["root"], ttl="2h"))["client_token"]
    second = (await _create(server, parent=first, ttl="1h"))["client_token"]
    third = (await _create(server, parent=second, ttl="1h"))["client_token"]
    await server.ok("POST", "sys/leases/revoke-prefix/auth/token/create", token=third)
    for token in (first, second, third):
        assert (await server.ask("GET", "auth/token/lookup-self", token=token)).status == 403


async def test_rights_only_shrink() -> None:
    """Without sudo, a child has no policy that its parent lacks, is no orphan by asking, not periodic, not named."""
    server = await Server.start()
    parent = await server.token(MAKER)
    refused = [
        {"policies": ["other"]},
        {"policies": ["root"]},
        {"policies": ["only", "root"]},
        {"policies": ["only"], "period": "1h"},
        {"policies": ["only"], "no_parent": True},
        {"policies": ["only"], "id": "mine"},
        {"policies": ["response-wrapping"]},
    ]
    for fields in refused:
        answer = await server.ask("POST", "auth/token/create", fields, token=parent)
        assert answer.status == 400, fields
    child = await _create(server, parent, policies=["only"])
    assert child["policies"] == ["default", "only"]
    # Nor by way of sudo on the path: root stays out of reach of all but root.
    sudo = await server.token('path "auth/token/create" { capabilities = ["update", "sudo"] }')
    answer = await server.ask("POST", "auth/token/create", {"policies": ["root"]}, token=sudo)
    assert answer.error == "root tokens may not be created without parent token being root"


async def test_a_token_with_a_number_of_uses_is_used_that_often() -> None:
    """However the requests race: exactly so many are answered; then nobody finds the token, and no row stays."""
    server = await Server.start()
    before = await _rows(server)
    auth = await _create(server, num_uses=5, policies=["default"])
    token = auth["client_token"]
    answers = await asyncio.gather(*(server.ask("POST", "cubbyhole/mine", {"a": 1}, token=token) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [204] * 5 + [403] * 15
    assert (await server.ask("GET", "auth/token/lookup-self", token=token)).status == 403
    assert (await server.ask("POST", "auth/token/lookup", {"token": token})).error == "bad token"
    assert auth["accessor"] not in (await server.ok("LIST", "auth/token/accessors")).data["keys"]
    await _settle(server)
    assert await _rows(server) == before


async def _settle(server: Server) -> None:
    """Let the expiry role do what is due within a minute."""
    services = server.node.unsealed
    assert services is not None
    server.clock.advance(60)
    storage = services.barrier.storage
    fence = await storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None
    while await Expiry(services).run_once(fence):
        pass
    await storage.unlock(fence)


async def test_renewal_has_an_end() -> None:
    """However often it is renewed, a token doesn't outlive its explicit maximum; then it can't be renewed."""
    server = await Server.start()
    token = (await _create(server, ttl="40m", explicit_max_ttl="1h", policies=["default"]))["client_token"]
    server.clock.advance(1800)
    answer = (await server.ok("POST", "auth/token/renew-self", {"increment": "40m"}, token=token)).body
    assert answer["auth"]["lease_duration"] == 1800
    assert "TTL value is capped accordingly" in answer["warnings"][0]
    server.clock.advance(1799)
    assert (await server.ok("POST", "auth/token/renew-self", token=token)).body["auth"]["lease_duration"] == 1
    server.clock.advance(1)
    assert (await server.ask("POST", "auth/token/renew-self", token=token)).status == 403


async def test_a_periodic_token_lives_as_long_as_it_is_renewed() -> None:
    """Each renewal gives one period, whatever is asked, beyond the mount's maximum; missing one ends it."""
    server = await Server.start()
    token = (await _create(server, period="24h", policies=["default"]))["client_token"]
    for _ in range(40):
        server.clock.advance(23 * 3600)
        renewed = await server.ok("POST", "auth/token/renew-self", {"increment": "999h"}, token=token)
        assert renewed.body["auth"]["lease_duration"] == 24 * 3600
    server.clock.advance(24 * 3600)
    assert (await server.ask("POST", "auth/token/renew-self", token=token)).status == 403


async def test_a_login_is_renewed_by_what_its_method_says_now() -> None:
    """The user's present time counts; a user who is gone, or has other policies, isn't prolonged."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/people", {"type": "userpass"})
    users = "auth/people/users/ann"
    await server.ok("POST", users, {"password": "p", "token_ttl": "1h"})
    login = await server.ok("POST", "auth/people/login/ann", {"password": "p"}, token="")
    token = login.body["auth"]["client_token"]
    await server.ok("POST", users, {"token_ttl": "2h"})
    renewed = await server.ok("POST", "auth/token/renew-self", token=token)
    assert renewed.body["auth"]["lease_duration"] == 7200
    await server.ok("POST", users, {"token_policies": "more"})
    refused = await server.ask("POST", "auth/token/renew-self", token=token)
    assert refused.status == 400
    assert "policies have changed" in refused.error
    await server.ok("DELETE", users)
    assert (await server.ask("POST", "auth/token/renew-self", token=token)).status == 400


@pytest.mark.parametrize(
    ("rule", "renewed"), [("", None), ("refuse", None), ("keep", ["a", "b", "default"]), ("narrow", ["a", "default"])]
)
async def test_the_mount_decides_what_changed_policies_do_to_a_renewal(rule: str, renewed: list[str] | None) -> None:
    """A refusal says what has changed.  What a renewal took away stays away; nothing is ever added."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/people", {"type": "userpass", "config": {"on_policy_change": rule}})
    assert (await server.ok("GET", "sys/auth/people/tune")).data.get("on_policy_change", "") == rule
    users = "auth/people/users/ann"
    await server.ok("POST", users, {"password": "p", "token_policies": "a,b"})
    login = await server.ok("POST", "auth/people/login/ann", {"password": "p"}, token="")
    token = login.body["auth"]["client_token"]
    await server.ok("POST", users, {"token_policies": "a,c"})
    answer = await server.ask("POST", "auth/token/renew-self", token=token)
    if renewed is None:
        assert answer.status == 400
        assert "policies have changed, not renewing: +c, -b; log in again" in answer.error
        return
    assert answer.body["auth"]["policies"] == renewed
    assert (await server.ok("GET", "auth/token/lookup-self", token=token)).data["policies"] == renewed
    await server.ok("POST", users, {"token_policies": "a,b"})
    assert (await server.ok("POST", "auth/token/renew-self", token=token)).body["auth"]["policies"] == renewed


async def test_the_rule_for_changed_policies_is_one_of_three() -> None:
    """And only auth methods have it."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/people", {"type": "userpass"})
    assert (await server.ask("POST", "sys/auth/people/tune", {"on_policy_change": "ignore"})).status == 400
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    assert (await server.ask("POST", "sys/mounts/kv/tune", {"on_policy_change": "keep"})).status == 400


async def test_a_role_is_asked_again_at_every_renewal() -> None:
    """Its period counts as it is then; without the role there is no renewal."""
    server = await Server.start()
    await server.ok("POST", "auth/token/roles/job", {"token_period": "1h", "path_suffix": "jobs"})
    made = await server.ok("POST", "auth/token/create/job", {"policies": ["default"]})
    token = made.body["auth"]["client_token"]
    await server.ok("POST", "auth/token/roles/job", {"token_period": "20m"})
    renewed = await server.ok("POST", "auth/token/renew-self", token=token)
    assert renewed.body["auth"]["lease_duration"] == 1200
    await server.ok("DELETE", "auth/token/roles/job")
    assert (await server.ask("POST", "auth/token/renew-self", token=token)).status == 400


async def test_a_batch_token_is_sealed_and_hangs_on_its_parent() -> None:
    """One changed character opens nothing; it ends with its parent, and has no cubbyhole."""
    server = await Server.start()
    parent = (await _create(server))["client_token"]
    batch = (await _create(server, parent, type="batch", policies=["default"]))["client_token"]
    assert batch.startswith("hvb.")
    shown = await server.ok("GET", "auth/token/lookup-self", token=batch)
    assert shown.data["type"] == "batch"
    assert (await server.ask("GET", "cubbyhole/x", token=batch)).status == 400
    for at in (5, len(batch) // 2, len(batch) - 2):
        forged = batch[:at] + ("A" if batch[at] != "A" else "B") + batch[at + 1 :]
        assert (await server.ask("GET", "auth/token/lookup-self", token=forged)).status == 403
    await server.ok("POST", "auth/token/revoke", {"token": parent})
    assert (await server.ask("GET", "auth/token/lookup-self", token=batch)).status == 403


async def test_accessors_stand_for_tokens_but_do_not_show_them() -> None:
    """Looking up, renewing and revoking by accessor work, and no answer holds the token."""
    server = await Server.start()
    auth = await _create(server, policies=["default"])
    body = {"accessor": auth["accessor"]}
    listed = await server.ok("LIST", "auth/token/accessors")
    assert auth["accessor"] in listed.data["keys"]
    shown = await server.ok("POST", "auth/token/lookup-accessor", body)
    renewed = await server.ok("POST", "auth/token/renew-accessor", body)
    assert shown.data["id"] == ""
    assert renewed.body["auth"]["client_token"] == ""
    await server.ok("POST", "auth/token/revoke-accessor", body)
    assert (await server.ask("POST", "auth/token/lookup-accessor", body)).status == 400
    assert not [name for name in await _rows(server) if name.startswith(keys.accessor(auth["accessor"]))]


async def test_an_accessor_is_one_segment_of_a_key() -> None:
    """Text that would reach another place in the store is no accessor."""
    server = await Server.start()
    for text in ("../id/x", "a/b", "/", "x" * 5000):
        assert (await server.ask("POST", "auth/token/lookup-accessor", {"accessor": text})).status == 400
