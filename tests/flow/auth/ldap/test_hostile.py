"""Directories that mean harm, or somebody on the way to one who does."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.errors import InvalidCredentials, InvalidRequest, StrongroomError, UpstreamFailed
from strongroom.lib.ldap import Directories, canonical
from tests.flow.auth.ldap.mounting import SEARCHING, log_in, mounted
from tests.sim.hostile_directory import BIND, EXTENDED, SEARCH, SUCCESS, UNBIND, Asked, ber, entry, hostile_directory
from tests.sim.slapd import SERVICE_PASSWORD, Slapd

WORKING = {**SEARCHING, "request_timeout": 5}


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def finds(dn: str, **attributes: list[str]) -> Callable[[Asked, socket.socket], None]:
    """A directory that takes every bind, and finds this entry whatever is searched for."""

    def answers(asked: Asked, connection: socket.socket) -> None:
        if asked.operation == BIND:
            connection.sendall(asked.answer(0x61, SUCCESS))
        if asked.operation == SEARCH:
            connection.sendall(asked.answer(0x64, entry(dn, **attributes)) + asked.answer(0x65, SUCCESS))

    return answers


async def test_a_message_without_end_takes_no_memory(directory: Slapd) -> None:
    """What comes on one connection is limited, whatever length a message says that it has."""
    piece = b"x" * 2**20
    sent = 0

    def answers(asked: Asked, connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(bytes((0x30, 0x84)) + (2**31 - 16).to_bytes(4, "big") + bytes((2, 1, asked.id)))
        while True:
            sent += connection.send(piece)

    before = _resident_bytes()
    with hostile_directory(answers) as hostile:
        mount = await mounted(directory, **WORKING, url=hostile.url)
        with pytest.raises(UpstreamFailed):
            await log_in(mount, "alice", "alice-password")
    assert sent < 100 * 2**20
    assert _resident_bytes() - before < 150 * 2**20


@pytest.mark.parametrize("answer", [b"", bytes.fromhex("0a0134 0400 0400"), bytes.fromhex("0a0102 0400 0400")])
async def test_without_tls_nothing_is_said(directory: Slapd, answer: bytes) -> None:
    """A refusal of StartTLS ends the connection: no name and no password goes over it."""

    def answers(asked: Asked, connection: socket.socket) -> None:
        connection.sendall(asked.answer(0x78, answer))

    with hostile_directory(answers) as hostile:
        mount = await mounted(directory, **WORKING, url=hostile.url, starttls=True)
        with pytest.raises(UpstreamFailed):
            await log_in(mount, "alice", "alice-password")
        assert set(hostile.operations) == {EXTENDED}


async def test_an_answer_in_plain_before_tls_counts_for_nothing(directory: Slapd) -> None:
    """Messages that follow the consent to TLS are no answers to what is asked in it."""

    def answers(asked: Asked, connection: socket.socket) -> None:
        early = ber(0x30, ber(2, b"\x01") + ber(0x61, SUCCESS))
        connection.sendall(asked.answer(0x78, SUCCESS) + early)

    with hostile_directory(answers) as hostile:
        mount = await mounted(directory, **WORKING, url=hostile.url, starttls=True)
        with pytest.raises(UpstreamFailed, match="TLS"):
            await log_in(mount, "alice", "alice-password")


async def test_consent_to_tls_that_comes_byte_by_byte(directory: Slapd) -> None:
    """It has to be there in time, and takes no place for longer than that."""

    def answers(asked: Asked, connection: socket.socket) -> None:
        for byte in ber(0x30, bytes(200)):
            connection.sendall(bytes((byte,)))
            time.sleep(0.3)

    directories = Directories()
    with hostile_directory(answers) as hostile:
        mount = await mounted(directory, directories, **WORKING, url=hostile.url, starttls=True, connection_timeout=1)
        begun = time.monotonic()
        with pytest.raises(UpstreamFailed):
            await log_in(mount, "alice", "alice-password")
        assert time.monotonic() - begun < 4
        assert directories.taken == 0


@pytest.mark.parametrize("refers", [BIND, SEARCH])
async def test_referrals_take_nothing_anywhere(directory: Slapd, refers: int) -> None:
    """Neither the server's password nor a user's, whether the referral is an answer or stands among entries."""
    with hostile_directory(lambda _, __: None) as elsewhere:
        there = elsewhere.url.encode() + b"/dc=x"

        def answers(asked: Asked, connection: socket.socket) -> None:
            if asked.operation == refers:
                reply = {BIND: 0x61, SEARCH: 0x65}[refers]
                if refers == SEARCH:
                    connection.sendall(asked.answer(0x73, ber(4, there)))
                connection.sendall(asked.answer(reply, bytes.fromhex("0a010a 0400 0400") + ber(0xA3, ber(4, there))))
            elif asked.operation == BIND:
                connection.sendall(asked.answer(0x61, SUCCESS))

        with hostile_directory(answers) as hostile:
            mount = await mounted(directory, **WORKING, url=hostile.url)
            with pytest.raises(StrongroomError) as refused:
                await log_in(mount, "alice", "alice-password")
            assert isinstance(refused.value, UpstreamFailed | InvalidCredentials)
            assert not any(b"alice-password" in asked.whole for asked in hostile.asked)
        assert elsewhere.asked == []


async def test_what_a_directory_says_is_no_text_of_this_server(directory: Slapd) -> None:
    """Neither an answer nor the reason for the log shows a password that a directory sends back, nor more lines."""

    def answers(asked: Asked, connection: socket.socket) -> None:
        if asked.operation != UNBIND:
            said = asked.whole[-len(SERVICE_PASSWORD) :] + b"\n2026-01-01 [critical ] forged \x1b[31m"
            connection.sendall(asked.answer(0x61, bytes.fromhex("0a0135 0400") + ber(4, said)))

    with hostile_directory(answers) as hostile:
        mount = await mounted(directory, **WORKING, url=hostile.url)
        with pytest.raises(UpstreamFailed) as refused:
            await log_in(mount, "alice", "alice-password")
        assert SERVICE_PASSWORD.encode() in hostile.asked[0].whole
    told = f"{refused.value} {refused.value.detail}"
    assert SERVICE_PASSWORD not in told
    assert "forged" in told
    assert told.isprintable()


@pytest.mark.parametrize("password", ["\0", "\0alice-password", "alice-password\0x"])
async def test_a_password_with_a_nul_is_never_sent(directory: Slapd, password: str) -> None:
    """A directory that reads texts up to a NUL would take it for an empty one, and let in anybody as anybody."""
    with hostile_directory(finds("cn=Alice,dc=x", uid=["alice"])) as hostile:
        mount = await mounted(directory, **WORKING, url=hostile.url)
        with pytest.raises(InvalidCredentials):
            await log_in(mount, "alice", password)
        assert not any(b"cn=Alice" in asked.whole for asked in hostile.asked if asked.operation == BIND)
        assert (await log_in(mount, "alice", "any other")).alias == "alice"


@pytest.mark.parametrize("known_as", [b"", b"dn:", b"u:"])
async def test_success_for_nobody_lets_in_nobody(directory: Slapd, known_as: bytes) -> None:
    """An empty password that a directory takes, after which the connection is nobody's."""
    takes = finds("cn=Alice,dc=x", uid=["alice"])

    def answers(asked: Asked, connection: socket.socket) -> None:
        takes(asked, connection)
        if asked.operation == EXTENDED:
            connection.sendall(asked.answer(0x78, SUCCESS + ber(0x8B, known_as)))

    with hostile_directory(answers) as hostile:
        mount = await mounted(directory, **WORKING, url=hostile.url, deny_null_bind=False)
        with pytest.raises(InvalidCredentials):
            await log_in(mount, "alice", "")
        assert EXTENDED in hostile.operations


