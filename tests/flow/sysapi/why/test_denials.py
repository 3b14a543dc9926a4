"""`sys/policies/denials`: by the id of a request that was denied, why it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.barrier import keys
from strongroom.barrier.transaction import transact
from strongroom.core.denials import DenialKeeping
from strongroom.http.message import HttpRequest, Peer
from strongroom.services.denials import rows, window
from tests.flow.sysapi.system_server import Server
from tests.flow.sysapi.why.test_explain import token_of

PATH = "sys/policies/denials"


async def denied(server: Server, method: str, path: str, body: Any = None, *, token: str) -> str:
    """Have a request refused.  Returns its id, as the client is told it."""
    answer = await server._application(
        HttpRequest(
            method=method,
            path="/v1/" + path,
            query="",
            headers={"content-type": "application/json", "x-vault-token": token},
            body=b"" if body is None else json.dumps(body).encode(),
            peer=Peer(address="192.0.2.7", port=4711, listener="test"),
        )
    )
    assert answer.status == 403
    return dict(answer.headers)["X-Strongroom-Request-Id"]


async def stored(server: Server) -> int:
    """How many rows of denials there are, in root."""
    names = await transact(server.services.barrier, lambda txn: txn.list(keys.denials(keys.ROOT_NAMESPACE)))
    return len(names)


async def test_a_denial_is_explained_by_its_id() -> None:
    """What lacked then, and what would be now; no value of the request is told or kept."""
    server = await Server.start()
    text = 'path "sys/mounts/x" { capabilities = ["update"] allowed_parameters = { type = ["kv"] } }'
    token, accessor = await token_of(server, p=text)
    id_ = await denied(server, "POST", "sys/mounts/x", {"type": "s3cret"}, token=token)
    answer = await server.ok("GET", f"{PATH}/{id_}")
    data = answer.data
    assert data["reasons"] == ['the parameter "type" is not among the allowed ones, or has a value that isn\'t']
    assert (data["path"], data["operation"], data["accessor"]) == ("sys/mounts/x", "update", accessor)
    assert data["now"]["outcomes"][0]["decided_by"] == "sys/mounts/x"
    assert "s3cret" not in str(answer.body)
    assert (await server.ask("GET", f"{PATH}/none")).status == 404


async def test_other_processes_know_it_when_it_was_written() -> None:
    """Denials are written together, answered by any process, and removed after their time."""
    server = await Server.start()
    token, _ = await token_of(server, p='path "x" { capabilities = ["read"] }')
    id_ = await denied(server, "GET", "sys/mounts", token=token)
    peer = await server.peer()
    assert (await peer.ask("GET", f"{PATH}/{id_}")).status == 404
    keeping = DenialKeeping(server.services)
    await keeping.run_once()
    assert (await peer.ok("GET", f"{PATH}/{id_}")).data["reasons"] == ["no rule covers the path"]
    assert (await server.ok("GET", f"{PATH}/{id_}")).data["request_id"] == id_
    server.clock.advance(rows.KEPT_S + 1)
    assert (await server.ask("GET", f"{PATH}/{id_}")).status == 404
    await keeping.run_once()
    await keeping.run_once()
    assert await stored(server) == 0


async def test_a_new_process_removes_what_an_earlier_one_has_left() -> None:
    """Also if nothing is denied any more; a bounded number goes in one commit."""
    server = await Server.start()
    token, _ = await token_of(server, p='path "x" { capabilities = ["read"] }')
    for _ in range(3):
        await denied(server, "GET", "sys/mounts", token=token)
        await DenialKeeping(server.services).run_once()
        server.clock.advance(1)
    server.clock.advance(rows.KEPT_S)
    keeping = DenialKeeping(server.services)
    left = []
    for _ in range(3):
        await keeping.run_once()
        left.append(await stored(server))
    assert left == [1, 0, 0]


async def test_a_flood_is_bounded_and_leaves_room() -> None:
    """One token gets few places; what was kept isn't evicted; and nothing is written for each denial."""
    server = await Server.start()
    flooding, _ = await token_of(server, p='path "x" { capabilities = ["read"] }')
    quiet, _ = await token_of(server, p='path "x" { capabilities = ["read"] }')
    first = await denied(server, "GET", "sys/mounts", token=flooding)
    for _ in range(100):
        await denied(server, "GET", "sys/auth", token=flooding)
    waited_for = await denied(server, "GET", "sys/mounts", token=quiet)
    assert await stored(server) == 0
    await DenialKeeping(server.services).run_once()
    assert await stored(server) == window.EACH + 1
    for id_ in (first, waited_for):
        assert (await server.ok("GET", f"{PATH}/{id_}")).data["request_id"] == id_


