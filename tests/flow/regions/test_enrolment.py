"""Who may follow: a token that works once, and a certificate until it is revoked."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from strongroom.core.region.feeding import Feeding
from strongroom.crypto import hpke, region_certificates
from strongroom.services.region import wire
from strongroom.services.region.link import RegionRefused
from strongroom.services.region.records import ENROLMENTS
from strongroom.services.region.wire import Point
from tests.flow.regions.regions import Between, Regions, services
from tests.ports import free_port


async def enrolment(regions: Regions) -> wire.Enrol:
    """What a region says that has a new token."""
    content = await regions.token()
    request = region_certificates.new_request()
    return wire.Enrol(content.secret, request.certificate, hpke.public_key(bytes(range(32))), "other")


async def enrol(regions: Regions, said: wire.Enrol) -> wire.Enrolled:
    """Ask to follow."""
    return await Between(regions.between.feeding).ask(wire.ENROL, said, wire.Enrolled)


def without(said: wire.Enrol) -> list[wire.Enrol]:
    """The same with secrets that nobody has made."""
    flipped = bytes([said.secret[0] ^ 1]) + said.secret[1:]
    return [msgspec.structs.replace(said, secret=secret) for secret in (b"", bytes(32), flipped, said.secret[:-1])]


async def test_a_token_works_once_and_no_other_works() -> None:
    """Neither one that was used, nor one that was altered or shortened, nor none."""
    regions = await Regions.start()
    said = await enrolment(regions)
    for wrong in without(said):
        with pytest.raises(RegionRefused, match="the enrolment token is not valid"):
            await enrol(regions, wrong)
    await enrol(regions, said)
    with pytest.raises(RegionRefused, match="the enrolment token is not valid"):
        await enrol(regions, said)


async def test_of_two_that_use_a_token_at_once_one_is_enrolled() -> None:
    """The other one gets no root key."""
    regions = await Regions.start()
    said = await enrolment(regions)
    outcomes = await asyncio.gather(*(enrol(regions, said) for _ in range(4)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(wire.Enrolled) == 1
    assert [type(outcome) for outcome in outcomes].count(RegionRefused) == 3
    assert len((await regions.first.ok("LIST", "sys/region/followers")).data["keys"]) == 1


async def test_a_token_ends_with_its_time() -> None:
    """By the first region's clock."""
    regions = await Regions.start()
    said = await enrolment(regions)
    regions.first.clock.advance(1800)
    with pytest.raises(RegionRefused, match="the enrolment token is not valid"):
        await enrol(regions, said)


async def test_a_request_that_is_none_does_not_use_up_the_token() -> None:
    """Whoever made a mistake may try again."""
    regions = await Regions.start()
    said = await enrolment(regions)
    with pytest.raises(RegionRefused, match="the certificate request cannot be read"):
        await enrol(regions, msgspec.structs.replace(said, request="no request"))
    assert (await enrol(regions, said)).term == 1


async def test_the_store_has_no_secret_of_a_token() -> None:
    """Who reads the store can't join by what he finds there."""
    regions = await Regions.start()
    said = await enrolment(regions)
    found = [key for key in regions.first.rows() if key.startswith(ENROLMENTS)]
    assert len(found) == 1
    assert said.secret.hex() not in found[0]


