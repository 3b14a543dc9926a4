"""Duo, Okta and PingID, asked over TLS: who confirmed gets in, and nobody else, whatever the system answers."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.sim.mfa_providers import duo as duo_stand_in
from tests.sim.mfa_providers import okta as okta_stand_in
from tests.sim.mfa_providers import pingid as ping_stand_in
from tests.sim.tls_server import Asked, Reply, TlsServer, as_json, serving

from strongroom.lib.errors import PermissionDenied, RateLimited, StrongroomError, UpstreamFailed
from strongroom.services.mfa.drivers import DRIVERS, Outgoing, Question, duo, okta
from strongroom.services.mfa.drivers.pingid import parse_settings
from strongroom.services.mfa.records import DUO, OKTA, PINGID, DuoSettings, MethodRecord, OktaSettings

Answer = Callable[[Asked], Reply]
TYPES = (DUO, OKTA, PINGID)
CANARIES = ("canary", "123456", "eva")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once."""
    monkeypatch.setattr(duo, "_PAUSE_S", 0.0)
    monkeypatch.setattr(okta, "_PAUSE_S", 0.0)


def method_of(type_: str, host: str, **settings: Any) -> MethodRecord:
    """A method that asks the stand-in."""
    record = MethodRecord(id="m1", namespace="root", type=type_)
    match type_:
        case "duo":
            made = DuoSettings(
                api_hostname=host, integration_key=duo_stand_in.KEY, secret_key=duo_stand_in.SECRET, **settings
            )
            return MethodRecord(id="m1", namespace="root", type=type_, duo=made)
        case "okta":
            org, _, base = host.partition(".")
            wanted = {"org_name": org, "base_url": base, "api_token": okta_stand_in.TOKEN} | settings
            return MethodRecord(id="m1", namespace="root", type=type_, okta=OktaSettings(**wanted))
        case "pingid":
            return MethodRecord(
                id="m1", namespace="root", type=type_, pingid=parse_settings(ping_stand_in.settings_file(host))
            )
    return record


def stand_in(type_: str, **changes: Any) -> Answer:
    """The system of a type."""
    made: Answer = {DUO: duo_stand_in.Duo, OKTA: okta_stand_in.Okta, PINGID: ping_stand_in.PingId}[type_](**changes)
    return made


async def prove(server: TlsServer, type_: str, passcode: str = "", username: str = "eva", **settings: Any) -> None:
    """Ask the stand-in of a type."""
    question = Question(username=username, passcode=passcode, address="192.0.2.7")
    method = method_of(type_, server.host, **settings)
    await DRIVERS[type_].prove(Outgoing(server.context), method, question)


@pytest.mark.parametrize("passcode", ["", "123456"])
@pytest.mark.parametrize("type_", TYPES)
async def test_who_confirms_gets_in(tmp_path: Path, type_: str, passcode: str) -> None:
    """By a push, and by a passcode; the stand-ins check every signature."""
    with serving(tmp_path, stand_in(type_)) as server:
        await prove(server, type_, passcode)
    assert server.asked


@pytest.mark.parametrize(
    ("type_", "changes", "passcode", "username"),
    [
        (DUO, {"states": ["waiting", "deny"]}, "", "eva"),
        (DUO, {"states": ["nonsense"]}, "", "eva"),
        (DUO, {}, "654321", "eva"),
        (DUO, {}, "", "bob"),
        (DUO, {"preauth": "deny"}, "", "eva"),
        (DUO, {"preauth": "enroll"}, "", "eva"),
        (OKTA, {"states": ["WAITING", "REJECTED"]}, "", "eva"),
        (OKTA, {"states": ["TIMEOUT"]}, "", "eva"),
        (OKTA, {}, "654321", "eva"),
        (OKTA, {}, "", "bob"),
        (OKTA, {}, "", 'eva" or profile.login sw "'),
        (OKTA, {"status": "SUSPENDED"}, "", "eva"),
        (OKTA, {"push": "PENDING_ACTIVATION"}, "", "eva"),
        (OKTA, {"shown_login": "mallory"}, "", "eva"),
        (PINGID, {"error_id": 30007}, "", "eva"),
        (PINGID, {}, "654321", "eva"),
        (PINGID, {}, "", "bob"),
        (PINGID, {}, "123456", "bob"),
    ],
)
async def test_nobody_else_does(
    tmp_path: Path, type_: str, changes: dict[str, Any], passcode: str, username: str
) -> None:
    """Whom the system refuses or doesn't know, and whose state isn't clear."""
    with serving(tmp_path, stand_in(type_, **changes)) as server, pytest.raises(PermissionDenied):
        await prove(server, type_, passcode, username)


