"""Directories that are away, silent, slow or dying."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
import structlog

from strongroom.lib.errors import InvalidCredentials, RateLimited, UpstreamFailed
from strongroom.lib.ldap import Connecting, Dead, Directories, Directory, Session, parse_urls
from strongroom.sdk import Operation
from tests.flow.auth.ldap.mounting import SEARCHING, WRITE, log_in, mounted
from tests.sim.silent_proxy import SilentProxy
from tests.sim.slapd import Slapd


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of something that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"ldap://127.0.0.1:{listener.getsockname()[1]}"


async def test_the_next_address_is_asked(directory: Slapd) -> None:
    """One that takes no connections is skipped, and not even tried for a while."""
    directories = Directories()
    mount = await mounted(directory, directories, **SEARCHING, url=f"ldap://127.0.0.1:1, {directory.url}")
    assert (await log_in(mount, "alice", "alice-password")).alias == "alice"


async def test_no_second_address_after_a_wrong_password(directory: Slapd) -> None:
    """One login is one bind: another directory of the same users would count it again."""
    both = f"{directory.url},ldap://localhost:{directory.port}"
    for settings in ({}, SEARCHING):
        mount = await mounted(directory, **settings, url=both)
        before = len(directory.log())
        with pytest.raises(InvalidCredentials):
            await log_in(mount, "bob", "wrong")
        # The line of an operation is written before it is answered; that of its result may come later.
        binds = [line for line in directory.log()[before:] if "method=128" in line and 'dn="cn=bob' in line.lower()]
        assert len(binds) == 1


async def test_one_that_dies_in_the_middle_is_left(directory: Slapd) -> None:
    """The login goes on at the next address; without one it fails, and says so."""
    server, ended = await _dying()
    port = server.sockets[0].getsockname()[1]
    mount = await mounted(directory, **SEARCHING, url=f"ldap://127.0.0.1:{port},{directory.url}")
    assert (await log_in(mount, "alice", "alice-password")).alias == "alice"
    assert ended
    await mount.ask(WRITE, "config", {"url": f"ldap://127.0.0.1:{port}"})
    with pytest.raises(UpstreamFailed, match="cannot be reached"):
        await log_in(mount, "alice", "alice-password")
    server.close()
    await server.wait_closed()


async def _dying() -> tuple[asyncio.Server, list[bool]]:
    """A server that closes each connection at the first word."""
    ended: list[bool] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()
        ended.append(True)

    return await asyncio.start_server(serve, "127.0.0.1", 0), ended


async def test_a_silent_one_delays_only_its_own(directory: Slapd, silent: str) -> None:
    """While logins wait for it, other mounts' logins and all other requests are served."""
    directories = Directories(at_once=2, waiting=2)
    hanging = await mounted(directory, directories, **SEARCHING, url=silent, request_timeout=2)
    other = await mounted(directory, directories, **SEARCHING)
    # Both mounts of this kit have one id, and so one lane: the other one is asked as of another mount.
    waiting = [asyncio.create_task(log_in(hanging, "alice", "x")) for _ in range(4)]
    while directories.taken < 4:
        await asyncio.sleep(0)
    assert await hanging.data(Operation.READ, "config")
    with pytest.raises(RateLimited):
        await log_in(hanging, "alice", "x")
    there = Directory(urls=parse_urls(directory.url))
    assert await directories.ask("other", there, lambda session: session.who_am_i()) == ""
    assert not any(task.done() for task in waiting)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, UpstreamFailed) for result in results)
    while directories.taken:
        await asyncio.sleep(0.01)
    assert (await log_in(other, "alice", "alice-password")).alias == "alice"


async def test_a_slow_one_is_waited_for(directory: Slapd) -> None:
    """An answer that comes late, and in time, is a login."""
    async with SilentProxy(directory.port) as proxy:
        mount = await mounted(directory, **SEARCHING, url=f"ldap://127.0.0.1:{proxy.port}")
        proxy.fall_silent()
        login = asyncio.create_task(log_in(mount, "alice", "alice-password"))
        while not mount.engine.waiting.now:
            await asyncio.sleep(0)
        proxy.speak()
        assert (await login).alias == "alice"


