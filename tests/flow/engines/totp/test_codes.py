"""Codes are made and checked, and each counts once."""

from __future__ import annotations

import asyncio
import base64
import subprocess
from typing import Any

import pytest

from strongroom.engines.totp import Totp
from strongroom.testing import PluginServer
from tests.flow.engines.totp.programs import needed

SEED = base64.b32encode(b"12345678901234567890").decode()
USED = "code already used; wait until the next time period"


def app(at: float, *, algorithm: str = "SHA1", digits: int = 6, period_s: int = 30) -> str:
    """The code that `oathtool` makes of the seed for a time."""
    command = [needed("oathtool"), f"--totp={algorithm}", "-b", f"--digits={digits}", f"--time-step-size={period_s}s"]
    made = subprocess.run([*command, f"--now=@{int(at)}", SEED], capture_output=True, text=True, check=True)
    return made.stdout.strip()


async def served(**settings: Any) -> PluginServer:
    """A server with a key of the seed."""
    server = await PluginServer.start(Totp)
    await server.ok("POST", "totp/keys/k", {"key": SEED, **settings})
    return server


async def valid(server: PluginServer, code: str, name: str = "k") -> bool | str:
    """Whether a code is valid, or the error."""
    answer = await server.ask("POST", f"totp/code/{name}", {"code": code})
    return answer.data["valid"] if answer.status == 200 else answer.error


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA512"])
@pytest.mark.parametrize("digits", [6, 8])
@pytest.mark.parametrize("period_s", [1, 30, 3600])
async def test_codes_are_those_of_another_program(algorithm: str, digits: int, period_s: int) -> None:
    """The code of every setting, at several times; and what the other program makes is valid."""
    server = await served(algorithm=algorithm, digits=digits, period=period_s)
    for _ in range(3):
        now = server.clock.now()
        shown = (await server.ok("GET", "totp/code/k")).data
        code = app(now, algorithm=algorithm, digits=digits, period_s=period_s)
        assert shown["code"] == code
        assert (shown["generated"], type(shown["generated"])) == (int(now), int)
        assert now < shown["expire_time"] <= now + period_s
        assert shown["expire_time"] % period_s == 0
        assert await valid(server, code) is True
        server.clock.advance(3 * period_s)


async def test_the_period_is_told_as_a_duration() -> None:
    """As other servers tell it."""
    for period_s, text in ((30, "30s"), (60, "1m0s"), (7200, "2h0m0s")):
        server = await served(period=period_s)
        assert (await server.ok("GET", "totp/code/k")).data["period"] == text


@pytest.mark.parametrize("skew", [0, 1])
async def test_which_periods_are_taken(skew: int) -> None:
    """The present one, and as many around it as the skew says."""
    server = await served(skew=skew)
    now = server.clock.now()
    for away in (-3, -2, -1, 0, 1, 2, 3):
        assert await valid(server, app(now + 30 * away)) is (abs(away) <= skew)


async def test_a_code_counts_once() -> None:
    """The second time it is an error, until it isn't taken any more anyway."""
    server = await served()
    code = app(server.clock.now())
    assert await valid(server, code) is True
    for _ in range(2):
        assert await valid(server, code) == USED
        server.clock.advance(30)
    assert await valid(server, code) is False


async def test_a_wrong_code_uses_nothing_up() -> None:
    """The right one still counts after it."""
    server = await served()
    now = server.clock.now()
    near = {app(now + 30 * away) for away in (-1, 0, 1)}
    for number in range(20):
        if f"{number:06d}" not in near:
            assert await valid(server, f"{number:06d}") is False
    assert await valid(server, app(now)) is True


async def test_a_code_stays_used_when_its_key_is_written_again() -> None:
    """The same key again, after a replacement, and after a deletion."""
    server = await served()
    code = app(server.clock.now())
    assert await valid(server, code) is True
    await server.ok("POST", "totp/keys/k", {"key": SEED, "issuer": "another", "skew": 0})
    assert await valid(server, code) == USED
    await server.ok("DELETE", "totp/keys/k")
    assert await valid(server, code) == "unknown key: k"
    await server.ok("POST", "totp/keys/k", {"key": SEED})
    assert await valid(server, code) == USED


async def test_nothing_remains_of_a_deleted_key() -> None:
    """What was used is forgotten when it wouldn't be taken any more; but not that of a key that is there again."""
    server = await served()
    for name in ("k", "again", "unused"):
        await server.ok("POST", f"totp/keys/{name}", {"key": SEED})
    for name in ("k", "again"):
        assert await valid(server, app(server.clock.now()), name) is True
    for name in ("k", "again", "unused"):
        await server.ok("DELETE", f"totp/keys/{name}")
    await server.ok("POST", "totp/keys/again", {"key": SEED})
    server.clock.advance(119)
    await server.work()
    assert await names_used(server) == ["again", "k"]
    server.clock.advance(1)
    await server.work()
    assert await names_used(server) == ["again"]


async def names_used(server: PluginServer) -> list[str]:
    """The names of keys of which used codes are remembered."""
    keys = (await server.services.barrier.storage.scan("")).names
    return sorted(key.rpartition("/")[2] for key in keys if "/used/" in key)


async def test_keys_are_apart() -> None:
    """A code of one name counts for another name that has the same key, and on another mount."""
    server = await served()
    await server.mount("totp", "other")
    await server.ok("POST", "totp/keys/l", {"key": SEED})
    await server.ok("POST", "other/keys/k", {"key": SEED})
    code = app(server.clock.now())
    assert await valid(server, code) is True
    assert await valid(server, code, "l") is True
    assert (await server.ok("POST", "other/code/k", {"code": code})).data == {"valid": True}


async def test_of_many_at_once_one_succeeds() -> None:
    """The same code, twenty times at once on two nodes: it counts for one of them."""
    server = await served()
    nodes = [server, await server.peer()]
    code = app(server.clock.now())
    answers = await asyncio.gather(*(valid(nodes[number % 2], code) for number in range(20)))
    assert answers.count(True) == 1
    assert answers.count(USED) == 19


async def test_other_nodes_know_what_was_used() -> None:
    """And the same node after a restart."""
    server = await served()
    code = app(server.clock.now())
    assert await valid(server, code) is True
    assert await valid(await server.peer(), code) == USED
    await server.restart()
    assert await valid(server, code) == USED


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("", "the code value is required"),
        (None, "the code value is required"),
        ("12345", "invalid number of digits for the code"),
        ("1234567", "invalid number of digits for the code"),
        (" 123456", "invalid number of digits for the code"),
        ("12 456 ", "invalid number of digits for the code"),
        ("١٢٣٤٥٦", "invalid number of digits for the code"),
        ("0" * 10_000, "invalid number of digits for the code"),
    ],
)
async def test_what_is_no_code(code: str | None, error: str) -> None:
    """Spellings of a code are no codes, so that none is taken twice."""
    server = await served()
    answer = await server.ask("POST", "totp/code/k", {"code": code})
    assert (answer.status, answer.error) == (400, error)


async def test_who_may_check_makes_no_codes() -> None:
    """Reading makes codes, updating checks them: different capabilities."""
    server = await served()
    checks = await server.token('path "totp/code/k" { capabilities = ["update"] }')
    assert (await server.ask("GET", "totp/code/k", token=checks)).status == 403
    answer = await server.ask("POST", "totp/code/k", {"code": app(server.clock.now())}, token=checks)
    assert answer.data == {"valid": True}
    assert (await server.ask("GET", "totp/keys/k", token=checks)).status == 403
