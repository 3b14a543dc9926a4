"""Profiles of the process that answers."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc

import pytest

from strongroom.lib.profiling import taking
from tests.flow.node import TestNode

PATH = "sys/pprof"


async def text(node: TestNode, name: str) -> str:
    """A profile as text."""
    content: bytes | None = (await node.ok("GET", f"{PATH}/{name}")).body
    return (content or b"").decode()


async def test_each_profile_is_listed_and_taken() -> None:
    """In the form of Go's tools, and as text; no value of a variable is in it."""
    node = await TestNode.start()
    listed = (await node.ok("GET", PATH)).body.decode()
    for name in ("goroutine", "threadcreate", "heap", "block", "mutex"):
        assert f"{name}: " in listed
        binary = (await node.ok("GET", f"{PATH}/{name}")).body
        assert gzip.decompress(binary)
        told = await text(node, f"{name}?debug=1")
        assert node.root not in told
        assert bool(told) is (name not in {"block", "mutex"})
    assert "test_profiles.py" in await text(node, "goroutine?debug=2")
    assert "builtins.dict" in await text(node, "heap?debug=1")
    assert await text(node, "symbol") == "num_symbols: 1\n"


async def test_what_is_allocated_meanwhile_is_told() -> None:
    """By the line that has allocated it."""
    node = await TestNode.start()
    asked = asyncio.create_task(text(node, "allocs?seconds=1&debug=1"))
    await asyncio.sleep(0.3)
    kept = [bytearray(100_000) for _ in range(10)]
    assert "test_profiles.py" in await asked
    assert kept


async def test_the_command_line_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The root token of a development server stands there."""
    monkeypatch.setattr("sys.orig_argv", ["strongroom", "server", "-dev", "-dev-root-token-id=canary"])
    node = await TestNode.start()
    assert await text(node, "cmdline") == "strongroom\0server\0-dev\0-dev-root-token-id=…"


async def test_time_is_sampled_while_others_are_served() -> None:
    """What the process did meanwhile is in it; a second profile has to wait for the first."""
    node = await TestNode.start()
    first = asyncio.create_task(text(node, "profile?seconds=1&debug=1"))
    await asyncio.sleep(0.1)
    second = await node.ask("GET", f"{PATH}/profile?seconds=1")
    assert (second.status, second.headers["Retry-After"]) == (429, "1")
    await node.ok("GET", "sys/mounts")
    assert "py:" in await first


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("profile?seconds=0", 400),
        ("profile?seconds=61", 400),
        ("profile?seconds=x", 400),
        ("allocs?seconds=-1", 400),
        ("trace", 404),
        ("nosuch", 404),
    ],
)
async def test_what_is_not_taken(name: str, status: int) -> None:
    """A time without end, and what Python has nothing for."""
    node = await TestNode.start()
    assert (await node.ask("GET", f"{PATH}/{name}")).status == status


async def test_it_takes_sudo() -> None:
    """A profile slows the server down, and tells of its insides."""
    node = await TestNode.start()
    token = await node.token(f'path "{PATH}/*" {{ capabilities = ["read"] }}')
    assert (await node.ask("GET", f"{PATH}/goroutine", token=token)).status == 403


def test_nothing_is_left_on() -> None:
    """Recording allocations ends with its profile."""
    asyncio.run(taking.allocations(0))
    assert not tracemalloc.is_tracing()