async def test_a_silent_one_is_skipped_next_time(directory: Slapd, silent: str) -> None:
    """The first login ends in an error; the next one begins at the other address."""
    mount = await mounted(directory, **SEARCHING, url=f"{silent},{directory.url}", request_timeout=1)
    with pytest.raises(UpstreamFailed, match="in time"):
        await log_in(mount, "alice", "alice-password")
    await mount.ask(WRITE, "config", {"request_timeout": 30})
    assert (await log_in(mount, "alice", "alice-password")).alias == "alice"


async def test_a_client_that_has_gone_keeps_its_place(directory: Slapd, silent: str) -> None:
    """A thread that waits is counted until it ends, so that there are never more of them."""
    directories = Directories(at_once=1, waiting=0)
    there = Directory(urls=parse_urls(silent), request_s=1)
    asking = asyncio.create_task(directories.ask("lane", there, lambda session: session.who_am_i()))
    while not directories.taken:
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert directories.taken == 1
    with pytest.raises(RateLimited):
        await directories.ask("lane", there, lambda session: session.who_am_i())
    while directories.taken:
        await asyncio.sleep(0.01)


def test_every_address_of_a_name_is_tried_and_dead_ones_are_skipped() -> None:
    """For half a minute; if all are dead, all are tried."""
    now = 100.0

    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", port)) for n in (1, 2)]

    dead = Dead(clock=lambda: now)
    connecting = Connecting(dead, resolve)
    directory = Directory(urls=parse_urls("ldap://a,ldap://b:1"))
    found = connecting.addresses(directory)
    assert [address.at for address in found] == [
        ("127.0.0.1", 389),
        ("127.0.0.2", 389),
        ("127.0.0.1", 1),
        ("127.0.0.2", 1),
    ]
    dead.add(found[0])
    assert connecting.addresses(directory) == found[1:]
    for address in found:
        dead.add(address)
    assert connecting.addresses(directory) == found
    dead.remove(found[2])
    assert connecting.addresses(directory) == [found[2]]
    now += 30.0
    assert connecting.addresses(directory) == found


async def test_work_that_must_not_be_repeated_is_not(directory: Slapd) -> None:
    """A change may have taken place when the connection dies."""
    server, _ = await _dying()
    port = server.sockets[0].getsockname()[1]
    runs = 0

    def work(session: Session) -> str:
        nonlocal runs
        runs += 1
        return session.who_am_i()

    there = Directory(urls=parse_urls(f"ldap://127.0.0.1:{port},{directory.url}"))
    with pytest.raises(UpstreamFailed):
        await Directories().ask("lane", there, work, repeats=False)
    assert runs == 1
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {"userdn": "ou=nowhere,dc=example,dc=org"},
            'below userdn "ou=nowhere,dc=example,dc=org" fits userfilter, by uid',
        ),
        ({"userattr": "samaccountname"}, "by samaccountname"),
        ({"upndomain": "example.org"}, "by userPrincipalName, because upndomain is example.org"),
    ],
)
async def test_what_was_searched_for_is_logged(directory: Slapd, settings: dict[str, str], told: str) -> None:
    """Where no user is found, the client is told the same as for a wrong password, and the log says what to look at."""
    mount = await mounted(directory, **{**SEARCHING, **settings})
    with pytest.raises(InvalidCredentials, match="failed to bind as user") as refused:
        await log_in(mount, "alice", "alice-password")
    assert told in refused.value.detail


@pytest.mark.parametrize("setting", ["userdn", "groupdn"])
async def test_a_base_that_is_not_there_is_logged(directory: Slapd, setting: str) -> None:
    """The directory has no such entry: nobody is found below it, in a login as in any other search."""
    mount = await mounted(directory, **{**SEARCHING, setting: "ou=nowhere,dc=example,dc=org"})
    with structlog.testing.capture_logs() as logs, suppress(InvalidCredentials):
        assert (await log_in(mount, "alice", "alice-password")).group_aliases == ()
    (line,) = [line for line in logs if line["event"] == "a directory has no entry to search below"]
    assert line["base"] == "ou=nowhere,dc=example,dc=org"
