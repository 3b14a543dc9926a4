"""The parts of a login in a browser: the way back, polling, forms, and logins that can't begin."""

from __future__ import annotations

import errno
import http.client
import socket
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from strongroom.cli.login.method import Attempt
from strongroom.cli.login.oidc import flow, options
from strongroom.cli.login.oidc.listener import Callback, Listener
from strongroom.client.client import Client, Prepared
from strongroom.client.errors import BadRequest
from strongroom.client.login.error import LoginError
from strongroom.client.settings import Settings
from tests.conformance.cli.provider import fetch
from tests.ports import free_port
from tests.unit.cli.login.running import DONE, login

ADDRESS = "https://vault.example:8200/prefix"


def attempt(given: dict[str, str], address: str = ADDRESS, namespace: str = "", send: Any = None) -> Attempt:
    """A login at a mount `sso`, with a client that sends nothing."""
    client = Client(Settings(address=address, namespace=namespace), send=send)
    return Attempt("sso", given, client=client, environment={}, ask=lambda *_: "", say=lambda _: None)


WAYS_BACK = [
    ({}, "", "http://localhost:8250/oidc/callback"),
    ({"port": "9000"}, "", "http://localhost:9000/oidc/callback"),
    ({"port": "0"}, "", "http://localhost:{port}/oidc/callback"),
    ({"callbackport": "443", "port": "9000"}, "", "http://localhost:443/oidc/callback"),
    (
        {"callbackmethod": "https", "callbackhost": "me.example", "callbackport": "1"},
        "",
        "https://me.example:1/oidc/callback",
    ),
    ({"callbackmode": "direct"}, "", "https://vault.example:8200/prefix/v1/auth/sso/oidc/callback"),
    ({"callbackmode": "direct"}, "team/", "https://vault.example:8200/prefix/v1/team/auth/sso/oidc/callback"),
    ({"callbackmode": "direct", "callbackhost": "x"}, "", "https://x:8200/prefix/v1/auth/sso/oidc/callback"),
    ({"callbackmode": "direct", "callbackport": "1"}, "", "https://vault.example:1/oidc/callback"),
    ({"callbackmode": "device"}, "", "http://localhost:8250/oidc/callback"),
]


@pytest.mark.parametrize(("given", "namespace", "redirect"), WAYS_BACK)
def test_the_way_back_is_what_the_words_say(given: dict[str, str], namespace: str, redirect: str) -> None:
    """Each word changes its own part; in direct mode the rest is the server's address, as it was given."""
    assert options.read(attempt(given, namespace=namespace)).redirect == redirect


def test_an_address_without_a_port_gets_none() -> None:
    """A provider compares addresses letter by letter, and :443 would be another."""
    found = options.read(attempt({"callbackmode": "direct"}, "https://[2001:db8::1]"))
    assert found.redirect == "https://[2001:db8::1]/v1/auth/sso/oidc/callback"


def test_a_socket_is_no_way_back() -> None:
    """Browsers can't come back to a socket: somebody has to say where the server is."""
    with pytest.raises(LoginError, match="callbackhost"):
        options.read(attempt({"callbackmode": "direct"}, "unix:///run/server.sock"))


def _refusing(*texts: str) -> tuple[list[Prepared], Any]:
    """A sender that refuses with these texts, one after the other, and then lets in."""
    asked: list[Prepared] = []

    def send(prepared: Prepared) -> Any:
        asked.append(prepared)
        if len(asked) <= len(texts):
            raise BadRequest("PUT", prepared.url, 400, errors=(texts[len(asked) - 1],), body="")
        from strongroom.client.client import Answer

        return Answer(200, {}, b'{"auth":{"client_token":"t"}}')

    return asked, send


def test_polling_goes_on_while_the_person_is_busy() -> None:
    """Pending means the same pause again, slow_down twice the pause; the answer ends it."""
    asked, send = _refusing("authorization_pending", "slow_down", "authorization_pending")
    pauses: list[float] = []
    answer = flow.poll(attempt({}, send=send), {"state": "s", "client_nonce": "n"}, 5.0, pauses.append)
    assert answer == {"auth": {"client_token": "t"}}
    assert pauses == [5.0, 5.0, 10.0, 10.0]
    assert {prepared.path for prepared in asked} == {"auth/sso/oidc/poll"}


def test_pauses_grow_to_a_minute_at_most() -> None:
    """A server that always asks for longer pauses isn't asked more and more seldom."""
    _, send = _refusing(*["slow_down"] * 20)
    pauses: list[float] = []
    flow.poll(attempt({}, send=send), {}, 5.0, pauses.append)
    assert max(pauses) == 60.0


def test_another_refusal_ends_the_polling() -> None:
    """Expired or denied is final."""
    _, send = _refusing("expired_token")
    with pytest.raises(BadRequest):
        flow.poll(attempt({}, send=send), {}, 0.0, lambda _: None)


@pytest.mark.parametrize("posted", [False, True])
def test_the_server_is_told_which_provider_has_answered(posted: bool) -> None:
    """A provider that leads the browser on to another one doesn't get that one's code exchanged at its own place."""
    asked, send = _refusing()
    callback = Callback({"state": "s", "code": "c", "iss": "https://p.example"}, posted=posted)
    flow._exchange(attempt({}, send=send), callback, "n")
    assert "iss=https%3A%2F%2Fp.example" in asked[-1].url
    assert len(asked) == 1 + posted