HOSTILE: dict[str, Answer] = {
    "not JSON": lambda _: Reply(b"<html>allow</html>"),
    "an empty answer": lambda _: Reply(b""),
    "a list": lambda _: as_json([]),
    "an unrelated object": lambda _: as_json({"result": "allow", "factorResult": "SUCCESS", "errorId": 200}),
    "nested nothing": lambda _: as_json({"stat": "OK", "response": None, "responseBody": None}),
    "huge": lambda _: Reply(b"[" + b" " * (1 << 20) + b"]"),
    "deep": lambda _: Reply(b"[" * 100_000),
    "a redirect": lambda _: Reply(b"", 302, {"Location": "https://127.0.0.1:1/"}),
    "an error": lambda _: as_json({"stat": "OK", "response": {"result": "allow"}}, 500),
    "a compressed bomb": lambda _: Reply(b"\x1f\x8b not really", headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("type_", TYPES)
async def test_hostile_answers_let_nobody_in(tmp_path: Path, type_: str, hostile: str) -> None:
    """They end in an error whose text and detail repeat nothing of request and answer."""
    with serving(tmp_path, HOSTILE[hostile]) as server, pytest.raises((UpstreamFailed, PermissionDenied)) as caught:
        await prove(server, type_, "123456")
    assert isinstance(caught.value, StrongroomError)
    told = caught.value.text + caught.value.detail
    assert not any(canary in told for canary in CANARIES), told


@pytest.mark.parametrize(
    "changes",
    [
        {"key": b"another key of the same length!!"},
        {"algorithm": "none"},
        {"token": "another"},
        {"client_data": "earlier"},
    ],
)
async def test_an_answer_that_pingid_didn_t_sign_counts_for_nothing(tmp_path: Path, changes: dict[str, Any]) -> None:
    """By another key, by none, for another organization, or for another request."""
    with serving(tmp_path, stand_in(PINGID, **changes)) as server, pytest.raises(UpstreamFailed):
        await prove(server, PINGID)


async def test_a_wrong_key_is_refused_by_the_stand_ins(tmp_path: Path) -> None:
    """The other tests rest on this: they check signatures and tokens."""
    question = Question(username="eva", passcode="", address="")
    with serving(tmp_path, stand_in(DUO)) as server, pytest.raises(UpstreamFailed):
        wrong = DuoSettings(api_hostname=server.host, integration_key=duo_stand_in.KEY, secret_key="wrong")
        await DRIVERS[DUO].prove(
            Outgoing(server.context), MethodRecord(id="m1", namespace="root", type=DUO, duo=wrong), question
        )
    with serving(tmp_path, stand_in(OKTA)) as server, pytest.raises(UpstreamFailed):
        await prove(server, OKTA, api_token="wrong")


async def test_okta_s_token_goes_to_okta_only(tmp_path: Path) -> None:
    """A link to another host isn't followed."""
    with serving(tmp_path, stand_in(OKTA, poll_host="127.0.0.1:1")) as server:
        with pytest.raises(UpstreamFailed, match="no usable answer"):
            await prove(server, OKTA)


async def test_the_primary_email(tmp_path: Path) -> None:
    """With `primary_email`, the name is that of the mailbox, and the login isn't taken."""
    with serving(tmp_path, stand_in(OKTA)) as server:
        await prove(server, OKTA, username="eva@example.com", primary_email=True)
        with pytest.raises(PermissionDenied):
            await prove(server, OKTA, primary_email=True)


async def test_what_duo_is_told(tmp_path: Path) -> None:
    """The client's address, the push's text, and a device of Duo's choice."""
    answer = duo_stand_in.Duo()
    with serving(tmp_path, answer) as server:
        await prove(server, DUO, push_info="from=strong&x=ä b")
    assert answer.pushed == [
        {
            "username": "eva",
            "async": "1",
            "ipaddr": "192.0.2.7",
            "factor": "push",
            "device": "auto",
            "pushinfo": "from=strong&x=ä b",
        }
    ]


@pytest.mark.parametrize("type_", TYPES)
async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, type_: str) -> None:
    """Nothing is sent to such a server."""
    with serving(tmp_path, stand_in(type_)) as server, pytest.raises(UpstreamFailed, match="cannot be reached"):
        question = Question(username="eva", passcode="", address="")
        outgoing = Outgoing(ssl.create_default_context())
        await DRIVERS[type_].prove(outgoing, method_of(type_, server.host), question)
    assert not server.asked


@pytest.mark.parametrize("type_", TYPES)
async def test_a_system_that_hangs_holds_up_nobody(tmp_path: Path, type_: str) -> None:
    """The proof ends in time, and the loop stands still for no one meanwhile."""
    over = threading.Event()

    def hang(_: Asked) -> Reply:
        over.wait(30)
        return Reply(b"")

    with serving(tmp_path, hang) as server:
        outgoing = Outgoing(server.context, total_s=0.5)
        question = Question(username="eva", passcode="", address="")

        async def proof() -> None:
            async with outgoing.slot("m1"):
                await DRIVERS[type_].prove(outgoing, method_of(type_, server.host), question)

        begun = time.monotonic()
        waiting = asyncio.create_task(proof())
        beats = 0
        while not waiting.done():
            await asyncio.sleep(0.01)
            beats += 1
        over.set()
        assert time.monotonic() - begun < 10
        assert beats >= 10
        with pytest.raises(UpstreamFailed, match="in time"):
            await waiting


async def test_only_so_many_wait_for_one_method() -> None:
    """The next one is refused at once; other methods, and later proofs, aren't concerned."""
    outgoing, over = Outgoing(total_s=30), asyncio.Event()

    async def wait() -> None:
        async with outgoing.slot("m1"):
            await over.wait()

    waiting = [asyncio.create_task(wait()) for _ in range(64)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        async with outgoing.slot("m1"):
            pass
    async with outgoing.slot("m2"):
        pass
    over.set()
    await asyncio.gather(*waiting)
    async with outgoing.slot("m1"):
        pass
