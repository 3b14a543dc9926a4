"""Response wrapping over a whole server: what is opened once, and by whom."""

from __future__ import annotations

import asyncio
from typing import Any

import jwt
import pytest

from strongroom.barrier import keys
from strongroom.crypto.jwt import new_es512_key
from strongroom.lib import json
from tests.flow.sysapi.system_server import ROOT, Server

WRAP = {"x-vault-wrap-ttl": "60"}
Asked = tuple[str, str, Any, str]
INVALID = "wrapping token is not valid or does not exist"


async def wrapped(server: Server, path: str = "sys/wrapping/wrap", body: Any = None) -> dict[str, Any]:
    """The `wrap_info` of a request's answer."""
    answer = await server.ok("POST", path, {"a": 1} if body is None else body, headers=WRAP)
    return dict(answer.body["wrap_info"])


async def test_the_answer_comes_back_as_it_was() -> None:
    """Unwrapping gives the whole envelope, with auth and warnings, and leaves no row behind."""
    server = await Server.start()
    storage = server.node.storage
    info = await wrapped(server, "auth/token/create", {"policies": ["nosuch"]})
    answer = (await server.ok("POST", "sys/wrapping/unwrap", token=info["token"])).body
    assert answer["auth"]["accessor"] == info["wrapped_accessor"]
    assert answer["warnings"] == ['Policy "nosuch" does not exist']
    assert answer["data"] is None
    assert not (await storage.scan(keys.area(keys.ROOT_NAMESPACE, "cubbyhole"))).names
    assert not (await storage.scan(keys.PENDING_DELETION)).names


async def test_a_signed_text_stands_for_its_token() -> None:
    """With the format "jwt", what the answer gives is signed, names token and server, and opens the answer once."""
    server = await Server.start()
    wanted = WRAP | {"x-vault-wrap-format": "jwt"}
    info = (await server.ok("POST", "auth/token/create", {}, headers=wanted)).body["wrap_info"]
    claims = jwt.decode(info["token"], options={"verify_signature": False})
    assert jwt.get_unverified_header(info["token"])["alg"] == "ES512"
    assert claims["type"] == "wrapping"
    assert claims["exp"] - claims["iat"] == 60
    assert claims["accessor"] == info["wrapped_accessor"]
    forged = jwt.encode(claims, new_es512_key(), algorithm="ES512")
    for token, body in ((ROOT, {"token": forged}), (forged, None)):
        refused = await server.ask("POST", "sys/wrapping/unwrap", body, token=token)
        assert refused.status == 403
        assert "signature could not be validated" in refused.body["errors"][0]
    assert (await server.ask("GET", "auth/token/lookup-self", token=info["token"])).status == 403
    opened = await server.ok("POST", "sys/wrapping/unwrap", token=info["token"])
    assert opened.body["auth"]["accessor"] == info["wrapped_accessor"]
    again = await server.ask("POST", "sys/wrapping/unwrap", {"token": info["token"]})
    assert (again.status, again.body["errors"]) == (400, [INVALID])


@pytest.mark.parametrize("way", ["as client", "in body", "both ways", "old way"])
async def test_of_many_that_open_it_one_does(way: str) -> None:
    """Whichever way eight requests present the same wrapping token at the same time, the secret is given once."""
    server = await Server.start()
    for _ in range(10):
        token = (await wrapped(server))["token"]
        by_client: list[Asked] = [("POST", "sys/wrapping/unwrap", None, token)] * 8
        by_body: list[Asked] = [("POST", "sys/wrapping/unwrap", {"token": token}, ROOT)] * 8
        old: list[Asked] = [("GET", "cubbyhole/response", None, token)] * 8
        asked = {
            "as client": by_client,
            "in body": by_body,
            "both ways": by_client[:4] + by_body[:4],
            "old way": by_client[:3] + by_body[:2] + old[:3],
        }[way]
        answers = await asyncio.gather(
            *(server.ask(method, path, body, token=client) for method, path, body, client in asked)
        )
        assert sorted(answer.status for answer in answers)[0] == 200
        assert {answer.status for answer in answers if answer.status != 200} <= {400, 403}
        assert sum(answer.status == 200 for answer in answers) == 1


async def test_the_old_way_gives_the_answer_as_text() -> None:
    """`cubbyhole/response` holds the envelope's JSON, once."""
    server = await Server.start()
    token = (await wrapped(server, body={"foo": "bar"}))["token"]
    answer = await server.ok("GET", "cubbyhole/response", token=token)
    assert json.loads(answer.data["response"].encode())["data"] == {"foo": "bar"}
    assert (await server.ask("GET", "cubbyhole/response", token=token)).status == 403


async def test_looking_does_not_open() -> None:
    """Anybody who has the token can look at it, again and again, without another token."""
    server = await Server.start()
    info = await wrapped(server)
    for _ in range(2):
        shown = await server.ok("POST", "sys/wrapping/lookup", {"token": info["token"]}, token="")
        assert shown.data == {
            "creation_path": "sys/wrapping/wrap",
            "creation_time": info["creation_time"],
            "creation_ttl": 60,
        }
    await server.ok("POST", "sys/wrapping/unwrap", {"token": info["token"]})


async def test_using_it_for_anything_else_spends_it() -> None:
    """A refused request with the wrapping token is seen by whoever opens it later: what it held is to be cleared."""
    server = await Server.start()
    token = (await wrapped(server))["token"]
    assert (await server.ask("GET", "auth/token/lookup-self", token=token)).status == 403
    assert (await server.ask("POST", "sys/wrapping/unwrap", {"token": token})).error == INVALID
    assert len((await server.node.storage.scan(keys.PENDING_DELETION)).names) == 1


async def test_exchanging_it_keeps_the_answer() -> None:
    """`rewrap` ends the old token; the new one holds the same answer for as long as the first did."""
    server = await Server.start()
    old = (await wrapped(server))["token"]
    new = (await server.ok("POST", "sys/wrapping/rewrap", {"token": old})).body["wrap_info"]
    assert new["ttl"] == 60
    assert new["creation_path"] == "sys/wrapping/wrap"
    assert (await server.ask("POST", "sys/wrapping/unwrap", token=old)).status == 400
    assert (await server.ok("POST", "sys/wrapping/unwrap", token=new["token"])).data == {"a": 1}


async def test_it_is_gone_when_its_time_is_over() -> None:
    """A second late is too late."""
    server = await Server.start()
    token = (await wrapped(server))["token"]
    server.clock.advance(60)
    assert (await server.ask("POST", "sys/wrapping/unwrap", {"token": token})).error == INVALID


async def test_no_other_token_opens_anything() -> None:
    """Ordinary tokens, the root token and nonsense are refused alike."""
    server = await Server.start()
    plain = await server.token('path "sys/*" { capabilities = ["update"] }')
    for token in (plain, ROOT, "nonsense", "hvs." + "a" * 24):
        assert (await server.ask("POST", "sys/wrapping/unwrap", {"token": token})).error == INVALID
        assert (await server.ask("POST", "sys/wrapping/lookup", {"token": token})).error == INVALID
    assert (await server.ask("POST", "sys/wrapping/unwrap", {"token": "x"}, token="")).error == INVALID
    assert (await server.ask("POST", "sys/wrapping/unwrap", {}, token="")).status == 403
