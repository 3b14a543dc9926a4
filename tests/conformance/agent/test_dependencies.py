"""What templates ask for, against a real server: fetched once, renewed, fetched again in time, and not more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from strongroom.agent.dependencies.dependency import Dependency, certificate, names, secret
from strongroom.agent.dependencies.refreshing import Rule
from strongroom.agent.dependencies.secret import Secret
from strongroom.agent.dependencies.terms import Expiring
from strongroom.lib.clock import SleeplessClock
from tests.conformance.agent.keeping import keeping, until
from tests.conformance.agent.world import LEASE_MAX_S, World, world
from tests.sim.dropping_proxy import DroppingProxy

LONG = secret("database/creds/long")
SHORT = secret("database/creds/short")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all tests, which use names of their own."""
    with world(tmp_path_factory.mktemp("agent")) as started:
        yield started


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (secret("secret/versions"), {"a": "2"}),
        (secret("secret/data/versions"), {"a": "2"}),
        (secret("secret/versions?version=1"), {"a": "1"}),
    ],
)
async def test_versioned_secrets(made: World, asked: Dependency, expected: dict[str, str]) -> None:
    """A path of kv's second version is found without `data/` too, and a version can be named."""
    if made.root.read("secret/data/versions") is None:
        made.put_secret("versions", a="1")
        made.put_secret("versions", a="2")
    async with keeping(made) as kept:
        kept.asking.want(asked)
        assert (await kept.asking.answer(asked)).data["data"] == expected


async def test_names_and_writes(made: World) -> None:
    """Names are listed for both versions of kv; a write is made once, and its answer is there if it has one."""
    made.put_secret("list/one", a="1")
    made.put_secret("list/two", a="1")
    made.write("kv1/list/three", {"a": "1"})
    two, one, none = names("secret/list"), names("kv1/list"), names("kv1/nothing/there")
    written, stored = secret("secret/written", {"a": "b"}), secret("kv1/written", {"a": "b"})
    async with keeping(made) as kept:
        kept.asking.want(two, one, none, written, stored)
        assert await kept.asking.answer(two) == ["one", "two"]
        assert await kept.asking.answer(one) == ["three"]
        assert await kept.asking.answer(none) == []
        assert (await kept.asking.answer(written)).data["version"] == "1"
        assert await kept.asking.answer(stored) is None
    assert made.root.read("secret/data/written")["data"]["data"] == {"a": "b"}
    assert made.root.read("kv1/written")["data"] == {"a": "b"}


async def test_a_secret_that_is_not_there_is_waited_for(made: World) -> None:
    """A missing secret is an error that names it, and is answered soon after somebody writes it."""
    asked = secret("secret/later")
    async with keeping(made) as kept:
        kept.asking.want(asked)
        await until(lambda: kept.asking.state(asked).trouble is not None)
        trouble = kept.asking.state(asked).trouble
        assert trouble is not None
        assert trouble.reason == "no secret exists at secret/data/later"
        made.put_secret("later", a="b")
        assert (await kept.asking.answer(asked)).data["data"] == {"a": "b"}
        assert kept.asking.state(asked).trouble is None


async def test_a_new_version_is_seen_within_the_interval(made: World) -> None:
    """A static secret is read again as often as its template wants; the same content tells nobody."""
    made.put_secret("polled", a="1")
    asked = secret("secret/polled")
    async with keeping(made) as kept:
        kept.asking.want(asked, rule=Rule(1))
        await kept.asking.answer(asked)
        await asyncio.sleep(1.5)
        assert kept.asking.told == 1
        made.put_secret("polled", a="2")
        await until(lambda: bool(kept.asking.value(asked).data["data"] == {"a": "2"}), 3)
        assert kept.asking.told == 2


async def test_logins_take_no_new_credentials(made: World) -> None:
    """Neither certificates nor leases whose tokens still hold are taken again because of a login."""
    issued = certificate("pki/issue/web", {"common_name": "a.example.com"}, "")
    by_secret = secret("pki/issue/web", {"common_name": "b.example.com"})
    async with keeping(made) as kept:
        kept.asking.want(issued, by_secret)
        first = await kept.asking.answer(issued), await kept.asking.answer(by_secret)
        for _ in range(3):
            await kept.session.log_in()
            await asyncio.sleep(0.3)
        assert (kept.asking.value(issued), kept.asking.value(by_secret)) == first
        assert kept.asking.told == 2