DEVICE = {
    "auth_url": "https://provider.example/device?user_code=ABCD",
    "state": "s1",
    "user_code": "ABCD",
    "poll_interval": "0",
}


@pytest.mark.parametrize("mode", ["client", "device"])
def test_a_device_flow_shows_its_code(tmp_path: Path, mode: str) -> None:
    """The code is shown, and polling brings the token, even where the mode of the role wasn't named."""
    answers = {"PUT /v1/auth/oidc/oidc/auth_url": {"data": DEVICE}}
    words = ("skip_browser=true", "port=0", f"callbackmode={mode}")
    done, server = login(tmp_path, "oidc", *words, answers=answers)
    assert done.returncode == 0, done.stderr
    assert "When prompted, enter code ABCD" in done.stderr
    assert DEVICE["auth_url"] in done.stderr
    assert server.asked[-1] == "PUT /v1/auth/oidc/oidc/poll"
    assert server.bodies[-1] == {"state": "s1", "client_nonce": server.bodies[0]["client_nonce"]}


def test_a_qr_code_of_the_link_is_drawn(tmp_path: Path) -> None:
    """show_qr draws blocks on standard error, and standard output stays the token's."""
    answers = {"PUT /v1/auth/oidc/oidc/auth_url": {"data": DEVICE}}
    words = ("skip_browser=true", "show_qr=true", "callbackmode=device", "-token-only")
    done, _ = login(tmp_path, "oidc", *[word for word in words if not word.startswith("-")], answers=answers)
    assert "▀" in done.stderr or "█" in done.stderr
    assert "▀" not in done.stdout


BAD_BEGINNINGS = [
    ({"auth_url": ""}, "Unable to authorize role"),
    ({"auth_url": "file:///etc/passwd"}, "the server's link is none for a browser"),
    ({"auth_url": "https://p/"}, "the server's link has no state"),
    ({"auth_url": "https://p/", "state": "s", "poll_interval": "1"}, "try callbackmode=direct"),
]


@pytest.mark.parametrize(("data", "text"), BAD_BEGINNINGS)
def test_a_login_that_cannot_begin_is_said(tmp_path: Path, data: dict[str, str], text: str) -> None:
    """Nothing is opened that the server names, unless it is a web address."""
    done, server = login(tmp_path, "oidc", "port=0", answers={"PUT /v1/auth/oidc/oidc/auth_url": {"data": data}})
    assert (done.returncode, len(server.asked)) == (2, 1)
    assert text in done.stderr


@contextmanager
def listening(state: str, seen: list[Callback]) -> Iterator[Listener]:
    """A listener that keeps what came."""

    def finish(callback: Callback) -> dict[str, Any]:
        seen.append(callback)
        if reason := callback.refusal():
            raise LoginError(reason)
        return DONE

    with Listener("localhost", 0) as listener:
        listener.start(state, finish)
        yield listener


def test_a_form_is_taken_as_an_address_is() -> None:
    """Providers that answer by form_post are understood."""
    seen: list[Callback] = []
    with listening("s", seen) as listener:
        url = f"http://localhost:{listener.port}/oidc/callback"
        assert fetch(url, form={"state": "s", "code": "c", "id_token": "i"})[0] == 200
        assert listener.wait(10) == DONE
    assert seen == [Callback({"state": "s", "code": "c", "id_token": "i"}, posted=True)]


@pytest.fixture
def ipv6_port() -> Iterator[int]:
    """A port at which somebody else listens on the loopback of IPv6, and nobody on that of IPv4."""
    with socket.socket(socket.AF_INET6) as other:
        port = free_port()
        try:
            other.bind(("::1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise
            pytest.skip("this machine has no IPv6")
        other.listen()
        yield port


def test_nobody_else_listens_where_the_browser_may_come(ipv6_port: int) -> None:
    """A browser takes `localhost` for either loopback address: both are the program's, or it doesn't begin."""
    with pytest.raises(LoginError, match=f"listen tcp localhost:{ipv6_port}: bind: "):
        Listener("localhost", ipv6_port)
    with Listener("127.0.0.1", ipv6_port) as alone:
        assert alone.port == ipv6_port
    for host in ("127.0.0.1", "[::1]"):
        with listening("s", []) as listener:
            assert fetch(f"http://{host}:{listener.port}/oidc/callback?state=s&code=c")[0] == 200
            assert listener.wait(10) == DONE


def test_one_answer_is_taken() -> None:
    """A second answer of the same login is turned away."""
    seen: list[Callback] = []
    with listening("s", seen) as listener:
        url = f"http://localhost:{listener.port}/oidc/callback?{urllib.parse.urlencode({'state': 's', 'code': 'c'})}"
        assert [fetch(url)[0], fetch(url)[0]] == [200, 409]
    assert len(seen) == 1


def test_silence_is_an_end_too() -> None:
    """Nobody waits for ever."""
    with listening("s", []) as listener, pytest.raises(TimeoutError):
        listener.wait(0.01)


def test_a_form_without_end_is_not_read() -> None:
    """A form beyond its limit is refused before it is read."""
    with listening("s", []) as listener:
        connection = http.client.HTTPConnection("localhost", listener.port, timeout=20)
        connection.putrequest("POST", "/oidc/callback")
        connection.putheader("Content-Length", "300000")
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()
