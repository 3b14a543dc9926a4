"""Headers of the user interface's answers."""

from __future__ import annotations

import pytest

from strongroom.http.application import Application
from strongroom.http.message import HttpRequest, Peer
from strongroom.interface import Site
from strongroom.interface.site import File, Variant
from tests.flow.node import TestNode
from tests.sim.faulty_storage import Fail

PATH = "sys/config/ui/headers"


async def test_a_header_is_written_read_listed_and_removed() -> None:
    """Under one name, however it is written."""
    node = await TestNode.start()
    assert (await node.ask("LIST", PATH)).status == 404
    await node.ok("POST", f"{PATH}/x-one-two", {"values": ["a", "b"]})
    await node.ok("POST", f"{PATH}/X-Other", {"values": "c, d"})
    assert (await node.ok("GET", f"{PATH}/X-Other")).data == {"value": "c, d"}
    assert (await node.ok("LIST", PATH)).data == {"keys": ["X-One-Two", "X-Other"]}
    assert (await node.ok("GET", f"{PATH}/X-ONE-two")).data == {"value": "a"}
    assert (await node.ok("GET", f"{PATH}/X-One-Two?multivalue=true")).data == {"values": ["a", "b"]}
    assert (await node.ok("DELETE", f"{PATH}/X-one-Two")).status == 204
    assert (await node.ok("DELETE", f"{PATH}/X-one-Two")).status == 204
    assert (await node.ask("GET", f"{PATH}/X-One-Two")).status == 404


@pytest.mark.parametrize(
    ("name", "values", "status"),
    [
        ("X-Vault-A", ["a"], 400),
        ("x-VAULT-a", ["a"], 400),
        ("Content-Length", ["7"], 400),
        ("Transfer-Encoding", ["chunked"], 400),
        ("content-type", ["text/plain"], 400),
        ("Content-Encoding", ["gzip"], 400),
        ("ETag", ["1"], 400),
        ("X-A", ["a\r\nSet-Cookie: b"], 400),
        ("X-A", ["ŵ"], 400),
        ("X-A", ["a" * 5000], 400),
        ("X-A", ["a"] * 17, 400),
        ("X-A", [], 400),
        ("a b", ["a"], 404),
        ("a:b", ["a"], 404),
    ],
)
async def test_a_header_that_no_answer_may_carry_is_refused(name: str, values: list[str], status: int) -> None:
    """What the server writes itself, what would end the header early, and what is too long; nothing is stored."""
    node = await TestNode.start()
    assert (await node.ask("POST", f"{PATH}/{name.replace(' ', '%20')}", {"values": values})).status == status
    assert (await node.ask("LIST", PATH)).status == 404


async def test_their_number_is_bounded() -> None:
    """One more is refused; an old one can still be changed."""
    node = await TestNode.start()
    for number in range(64):
        await node.ok("POST", f"{PATH}/X-{number}", {"values": "a"})
    assert (await node.ask("POST", f"{PATH}/X-more", {"values": "a"})).status == 400
    await node.ok("POST", f"{PATH}/X-1", {"values": "b"})


async def test_answers_below_the_interface_carry_them_and_others_do_not() -> None:
    """A value each, in place of the header that the answer has itself."""
    node = await TestNode.start()
    await node.ok("POST", f"{PATH}/X-Frame-Options", {"values": ["DENY", "SAMEORIGIN"]})
    await node.ok("POST", f"{PATH}/cache-control", {"values": ["no-cache"]})
    asked = HttpRequest("GET", "/ui/vault/auth", "", {}, b"", Peer(address="192.0.2.7", port=1, listener="test"))
    answered = await node.application.answer(asked, node.options)
    named = [field for field in answered.headers if field[0] in {"X-Frame-Options", "Cache-Control"}]
    assert named == [("X-Frame-Options", "DENY"), ("X-Frame-Options", "SAMEORIGIN"), ("Cache-Control", "no-cache")]
    assert "X-Frame-Options" not in (await node.ask("GET", "sys/mounts")).headers


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/ui/", "text/html,*/*", "text/html; charset=utf-8"),
        ("/ui/nodes", "text/html", "text/html; charset=utf-8"),
        ("/ui/", "*/*", "application/json"),
        ("/ui/assets/a.js", "text/html,*/*", "application/json"),
    ],
)
async def test_while_the_store_fails_a_browser_gets_a_page_that_asks_again(path: str, accept: str, kind: str) -> None:
    """Whoever opens the interface then isn't left with a line of JSON; programs get the error as from the API."""
    node = await TestNode.start()
    page = File("text/html", {"": Variant(b"page", '"1"')})
    application = Application(node.node, Site({"index.html": page, "assets/a.js": page}))
    asked = HttpRequest("GET", path, "", {"accept": accept}, b"", Peer(address="192.0.2.7", port=1, listener="test"))
    assert (await application.answer(asked, node.options)).status == 200
    for method in ("get", "get_many", "delta", "synced", "changed_since"):
        node.plan.add(method, *[Fail()] * 20)
    answered = await application.answer(asked, node.options)
    named = dict(answered.headers)
    assert (answered.status, named["Content-Type"]) == (503, kind)
    assert (b'http-equiv="refresh"' in answered.body) == ("Content-Security-Policy" in named) == ("html" in kind)


async def test_they_take_sudo_and_the_root_namespace() -> None:
    """Neither a token without sudo nor a namespace's sets what every user's browser obeys."""
    node = await TestNode.start()
    token = await node.token(f'path "{PATH}/*" {{ capabilities = ["create", "update", "read", "list"] }}')
    assert (await node.ask("POST", f"{PATH}/X-A", {"values": "a"}, token)).status == 403
    await node.ok("POST", "sys/namespaces/team")
    assert (await node.ask("POST", f"team/{PATH}/X-A", {"values": "a"})).status == 400