async def test_a_lease_does_not_outlive_its_token_unnoticed(made: World) -> None:
    """A credential of an hour, taken by tokens of seconds, is replaced before each token ends: none is ever dead."""
    async with keeping(made, ttl="3s") as kept:
        kept.asking.want(LONG)
        await kept.asking.answer(LONG)
        seen = set()
        began = time.monotonic()
        while time.monotonic() < began + 7:
            data = kept.asking.value(LONG).data
            seen.add(data["username"])
            assert made.works(data)
            await asyncio.sleep(0.2)
        assert 3 <= len(seen) <= time.monotonic() - began
        assert set(kept.session.lasting_asked) == {3600}


async def test_a_new_login_replaces_leases_of_a_token_that_ends(made: World) -> None:
    """What the session does by itself is followed: nobody renews the earlier token, so its leases are replaced."""
    async with keeping(made, ttl="4s") as kept:
        kept.asking.want(LONG)
        first = await kept.asking.answer(LONG)
        kept.session.request = {**kept.session.request, "ttl": "3600s", "explicit_max_ttl": "3600s"}
        await kept.session.log_in()
        await until(lambda: kept.asking.value(LONG) != first, 6)
        assert made.works(kept.asking.value(LONG).data)
        assert made.works(first.data), "whoever uses the old one has time"
        assert kept.asking.told == 2


async def test_short_leases_are_renewed_and_then_replaced_in_time(made: World) -> None:
    """A lease that can be renewed for a while is, and replaced before its longest time: no login ever fails."""
    async with keeping(made) as kept:
        kept.asking.want(SHORT)
        await kept.asking.answer(SHORT)
        seen: dict[str, int] = {}
        began = time.monotonic()
        while time.monotonic() < began + LEASE_MAX_S * 2:
            data = kept.asking.value(SHORT).data
            seen[data["username"]] = seen.get(data["username"], 0) + 1
            assert made.works(data), seen
            await asyncio.sleep(0.2)
        assert 2 <= len(seen) <= (time.monotonic() - began) / LEASE_MAX_S * 2 + 1, seen
        assert kept.asking.told == len(seen), "a renewal renders nothing"


async def test_a_token_that_was_revoked_elsewhere(made: World) -> None:
    """All that ended with it is replaced within a moment, by a new login; what has no lease isn't."""
    made.put_secret("revoked", a="1")
    static = secret("secret/revoked")
    async with keeping(made) as kept:
        kept.asking.want(LONG, static, rule=Rule(1.0))
        first = await kept.asking.answer(LONG)
        await kept.asking.answer(static)
        made.revoke(kept.session.logins[-1].token)
        await until(lambda: kept.asking.value(LONG) != first, 5)
        assert made.works(kept.asking.value(LONG).data)
        await until(lambda: not made.works(first.data))  # The server revokes the leases of a token one by one.
        assert len(kept.session.logins) == 2
        assert kept.asking.told == 3


async def test_what_policies_deny_costs_one_request_after_another_pause(made: World) -> None:
    """A denied path doesn't end the token, and is asked for ever more seldom."""
    denied, allowed = secret("sys/policies/acl/app"), secret("secret/allowed")
    made.put_secret("allowed", a="1")
    async with keeping(made) as kept:
        kept.asking.want(denied, allowed)
        await kept.asking.answer(allowed)
        await asyncio.sleep(2)
        trouble = kept.asking.state(denied).trouble
        assert trouble is not None
        assert 1 <= trouble.failures <= 3
        assert "permission denied" in trouble.reason
        assert len(kept.session.logins) == 1


async def test_nothing_is_taken_for_whom_it_is_of_no_use(made: World) -> None:
    """While no template can be written, credentials aren't replaced by others; they are as soon as one can."""
    async with keeping(made) as kept:
        kept.asking.want(SHORT)
        first = await kept.asking.answer(SHORT)
        kept.asking.is_ready = False
        await asyncio.sleep(LEASE_MAX_S)
        assert kept.asking.value(SHORT) == first
        kept.asking.is_ready = True
        kept.dependencies.became_ready()
        await until(lambda: bool(kept.asking.value(SHORT) != first), 2)