@pytest.mark.parametrize(
    ("settings", "name", "attributes"),
    [
        ({"userattr": "cn"}, "\uff41lice", {"cn": ["\uff41lice"]}),
        ({"userattr": "cn"}, "\u212aate", {"cn": ["\u212aate"]}),
        ({"userattr": "cn"}, "\uff41lice", {"sn": ["x"]}),
        ({"upndomain": "x.org"}, "\uff41lice", {"cn": ["x"], "userPrincipalName": ["\uff41lice@x.org"]}),
    ],
)
async def test_an_entry_with_a_name_that_looks_like_anothers(
    directory: Slapd, settings: dict[str, str], name: str, attributes: dict[str, list[str]]
) -> None:
    """Where nobody searches first, it is refused: its alias would be that of the plain name."""
    plain = {key: [canonical(value) for value in values] for key, values in attributes.items()}
    for found, typed, gets_in in ((plain, canonical(name), True), (attributes, name, False)):
        with hostile_directory(finds(f"cn={typed},dc=x", **found)) as hostile:
            mount = await mounted(directory, **settings, url=hostile.url)
            if gets_in:
                assert canonical(name) in (await log_in(mount, typed, "x")).alias
            else:
                with pytest.raises(InvalidCredentials):
                    await log_in(mount, typed, "x")


@pytest.mark.parametrize("settings", [WORKING, {"userattr": "cn", "anonymous_group_search": True}])
@pytest.mark.parametrize(("before", "after"), [("1", ""), ("", "1"), ("1", "2")])
async def test_a_token_is_renewed_for_the_very_entry(
    directory: Slapd, settings: dict[str, Any], before: str, after: str
) -> None:
    """One that shows its identifier at one time only may be of somebody who has got the name since."""
    attribute = str(settings.get("userattr", "uid"))
    shown = {"id": before}

    def answers(asked: Asked, connection: socket.socket) -> None:
        ids = {"entryUUID": [shown["id"]]} if shown["id"] else {}
        finds("cn=alice,dc=x", **{attribute: ["alice"]}, **ids)(asked, connection)

    with hostile_directory(answers) as hostile:
        mount = await mounted(directory, **settings, url=hostile.url)
        auth = await log_in(mount, "alice", "x")
        assert await mount.renew(auth)
        shown["id"] = after
        with pytest.raises(InvalidRequest, match="not renewing"):
            await mount.renew(auth)


@pytest.mark.parametrize("parts", [{f"a{n}": [] for n in range(20_000)}, {"a": [""] * 500_000}])
async def test_an_entry_of_many_parts_does_not_stop_the_process(directory: Slapd, parts: dict[str, list[str]]) -> None:
    """The library would take seconds for it, during which nothing else runs."""
    with hostile_directory(finds("cn=alice", **parts)) as hostile:
        mount = await mounted(directory, **WORKING, url=hostile.url)
        slowest_s, last = 0.0, time.monotonic()

        async def watch() -> None:
            nonlocal slowest_s, last
            while True:
                await asyncio.sleep(0.01)
                slowest_s, last = max(slowest_s, time.monotonic() - last), time.monotonic()

        watching = asyncio.create_task(watch())
        with pytest.raises(UpstreamFailed):
            await log_in(mount, "alice", "alice-password")
        watching.cancel()
    assert slowest_s < 1.0
