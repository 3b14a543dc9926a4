"""Messages to users before and after login."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.flow.node import Answer, TestNode

PATH = "sys/config/ui/custom-messages"
BEFORE, AFTER = "sys/internal/ui/unauthenticated-messages", "sys/internal/ui/authenticated-messages"
TEXT = base64.b64encode(b"hello").decode()


def body(**fields: Any) -> dict[str, Any]:
    """A message that may be written."""
    return {"title": "T", "message": TEXT, "start_time": "2020-01-01T00:00:00Z", **fields}


async def written(node: TestNode, where: str = "", **fields: Any) -> str:
    """The id of a new message."""
    return str((await node.ok("POST", where + PATH, body(**fields))).data["id"])


def titles(answer: Answer) -> list[str]:
    """The titles of what an answer lists, in order."""
    return [answer.data["key_info"][key]["title"] for key in answer.data["keys"]]


async def test_a_message_is_created_read_replaced_and_deleted() -> None:
    """What isn't given when it is replaced has its default."""
    node = await TestNode.start()
    id_ = await written(node, type="modal", link={"more": "https://example.com"}, end_time="2099-01-01T00:00:00Z")
    read = (await node.ok("GET", f"{PATH}/{id_}")).data
    assert read == {
        "id": id_,
        "active": True,
        "title": "T",
        "type": "modal",
        "authenticated": True,
        "message": TEXT,
        "link": {"more": "https://example.com"},
        "options": None,
        "start_time": "2020-01-01T00:00:00.000000Z",
        "end_time": "2099-01-01T00:00:00.000000Z",
    }
    changed = (await node.ok("POST", f"{PATH}/{id_}", body(title="U", authenticated=False))).data
    assert changed == {**read, "title": "U", "authenticated": False, "type": "banner", "link": None, "end_time": None}
    await node.ok("DELETE", f"{PATH}/{id_}")
    assert (await node.ask("GET", f"{PATH}/{id_}")).status == 404
    assert (await node.ask("POST", f"{PATH}/{id_}", body())).status == 404
    assert (await node.ask("LIST", PATH)).status == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"title": "a" * 513},
        {"message": ""},
        {"message": "not base64!"},
        {"message": base64.b64encode(b"a" * 16385).decode()},
        {"type": "popup"},
        {"start_time": ""},
        {"start_time": "tomorrow"},
        {"start_time": "2020-01-01"},
        {"end_time": "2019-01-01T00:00:00Z"},
        {"end_time": "2020-01-01T00:00:00Z"},
        {"link": {"a": "https://a", "b": "https://b"}},
        {"link": {"a": "javascript:alert(1)"}},
        {"link": {"a": "data:text/html,x"}},
        {"link": {"a": "java\nscript:alert(1)"}},
        {"link": {"a": " javascript:alert(1)"}},  # browsers leave out what is in front
        {"link": {"a": " https://a"}},
        {"link": {"a": "https://[x"}},
        {"options": {str(number): "" for number in range(33)}},
    ],
)
async def test_a_message_that_no_interface_should_show_is_refused(fields: dict[str, Any]) -> None:
    """Without title, text or time, too long, or with a link that is a program."""
    node = await TestNode.start()
    assert (await node.ask("POST", PATH, body(**fields))).status == 400
    assert (await node.ask("LIST", PATH)).status == 404


async def test_lists_are_filtered() -> None:
    """By whether a message is shown now, to whom, and how."""
    node = await TestNode.start()
    await written(node, title="now")
    await written(node, title="later", start_time="2099-01-01T00:00:00Z", type="modal")
    await written(node, title="public", authenticated=False)
    await written(node, title="over", end_time="2020-02-01T00:00:00Z")
    for query, wanted in (
        ("", {"now", "later", "public", "over"}),
        ("?active=true", {"now", "public"}),
        ("?active=false", {"later", "over"}),
        ("?authenticated=false", {"public"}),
        ("?type=modal", {"later"}),
        ("?active=true&authenticated=true&type=banner", {"now"}),
    ):
        assert set(titles(await node.ok("LIST", PATH + query))) == wanted, query
    assert (await node.ask("LIST", f"{PATH}?type=popup")).status == 400


async def test_interfaces_are_shown_what_is_active_and_meant_for_them() -> None:
    """Strangers see what is public, tokens see the rest; namespaces below see both too, in their turn."""
    node = await TestNode.start()
    await node.ok("POST", "sys/namespaces/team")
    await written(node, title="inner")
    await written(node, title="public", authenticated=False)
    await written(node, title="later", authenticated=False, start_time="2099-01-01T00:00:00Z")
    await written(node, "team/", title="of the team", authenticated=False)
    token = await node.token('path "cubbyhole/x" { capabilities = ["read"] }')
    for token_given, inner in (("", []), ("nonsense", []), (token, ["inner"]), (None, ["inner"])):
        assert titles(await node.ok("GET", BEFORE, token=token_given)) == ["public"]
        assert titles(await node.ok("GET", AFTER, token=token_given)) == inner
    assert titles(await node.ok("GET", f"team/{BEFORE}", token="")) == ["public", "of the team"]
    assert titles(await node.ok("GET", f"team/{AFTER}", token=token)) == ["inner"]
    foreign = await node.ok("POST", "team/auth/token/create", {})
    assert titles(await node.ok("GET", AFTER, token=foreign.body["auth"]["client_token"])) == []


async def test_their_number_is_bounded() -> None:
    """A namespace has a hundred, and another one has its own."""
    node = await TestNode.start()
    await node.ok("POST", "sys/namespaces/team")
    for _ in range(100):
        await written(node)
    assert (await node.ask("POST", PATH, body())).status == 400
    await written(node, "team/")
