"""Requests at a pace, with patience, against a server that answers what it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from strongroom.client.settings import Settings
from strongroom.importing.calling import Absent, Caller, Lost, Pacing, Refused, Rejected

Answer = tuple[int, object]


class Scripted(ThreadingHTTPServer):
    """Gives one answer after the other, the last one again and again; to questions about the token its own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Responder)
        self.answers: list[Answer] = [(200, {"data": {}})]
        self.of_token: Answer = (200, {"data": {"id": "x"}})
        self.asked: list[str] = []


class Responder(BaseHTTPRequestHandler):
    """One request to it."""

    server: Scripted

    def do_GET(self) -> None:
        """Answer."""
        self.server.asked.append(f"{self.headers.get('X-Vault-Namespace', '')} {self.path}")
        answers = self.server.answers
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        if self.path.startswith("/v1/auth/token"):
            status, body = self.server.of_token
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Scripted]:
    """A server that answers `{"data": {}}` until it is told otherwise."""
    with Scripted() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self.slept.append(seconds)
        self.now += seconds


def caller(server: Scripted, time: Time, pacing: Pacing = Pacing(), namespace: str = "") -> Caller:  # noqa: B008
    """What asks it."""
    address = f"http://127.0.0.1:{server.server_port}"
    settings = Settings(address=address, token="canary", namespace=namespace)
    return Caller(settings, pacing, sleep=time.sleep, clock=lambda: time.now)


@pytest.mark.parametrize("status", [429, 412, 502, 503])
def test_what_passes_is_waited_for(server: Scripted, status: int) -> None:
    """Limits, a node that lags, and one that is sealed: the request is sent again, with growing pauses."""
    time = Time()
    server.answers = [(status, {"errors": ["not now"]})] * 3 + [(200, {"data": {"a": "b"}})]
    assert caller(server, time).get("", "x")["data"] == {"a": "b"}
    assert len(time.slept) == 3
    assert 0 < time.slept[0] <= 0.25
    assert 0.5 <= time.slept[2] <= 1.0


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [(429, Rejected, "rate limit"), (503, Lost, "status 503: not now"), (502, Lost, "status 502: not now")],
)
def test_patience_ends(server: Scripted, status: int, error: type[Exception], text: str) -> None:
    """A server that stays away is lost, in its own words; a limit that leaves no room is the object's misfortune."""
    time = Time()
    server.answers = [(status, {"errors": ["not now"]})]
    with pytest.raises(error, match=text):
        caller(server, time, Pacing(patience_s=10)).get("", "x")
    assert 2 < time.now <= 10


def test_nobody_there() -> None:
    """A connection that is refused is tried again, and then the server is lost."""
    time = Time()
    settings = Settings(address="http://127.0.0.1:1", token="canary")
    with pytest.raises(Lost, match="connection refused"):
        Caller(settings, Pacing(patience_s=1), sleep=time.sleep, clock=lambda: time.now).get("", "x")
    assert time.slept


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        (400, Rejected, "first line; second"),
        (403, Refused, "first line; second"),
        (404, Absent, ""),
        (405, Absent, "first line; second"),
        (500, Rejected, "status 500: first line; second"),
    ],
)
def test_what_does_not_pass(server: Scripted, status: int, error: type[Exception], text: str) -> None:
    """It is told at once, in one line, and without the request."""
    time = Time()
    server.answers = [(status, {"errors": ["first\nline", "second"]})]
    with pytest.raises(error) as caught:
        caller(server, time).get("", "x")
    assert (str(caught.value), time.slept) == (text, [])


def test_a_token_that_has_ended_is_told_from_one_that_may_not(server: Scripted) -> None:
    """A token that could look itself up, and can no more, has ended.  Of one that never could, nobody knows."""
    asked = caller(server, Time())
    server.of_token = (403, {"errors": ["permission denied"]})
    server.answers = [(403, {"errors": ["permission denied"]})]
    asked.look_up_token()
    with pytest.raises(Refused):
        asked.get("", "x")
    server.of_token = (200, {"data": {"id": "x"}})
    asked.look_up_token()
    with pytest.raises(Refused):
        asked.get("", "x")
    server.of_token = (403, {"errors": ["permission denied"]})
    with pytest.raises(Lost, match="the token has expired, or was revoked"):
        asked.get("", "x")


def test_a_token_that_ends_while_it_is_used(server: Scripted) -> None:
    """A server may fail then: the token has ended, and the object isn't to blame."""
    asked = caller(server, Time())
    asked.look_up_token()
    server.answers = [(500, {"errors": ["internal error"]})]
    with pytest.raises(Rejected, match="status 500: internal error"):
        asked.get("", "x")
    server.of_token = (403, {"errors": ["permission denied"]})
    with pytest.raises(Lost, match="the token has expired, or was revoked"):
        asked.get("", "x")


def test_the_pace(server: Scripted) -> None:
    """No more requests in a second than are allowed."""
    time = Time()
    asked = caller(server, time, Pacing(per_second=10))
    for _ in range(21):
        asked.get("", "x")
    assert 1.99 < time.now < 2.01
    assert asked.requests == 21


def test_namespaces_are_below_the_one_that_was_named(server: Scripted) -> None:
    """Each request names its whole namespace."""
    asked = caller(server, Time(), namespace="top")
    asked.get("", "x")
    asked.list("team/web/", "y")
    assert server.asked == ["top/ /v1/x", "top/team/web/ /v1/y?list=true"]
    assert asked.address.endswith(" namespace top/")