async def test_a_revoked_region_gets_nothing_not_even_what_it_waits_for() -> None:
    """It asked before it was revoked; what woke its request is its own revocation."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    commit = (await regions.progress()).commit
    waiting = Between(Feeding(services(regions.first), wait_s=30.0), regions.between.certificate)
    asked = wire.Ask(1, Point(commit.number, commit.id), wait=True)
    tasks = [
        asyncio.create_task(waiting.ask(wire.ROWS, asked, wire.RowsSaid)),
        asyncio.create_task(waiting.ask(wire.HEAD, asked, wire.HeadSaid)),
    ]
    for _ in range(50):  # they wait now
        await asyncio.sleep(0)
    await regions.first.ok("DELETE", f"sys/region/followers/{regions.between.certificate}")
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(outcome, RegionRefused)
        assert outcome.reason == "stranger"
    for path in (wire.HEAD, wire.ROWS, wire.PAGE, wire.KEY, wire.PROMOTED, wire.LEAVE, wire.ENROL, "/region/other"):
        with pytest.raises(RegionRefused):
            await regions.between.ask(path, asked, wire.RowsSaid)


async def test_a_region_that_leaves_while_it_waits_is_not_taken_for_one_that_follows() -> None:
    """What it had asked for before is answered to nobody, and isn't counted as a sign of life."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    progress = await regions.progress()
    point = Point(progress.commit.number, progress.commit.id)
    waiting = Between(Feeding(services(regions.first), wait_s=30.0), regions.between.certificate)
    asked = wire.Ask(1, point, wait=True, reached=point, as_of=progress.as_of)
    task = asyncio.create_task(waiting.ask(wire.ROWS, asked, wire.RowsSaid))
    for _ in range(50):  # it waits now
        await asyncio.sleep(0)
    await regions.between.ask(wire.LEAVE, wire.KeyAsked(1), wire.KeyAsked)
    with pytest.raises(RegionRefused):
        await task
    [left] = (await regions.first.ok("GET", "sys/region/status")).data["followers"]
    assert (left["left"], left["connected"]) == (True, False)


@pytest.mark.parametrize(
    "path", [wire.HEAD, wire.ROWS, wire.PAGE, wire.KEY, wire.PROMOTED, wire.LEAVE, "/v1/sys/health"]
)
@pytest.mark.parametrize("certificate", ["", "00" * 32, "../authority", "x/y"])
async def test_a_certificate_that_nobody_enrolled_opens_nothing(path: str, certificate: str) -> None:
    """Without one, with another one, and with what would be another row's name."""
    regions = await Regions.start()
    with pytest.raises(RegionRefused) as refused:
        await Between(regions.between.feeding, certificate).ask(path, wire.KeyAsked(1), wire.KeySaid)
    assert refused.value.reason == "stranger"


async def test_a_store_that_is_not_new_is_replaced_only_if_that_is_said() -> None:
    """What would be lost is listed by its names: a store without mounts can have tokens, policies and identities."""
    regions = await Regions.start()
    nowhere = msgspec.structs.replace(await regions.token(), address=f"127.0.0.1:{free_port()}")
    second, token = regions.second, {"token": wire.shown_token(nowhere)}
    reached = await second.ask("PUT", "sys/region/join", token)
    assert "cannot be reached" in reached.error  # nothing stood in the way of that
    await second.ok("PUT", "sys/policies/acl/ours", {"policy": 'path "a" { capabilities = ["read"] }'})
    await second.ok("POST", "auth/token/create", {})
    await second.ok("POST", "identity/entity", {"name": "ann"})
    await second.ok("POST", "identity/group", {"name": "all"})
    before = second.rows()
    refused = await second.ask("PUT", "sys/region/join", token)
    assert refused.status == 400
    assert refused.error == (
        "joining replaces all that this store holds: 1 policy (ours), 1 other token, 1 entity, 1 group; "
        "replace=true allows it"
    )
    for name in ("a", "b", "c", "d"):
        await second.ok("POST", f"sys/mounts/{name}", {"type": "kv"})
    await second.ok("PUT", "sys/namespaces/team")
    for _ in range(2):
        await second.ok("POST", "auth/token/create", {})
    refused = await second.ask("PUT", "sys/region/join", token)
    assert "4 mounts (a/, b/, c/, …), 1 namespace (team), 1 policy (ours), 3 other tokens" in refused.error
    assert {key: second.rows().get(key) for key in before} == before
    assert "cannot be reached" in (await second.ask("PUT", "sys/region/join", {**token, "replace": True})).error
