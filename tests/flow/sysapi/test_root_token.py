"""A root token by holders of key shares: who may, what it takes, and who can read it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from strongroom.http.options import ListenerOptions
from tests.flow.node import Answer, TestNode
from tests.sim.faulty_storage import Fail

LEGACY = ("sys/generate-root/attempt", "sys/generate-root/update")
NEWER = ("sys/generate-root-token/attempt", "sys/generate-root-token/update")
FAMILIES = pytest.mark.parametrize("family", [LEGACY, NEWER], ids=["older", "newer"])


def inner(answer: Answer) -> Any:
    """The state, with the newer endpoints' envelope taken off."""
    return answer.body.get("data") or answer.body


def decoded(encoded: str, otp: str) -> str:
    """The token, by what the API says of its encryption."""
    scrambled = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
    return bytes(a ^ b for a, b in zip(scrambled, otp.encode(), strict=True)).decode()


@FAMILIES
async def test_the_last_share_gives_a_root_token(family: tuple[str, str]) -> None:
    """Two of three shares make a token without parent or end that may do everything, readable by the pad only."""
    node = await TestNode.start()
    began = inner(await node.ok("PUT", family[0], {}))
    assert (began["started"], began["progress"], began["required"], len(began["otp"])) == (True, 0, 2, 28)
    assert inner(await node.ok("GET", family[0]))["otp"] == ""
    first = inner(await node.ok("PUT", family[1], {"key": node.keys[0], "nonce": began["nonce"]}))
    assert (first["complete"], first["progress"], first["encoded_token"]) == (False, 1, "")
    done = inner(await node.ok("PUT", family[1], {"key": node.keys[2], "nonce": began["nonce"]}))
    assert (done["complete"], done["progress"]) == (True, 2)
    token = decoded(done["encoded_token"], began["otp"])
    assert token.startswith("hvs.")
    told = (await node.ok("GET", "auth/token/lookup-self", token=token)).data
    assert (told["policies"], told["ttl"], told["orphan"], told["path"]) == (["root"], 0, True, "auth/token/root")
    both = {"encoded_token": done["encoded_token"], "otp": began["otp"]}
    assert (await node.ok("POST", "sys/decode-token", both, token="")).data == {"token": token}
    assert inner(await node.ok("GET", family[0]))["started"] is False
    late = await node.ask("PUT", family[1], {"key": node.keys[1], "nonce": began["nonce"]})
    assert late.errors == ["no root generation in progress"]


async def test_a_pad_of_ones_own() -> None:
    """A one-time pad that comes with the request is used, never told, and has to be as long as the token."""
    node = await TestNode.start()
    assert (await node.ask("PUT", NEWER[0], {"otp": "short"})).errors == ["OTP string has incorrect length"]
    otp = "0123456789abcdefghijklmnopqr"
    began = (await node.ok("PUT", NEWER[0], {"otp": otp})).data
    assert began["otp"] == ""
    for key in node.keys[:2]:
        done = (await node.ok("PUT", NEWER[1], {"key": key, "nonce": began["nonce"]})).data
    await node.ok("GET", "sys/mounts", token=decoded(done["encoded_token"], otp))


@FAMILIES
async def test_what_is_no_share_is_refused(family: tuple[str, str]) -> None:
    """Another nonce, a share twice, text that is none, wrong shares: 400; the last empties the collection."""
    node = await TestNode.start()
    nonce = inner(await node.ok("PUT", family[0], {}))["nonce"]
    again = await node.ask("PUT", family[0], {})
    assert (again.status, "already in progress" in again.errors[0]) == (400, True)
    for body in (
        {"key": node.keys[0]},
        {"nonce": nonce},
        {"key": node.keys[0], "nonce": "x"},
        {"key": "zz", "nonce": nonce},
        {"key": "AAAA", "nonce": nonce},
        {"key": "00" * 40, "nonce": nonce},
    ):
        assert (await node.ask("PUT", family[1], body)).status == 400, body
    given = {"key": node.keys[0], "nonce": nonce}
    await node.ok("PUT", family[1], given)
    assert (await node.ask("PUT", family[1], given)).status == 400
    assert (await node.ask("PUT", family[1], {"key": "00" * 32 + "01", "nonce": nonce})).status == 400
    assert inner(await node.ok("GET", family[0]))["progress"] == 0
    await node.ok("DELETE", family[0])
    assert (await node.ask("PUT", family[1], given)).status == 400