async def test_many_floods_are_bounded_too() -> None:
    """Of many tokens, so many denials are kept of one interval as fit into a commit."""
    server = await Server.start()
    for _ in range(window.MOST + 5):
        token, _ = await token_of(server, p='path "x" { capabilities = ["read"] }')
        await denied(server, "GET", "sys/mounts", token=token)
    await DenialKeeping(server.services).run_once()
    assert await stored(server) == window.MOST


async def test_who_may_not_look_up_the_token_is_told_nothing() -> None:
    """The same rights are needed as for an explanation of the token."""
    server = await Server.start()
    token, _ = await token_of(server, p='path "x" { capabilities = ["read"] }')
    id_ = await denied(server, "GET", "sys/mounts", token=token)
    asks = f'path "{PATH}/*" {{ capabilities = ["read"] }}'
    asker, _ = await token_of(server, asks=asks)
    refused = await server.ask("GET", f"{PATH}/{id_}", token=asker)
    assert (refused.status, "lookup-accessor" in refused.error) == (403, True)
    looks = asks + 'path "auth/token/lookup-accessor" { capabilities = ["update"] }'
    asker, _ = await token_of(server, looks=looks)
    assert 'read on "sys/policies/acl/p"' in (await server.ask("GET", f"{PATH}/{id_}", token=asker)).error


async def test_what_a_client_sends_is_kept_within_bounds() -> None:
    """Long paths aren't kept, and of long or many names of parameters only some, and their beginnings."""
    server = await Server.start()
    text = 'path "sys/mounts/x" { capabilities = ["update"] allowed_parameters = { type = [] } }'
    token, _ = await token_of(server, p=text)
    long = await denied(server, "GET", f"cubbyhole/{'x' * 1100}", token=token)
    assert (await server.ask("GET", f"{PATH}/{long}")).status == 404
    id_ = await denied(server, "POST", "sys/mounts/x", {f"{n}{'y' * 500}": "" for n in range(20)}, token=token)
    reasons = (await server.ok("GET", f"{PATH}/{id_}")).data["reasons"]
    assert (len(reasons), max(map(len, reasons))) == (8, 256)


async def test_secrets_in_paths_and_strangers() -> None:
    """A path's secret isn't kept, and who has no living token leaves nothing behind."""
    server = await Server.start()
    token, _ = await token_of(server, p='path "x" { capabilities = ["read"] }')
    id_ = await denied(server, "POST", "auth/token/revoke-accessor/abcdefghijkl", {}, token=token)
    assert "abcdefghijkl" not in str((await server.ok("GET", f"{PATH}/{id_}")).data)
    stranger = await denied(server, "GET", "sys/mounts", token="hvs.nobodyhasthistoken")
    assert (await server.ask("GET", f"{PATH}/{stranger}")).status == 404


async def test_a_denial_is_its_namespaces() -> None:
    """It is asked for in the namespace of the request, and nowhere else."""
    server = await Server.start()
    await server.ok("POST", "sys/namespaces/team", {})
    token, _ = await token_of(server, p='path "x" { capabilities = ["read"] }')
    id_ = await denied(server, "GET", "team/sys/mounts", token=token)
    for written in (False, True):
        assert (await server.ask("GET", f"{PATH}/{id_}")).status == 404
        assert (await server.ok("GET", f"team/{PATH}/{id_}")).data["path"] == "sys/mounts"
        if not written:
            await DenialKeeping(server.services).run_once()


@pytest.mark.parametrize("entity", ["disabled", "template"])
async def test_denials_that_no_rule_decides(entity: str) -> None:
    """A disabled entity, or a template that is refused, is told as the reason."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    text = 'path "x/{{identity.entity.metadata.a}}/y" { capabilities = ["read"] }'
    await server.ok("PUT", "sys/policies/acl/p", {"policy": text})
    await server.ok("PUT", "auth/userpass/users/eva", {"password": "p", "token_policies": ["p"]})
    auth = (await server.ok("PUT", "auth/userpass/login/eva", {"password": "p"})).body["auth"]
    change: dict[str, Any] = {"disabled": True} if entity == "disabled" else {"metadata": {"a": "b*"}}
    await server.ok("PUT", f"identity/entity/id/{auth['entity_id']}", change)
    id_ = await denied(server, "GET", "sys/mounts", token=auth["client_token"])
    (reason,) = (await server.ok("GET", f"{PATH}/{id_}")).data["reasons"]
    assert ("forbidden value" in reason) is (entity == "template")