async def test_child_tokens_are_renewed_as_leases_are(made: World) -> None:
    """A token in an answer is renewed by itself, and stays the same."""
    asked = secret("auth/token/create", {"ttl": "1s", "policies": "app"})
    async with keeping(made) as kept:
        kept.asking.want(asked)
        first = await kept.asking.answer(asked)
        assert isinstance(first, Secret)
        assert first.auth is not None
        await asyncio.sleep(2.5)
        assert kept.asking.value(asked) == first
        looked = made.write("auth/token/lookup", {"token": first.auth.client_token})
        assert looked["data"]["policies"] == ["app", "default"]


async def test_secret_ids_are_replaced_before_they_end(made: World) -> None:
    """A secret id has no lease, but a time: by the server's clock, the second is made while the first is good."""
    made.write("auth/approle/role/app", {"secret_id_ttl": "10s"})
    asked = secret("auth/approle/role/app/secret-id", {"metadata": "{}"})
    async with keeping(made) as kept:
        kept.asking.want(asked, rule=Rule(300, renew_at=0.2))
        first = await kept.asking.answer(asked)
        ends = _of_secret_id(made, first)["expiration_time"]
        await until(lambda: kept.asking.value(asked) != first)
        begins = _of_secret_id(made, kept.asking.value(asked))["creation_time"]
        assert datetime.fromisoformat(begins) < datetime.fromisoformat(ends)


def _of_secret_id(made: World, answer: object) -> dict[str, str]:
    """What the server knows of a secret id."""
    assert isinstance(answer, Secret)
    found: dict[str, str] = made.write(
        "auth/approle/role/app/secret-id/lookup", {"secret_id": answer.data["secret_id"]}
    )["data"]
    return found


async def test_certificates_with_leases_end_with_their_token(made: World) -> None:
    """A lease's end revokes the certificate, so a login alone is no reason to keep it."""
    asked = certificate("leased-pki/issue/web", {"common_name": "a.example.com"}, "")
    async with keeping(made) as kept:
        kept.asking.want(asked)
        first = await kept.asking.answer(asked)
        made.revoke(kept.session.logins[-1].token)
        await kept.session.log_in()
        await until(lambda: kept.asking.value(asked) != first, 3)
        assert kept.asking.told == 2


async def test_a_certificate_that_was_revoked_or_whose_authority_has_changed(made: World) -> None:
    """It is replaced within the interval; one whose role names its authority is replaced once at the most."""
    root = made.root
    root.write("sys/mounts/pki-turned", {"type": "pki", "config": {"max_lease_ttl": "8760h"}}, method="POST")
    first = made.write("pki-turned/root/generate/internal", {"common_name": "first", "key_type": "ec"})["data"]
    role = {"allow_any_name": True, "key_type": "ec", "ttl": "24h"}
    made.write("pki-turned/roles/web", role)
    made.write("pki-turned/roles/fixed", {**role, "issuer_ref": first["issuer_id"]})
    default, fixed = (
        certificate(f"pki-turned/issue/{name}", {"common_name": "a.example.com"}, "") for name in ("web", "fixed")
    )
    root.write("sys/policies/acl/turned", {"policy": 'path "pki-turned/*" { capabilities = ["update"] }'})
    async with keeping(made, policies=["app", "turned"]) as kept:
        kept.asking.want(default, fixed, rule=Rule(1))
        issued = await kept.asking.answer(default)
        kept_one = await kept.asking.answer(fixed)
        await asyncio.sleep(1.2)
        assert kept.asking.value(default) == issued
        made.write("pki-turned/revoke", {"serial_number": issued.serial})
        await until(lambda: bool(kept.asking.value(default) != issued), 3)
        assert kept.asking.value(fixed) == kept_one
        replaced = kept.asking.value(default)
        await asyncio.sleep(1.2)
        second = made.write("pki-turned/root/generate/internal", {"common_name": "second", "key_type": "ec"})["data"]
        made.write("pki-turned/config/issuers", {"default": second["issuer_id"]})
        await until(lambda: bool(kept.asking.value(default) != replaced), 3)
        assert kept.asking.value(default).own_ca.strip() == second["certificate"].strip()
        await asyncio.sleep(1.2)
        settled = kept.asking.value(fixed)
        await asyncio.sleep(1.2)
        assert kept.asking.value(fixed) == settled
        assert settled.own_ca.strip() == first["certificate"].strip()


