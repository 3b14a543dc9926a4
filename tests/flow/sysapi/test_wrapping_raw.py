"""Response wrapping of answers without an envelope."""

from __future__ import annotations

import pytest

from strongroom.lib import json
from strongroom.sdk import Engine, RawBody, Request, Response, path
from tests.flow.node import Answer, TestNode

WRAP = {"x-vault-wrap-ttl": "60"}
BYTES = {"image/png": bytes(range(256)), "application/json": b'{"a":1}', "text/plain": b"no newline at the end"}


class Pictures(Engine):
    """An engine that answers without an envelope."""

    type = "pictures"

    @path.read("show")
    async def show(self, request: Request) -> Response:
        """Answers in the type that the client names; with nothing for one that it doesn't know."""
        wanted = str(request.data["type"])
        return Response(raw=RawBody(BYTES.get(wanted, b""), wanted), headers=(("X-Own", "1"),))


async def server() -> TestNode:
    """A server with such an engine."""
    node = await TestNode.start(engines={("secret", Pictures.type): Pictures()})
    await node.ok("POST", "sys/mounts/pictures", {"type": "pictures"})
    return node


async def unwrapped(node: TestNode, info: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
    """What a wrapping token opens."""
    return await node.ask("POST", "sys/wrapping/unwrap", token=info["token"], headers=headers)


@pytest.mark.parametrize("type_", BYTES)
async def test_content_comes_back_byte_for_byte(type_: str) -> None:
    """With its content type, also when it was wrapped anew in either way."""
    node = await server()

    async def info() -> dict[str, str]:
        return dict((await node.ok("GET", f"pictures/show?type={type_}", headers=WRAP)).body["wrap_info"])

    first = await info()
    assert first["creation_path"] == "pictures/show"
    again = (await node.ask("POST", "sys/wrapping/rewrap", {"token": (await info())["token"]})).body["wrap_info"]
    double = (await unwrapped(node, await info(), WRAP)).body["wrap_info"]
    expected = json.loads(BYTES[type_]) if type_ == "application/json" else BYTES[type_]
    for each in (first, again, double):
        opened = await unwrapped(node, each)
        assert (opened.status, opened.body, opened.headers["Content-Type"]) == (200, expected, type_)
        assert (await unwrapped(node, each)).status == 400


async def test_the_old_way_opens_only_json() -> None:
    """Where text is expected, bytes are refused."""
    node = await server()
    info = (await node.ok("GET", "pictures/show?type=image/png", headers=WRAP)).body["wrap_info"]
    refused = await node.ask("GET", "cubbyhole/response", token=info["token"])
    assert refused.status == 400
    assert "sys/wrapping/unwrap" in refused.error


async def test_what_is_open_to_all_is_not_wrapped() -> None:
    """Nobody without a token fills the store with certificates."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/pki", {"type": "pki"})
    await node.ok("POST", "pki/root/generate/internal", {"common_name": "Root", "key_type": "ec"})
    refused = await node.ask("GET", "pki/ca", token="", headers=WRAP)
    assert refused.status == 400
    assert "without a token" in refused.error


async def test_nothing_and_refusals_stay_as_they_are() -> None:
    """An answer without content has nothing to wrap, and an error is told."""
    node = await server()
    nothing = await node.ask("GET", "pictures/show?type=other", headers=WRAP)
    assert (nothing.status, nothing.body, nothing.headers["X-Own"]) == (200, None, "1")
    bad = await node.ask("GET", "sys/metrics?format=nosuch", headers=WRAP)
    assert (bad.status, bad.body) == (400, b'metric response format "nosuch" unknown')


async def test_a_stream_that_must_be_wrapped_is_refused() -> None:
    """The log can't be put away, so a policy that wants it wrapped gives nothing."""
    node = await TestNode.start()
    rules = 'path "sys/monitor" { capabilities = ["read", "sudo"]\nmin_wrapping_ttl = "1s" }'
    token = await node.token(rules)
    refused = await node.ask("GET", "sys/monitor", token=token, headers=WRAP)
    assert refused.status == 400
    assert "wrapped" in refused.error
