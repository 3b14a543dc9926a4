"""Whose answers let somebody in: a server decides here what comes, and from where."""

from __future__ import annotations

import asyncio

import pytest
from pyrad.packet import AccessChallenge, AccessReject, AccountingResponse, AuthPacket

from strongroom.lib.errors import InvalidCredentials, UpstreamFailed
from tests.flow.auth.radius.mount import PASSWORD, WRITE, configured, log_in
from tests.sim.radius.scripted import SECRET, Answers, answer, scripted_radius


def _last_byte_changed(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


def _without_authenticator(request: AuthPacket) -> bytes:
    """An acceptance whose Response Authenticator is wrong, and whose Message-Authenticator isn't."""
    good = answer(request)
    return good[:4] + bytes(16) + good[20:]


DROPPED: dict[str, Answers] = {
    "nothing": lambda request, _: [],
    "an empty datagram": lambda request, _: [b""],
    "the request itself": lambda request, data: [data],
    "another secret": lambda request, _: [answer(request, secret=b"another")],
    "another request's identifier": lambda request, _: [answer(request, id=request.id ^ 1)],
    "another request's authenticator": lambda request, _: [answer(request, authenticator=bytes(16))],
    "no message authenticator": lambda request, _: [answer(request, signed=False)],
    "an altered attribute": lambda request, _: [_last_byte_changed(answer(request))],
    "no response authenticator": lambda request, _: [_without_authenticator(request)],
    "a code that decides nothing": lambda request, _: [answer(request, AccountingResponse)],
    "a cut one": lambda request, _: [answer(request)[:-1]],
    "too much": lambda request, _: [answer(request) + bytes(5000)],
}


@pytest.mark.parametrize("case", DROPPED)
async def test_no_answer_lets_nobody_in(case: str) -> None:
    """An acceptance counts only with the request's identifier, both authenticators, and the secret: each decides."""
    async with scripted_radius(DROPPED[case]) as server:
        mount = await configured(server.port)
        with pytest.raises(UpstreamFailed, match="did not answer in time"):
            await log_in(mount)
        assert server.requests


@pytest.mark.parametrize("case", DROPPED)
async def test_the_genuine_answer_after_another_counts(case: str) -> None:
    """What is dropped ends nothing: whoever forges an answer can't keep a user out either."""
    async with scripted_radius(lambda request, data: [*DROPPED[case](request, data), answer(request)]) as server:
        assert (await log_in(await configured(server.port))).alias == "ann"


@pytest.mark.parametrize(("code", "text"), [(AccessReject, "^access denied by"), (AccessChallenge, "Access-Challenge")])
async def test_refusals(code: int, text: str) -> None:
    """A rejection and a further question are failed logins."""
    async with scripted_radius(lambda request, _: [answer(request, code)]) as server:
        with pytest.raises(InvalidCredentials, match=text):
            await log_in(await configured(server.port))


async def test_old_servers_need_a_setting() -> None:
    """With the setting, an answer without Message-Authenticator counts; a wrong one never does."""
    async with scripted_radius(DROPPED["no message authenticator"]) as server:
        mount = await configured(server.port, require_message_authenticator=False)
        assert (await log_in(mount)).alias == "ann"
        server.answers = DROPPED["an altered attribute"]
        with pytest.raises(UpstreamFailed):
            await log_in(mount)


async def test_an_answer_from_another_port_is_none() -> None:
    """The kernel drops what doesn't come from the server's own address and port, whatever it holds."""
    async with scripted_radius() as other, scripted_radius() as server:

        def from_elsewhere(request: AuthPacket, data: bytes) -> list[bytes]:
            other.send(answer(request), server.senders[-1])
            return []

        server.answers = from_elsewhere
        with pytest.raises(UpstreamFailed, match="it answers nothing to who isn't its client"):
            await log_in(await configured(server.port))


async def test_a_late_answer_is_none() -> None:
    """An acceptance that comes when the time is over finds nobody, and helps no later login."""
    async with scripted_radius(DROPPED["nothing"]) as server:
        mount = await configured(server.port)
        with pytest.raises(UpstreamFailed):
            await log_in(mount)
        server.answers = lambda request, _: [answer(server.requests[0])]
        server.send(answer(server.requests[0]), server.senders[0])
        with pytest.raises(UpstreamFailed, match="not made with the configured secret"):
            await log_in(mount, "bob")


async def test_what_is_sent() -> None:
    """A request hides the password, names its sender, and is signed; identifier and authenticator are new each time."""
    async with scripted_radius() as server:
        mount = await configured(server.port, nas_port=7)
        await log_in(mount, "Ann")
        await mount.ask(WRITE, "config", {"nas_identifier": "vault-1"})
        for _ in range(20):
            await log_in(mount)
    first, second = server.requests[:2]
    assert (first[1], first.PwDecrypt(first[2][0]), first[5]) == ([b"ann"], PASSWORD, [bytes((0, 0, 0, 7))])
    assert (first[4], first.get(32), second.get(4), second[32]) == ([bytes((127, 0, 0, 1))], None, None, [b"vault-1"])
    assert PASSWORD.encode() not in server.raw[0]
    assert server.raw[0][20] == 80  # Message-Authenticator comes first
    assert first.verify_message_authenticator(SECRET)
    assert len({request.authenticator for request in server.requests}) == len(server.requests)
    assert len({request.id for request in server.requests}) > 5
    assert len({port for _, port in server.senders}) > 5


async def test_a_lost_packet_is_sent_again() -> None:
    """The very same packet goes again, so that the server takes it for no second login."""
    async with scripted_radius() as server:
        server.answers = lambda request, _: [answer(request)] if len(server.requests) > 1 else []
        await log_in(await configured(server.port, read_timeout=10))
    assert server.raw[0] == server.raw[1]
    assert len(server.raw) == 2


async def test_a_configuration_that_changed_meanwhile_asks_again() -> None:
    """An acceptance by the old server lets nobody in once another one is configured."""
    async with scripted_radius() as old, scripted_radius(DROPPED["nothing"]) as new:
        new.answers = lambda request, _: [answer(request, AccessReject)]
        mount = await configured(old.port, read_timeout=30)
        held = asyncio.Event()

        def hold(request: AuthPacket, data: bytes) -> list[bytes]:
            held.set()
            return []

        old.answers = hold
        login = asyncio.create_task(log_in(mount))
        await held.wait()
        await mount.ask(WRITE, "config", {"port": new.port})
        old.send(answer(old.requests[0]), old.senders[0])
        with pytest.raises(InvalidCredentials):
            await login
        assert new.requests