async def test_while_the_server_is_away_everything_stays_and_little_is_asked(made: World) -> None:
    """Answers stay in use, the server is asked once in a while whatever their number, and nothing is taken anew."""
    made.put_secret("away", a="1")
    static = secret("secret/away")
    for number in range(50):
        made.put_secret(f"away{number}", a="1")
    many = [secret(f"secret/away{number}") for number in range(50)]
    async with DroppingProxy(int(made.server.address.rpartition(":")[2])) as proxy:
        async with keeping(replace(made, port=proxy.port)) as kept:
            kept.asking.want(static, LONG, SHORT, *many, rule=Rule(1))
            first = await kept.asking.answer(LONG)
            await until(lambda: all(kept.asking.state(each).answer for each in (static, SHORT, *many)))
            credential = kept.asking.value(SHORT)
            proxy.drops = True
            await asyncio.sleep(LEASE_MAX_S + 1)
            assert proxy.dropped <= 20, "some that were under way, and one after the other"
            assert kept.dependencies.outage is not None
            assert kept.asking.state(static).answer is not None
            assert kept.asking.value(SHORT) == credential
            made.put_secret("away", a="2")
            proxy.drops = False
            await until(lambda: bool(kept.asking.value(static).data["data"] == {"a": "2"}), 20)
            await until(lambda: bool(kept.asking.value(SHORT) != credential), 5)
            assert made.works(kept.asking.value(SHORT).data)
            assert kept.asking.value(LONG) == first
            assert len(kept.session.logins) == 1
            await until(lambda: not any(kept.asking.state(each).trouble for each in (static, LONG, SHORT, *many)), 5)
            assert kept.dependencies.outage is None


class WrongClock(SleeplessClock):
    """A machine's clock that is set to another day.

    Args:
        ahead_s: of the server's.
    """

    def __init__(self, ahead_s: float) -> None:
        self.ahead_s = ahead_s

    def now(self) -> float:
        """Seconds since the epoch, as somebody has set it."""
        return super().now() + self.ahead_s


@pytest.mark.parametrize("ahead_days", [30, -30])
async def test_a_clock_that_is_wrong(made: World, ahead_days: int, tmp_path: Path) -> None:
    """A certificate of a day is replaced before its real end, and not one after another, whatever day it is here."""
    by_secret, by_name = (
        make("pki/issue/web", {"common_name": f"clock{ahead_days}.example.com"})
        for make in (secret, partial(certificate, destination=str(tmp_path / "x")))
    )
    clock, before = WrongClock(ahead_days * 86400.0), len(made.root.list("pki/certs")["data"]["keys"])
    async with keeping(made, clock=clock) as kept:
        kept.asking.want(by_secret, by_name, rule=Rule(1))
        await kept.asking.answer(by_secret)
        serial = (await kept.asking.answer(by_name)).serial
        for _ in range(2):
            for asked in (by_secret, by_name):
                answer = kept.asking.state(asked).answer
                assert answer is not None
                assert isinstance(answer.terms, Expiring)
                assert answer.terms.ends_at - clock.monotonic() == pytest.approx(86400, abs=60)
            clock.ahead_s = -clock.ahead_s  # and somebody sets it wrong in another way, while it is looked at
            await asyncio.sleep(1.2)
        assert kept.asking.value(by_name).serial == serial
    assert len(made.root.list("pki/certs")["data"]["keys"]) == before + 2


async def test_a_clock_that_is_wrong_at_a_restart(made: World, tmp_path: Path) -> None:
    """A certificate in a file is taken as it seems, and its real end is known as soon as it was looked at."""
    asked = certificate("pki/issue/web", {"common_name": "restart.example.com"}, str(tmp_path / "x"))
    async with keeping(made) as kept:
        kept.asking.want(asked)
        pems = await kept.asking.answer(asked)
    (tmp_path / "x").write_text(pems.cert + pems.own_key + pems.own_ca)
    clock = WrongClock(23 * 3600.0)
    async with keeping(made, clock=clock, logs_in=False) as kept:
        kept.asking.want(asked, rule=Rule(1))
        assert (await kept.asking.answer(asked)).serial == pems.serial

        def left_s() -> float:
            answer = kept.asking.state(asked).answer
            assert answer is not None
            assert isinstance(answer.terms, Expiring)
            return answer.terms.ends_at - clock.monotonic()

        assert left_s() < 3700
        await asyncio.sleep(1.1)
        await kept.session.log_in()
        await until(lambda: left_s() > 80_000)
        assert kept.asking.value(asked).serial == pems.serial