@pytest.mark.parametrize("path", [*LEGACY, *NEWER, "sys/generate-root"])
async def test_a_token_with_the_capability_is_needed(path: str) -> None:
    """Without a token, or with one whose policies don't say so, it is 403, whatever the verb."""
    node = await TestNode.start()
    lesser = await node.token('path "probe/*" { capabilities = ["read"] }')
    for token in ("", lesser):
        for method in ("GET", "PUT", "DELETE"):
            assert (await node.ask(method, path, {}, token=token)).status == 403, (method, token)
    able = await node.token(f'path "{path}" {{ capabilities = ["create", "update", "delete"] }}')
    assert (await node.ask("PUT", path, {}, token=able)).status in {200, 400}


@pytest.mark.parametrize(
    ("name", "family", "closed"),
    [("generate-root", LEGACY, "sys/rekey/init"), ("rekey", ("sys/rekey/init", "sys/rekey/update"), LEGACY[0])],
)
async def test_a_listener_may_open_the_older_paths(name: str, family: tuple[str, str], closed: str) -> None:
    """There, and only there, they need no token; they are audited, and no other path is opened with them."""
    node = await (await TestNode.start()).audited()
    node.options = ListenerOptions(opened=frozenset({name}))
    wanted = {"secret_shares": 3, "secret_threshold": 2}
    began = await node.ok("PUT", family[0], wanted, token="")
    for key in node.keys[:2]:
        done = await node.ok("PUT", family[1], {"key": key, "nonce": began.body["nonce"]}, token="")
    assert done.body["complete"] is True
    log = b"".join(node.recorder.lines).decode()
    assert log.count(f'"path":"{family[1]}"') == 4
    for path in (closed, *NEWER, "sys/rotate/root/init", "sys/rotate/root", "sys/rekey/backup"):
        assert (await node.ask("GET", path, token="")).status in {403, 405}, path
    node.options = ListenerOptions()
    assert (await node.ask("GET", family[0], token="")).status == 403


async def test_neither_share_nor_token_reaches_the_audit_log() -> None:
    """Shares, pad and token are in the log only as digests."""
    node = await (await TestNode.start()).audited()
    began = (await node.ok("PUT", NEWER[0], {})).data
    for key in node.keys[:2]:
        done = (await node.ok("PUT", NEWER[1], {"key": key, "nonce": began["nonce"]})).data
    log = b"".join(node.recorder.lines).decode()
    token = decoded(done["encoded_token"], began["otp"])
    for secret in (*node.keys[:2], began["otp"], done["encoded_token"], token):
        assert secret not in log


async def test_a_store_that_fails_makes_no_token() -> None:
    """When the commit fails, the answer is an error and no token was made."""
    node = await TestNode.start()
    began = (await node.ok("PUT", NEWER[0], {})).data
    await node.ok("PUT", NEWER[1], {"key": node.keys[0], "nonce": began["nonce"]})
    before = (await node.ok("LIST", "auth/token/accessors")).data["keys"]
    node.plan.add("commit", Fail())
    assert (await node.ask("PUT", NEWER[1], {"key": node.keys[1], "nonce": began["nonce"]})).status >= 500
    assert (await node.ok("LIST", "auth/token/accessors")).data["keys"] == before


@pytest.mark.parametrize(
    ("encoded", "otp", "error"),
    [
        ("", "a", "provided 'encoded_token' or 'otp' is empty"),
        ("AAAA", "", "provided 'encoded_token' or 'otp' is empty"),
        ("x", "y", "error decoding base64'd token: illegal base64 data at input byte 0"),
        ("AA==", "a", "error decoding base64'd token: illegal base64 data at input byte 2"),
        ("AAAA", "abcd", "error xoring token: length of byte slices is not equivalent: 3 != 4"),
    ],
)
async def test_what_cannot_be_decoded(encoded: str, otp: str, error: str) -> None:
    """What doesn't fit together is refused in the words that clients know."""
    node = await TestNode.start()
    answer = await node.ask("POST", "sys/decode-token", {"encoded_token": encoded, "otp": otp}, token="")
    assert (answer.status, answer.errors) == (400, [error])
