"""A region that follows another one, over the network, on SQLite."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import msgspec
import pytest

from strongroom.crypto import hpke, region_certificates
from strongroom.lib.errors import UpstreamFailed
from strongroom.services.region import wire
from strongroom.services.region.link import Link, RegionRefused
from tests.conformance.regions.pair import Pair, health, pair


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two regions, of which the second follows the first."""
    with pair(tmp_path_factory.mktemp("regions")) as both:
        both.first.node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        both.first.node.ok("POST", "kv/before", {"value": "1"})
        both.follow()
        yield both


def test_a_follower_serves_what_was_there_before_and_what_comes(regions: Pair) -> None:
    """A secret that was written before the region joined, and one that is written later, are read at the follower."""
    first, second = regions.first.node, regions.second.node
    assert second.ok("GET", "kv/before").json["data"] == {"value": "1"}
    first.ok("POST", "kv/after", {"value": "2"})
    regions.level()
    assert second.ok("GET", "kv/after").json["data"] == {"value": "2"}


def refused(regions: Pair, method: str, path: str, body: object = None, token: str | None = None) -> None:
    """Check that the follower refuses, and names the region that writes."""
    answer = regions.second.node.call(method, path, body, token)
    assert answer.status == 400, answer
    [text] = answer.json["errors"]
    assert text == f"only the first region writes, and this one follows it: http://{regions.first.node.address}"


def test_a_follower_refuses_writes_and_logins_and_names_who_takes_them(regions: Pair) -> None:
    """A write, a new policy, a new token, a rotation and a login are refused, and change nothing."""
    first = regions.first.node
    first.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    first.ok("POST", "auth/userpass/users/ann", {"password": "correct horse"})
    regions.level()
    refused(regions, "POST", "kv/here", {"value": "3"})
    refused(regions, "PUT", "sys/policies/acl/here", {"policy": 'path "kv/a" { capabilities = ["read"] }'})
    refused(regions, "POST", "auth/token/create", {})
    refused(regions, "PUT", "sys/rotate")
    refused(regions, "POST", "auth/userpass/login/ann", {"password": "correct horse"}, token="")
    assert regions.second.node.call("GET", "kv/here").status == 404
    assert first.ok("POST", "auth/userpass/login/ann", {"password": "correct horse"}, token="").json["auth"]


def test_rights_and_revocations_of_the_first_region_hold_at_the_follower(regions: Pair) -> None:
    """A token has the rights of its policy, none beyond, and none at all when it was revoked and that has come over."""
    first, second = regions.first.node, regions.second.node
    first.ok("PUT", "sys/policies/acl/reader", {"policy": 'path "kv/before" { capabilities = ["read"] }'})
    made = first.ok("POST", "auth/token/create", {"policies": ["reader"]}).json["auth"]["client_token"]
    regions.level()
    assert second.ok("GET", "kv/before", token=made).json["data"] == {"value": "1"}
    assert second.call("GET", "kv/after", token=made).status == 403
    assert second.call("GET", "sys/region/status", token=made).status == 403
    first.ok("POST", "auth/token/revoke", {"token": made})
    regions.level()
    assert second.call("GET", "kv/before", token=made).status == 403


def test_a_token_with_counted_uses_is_refused_because_nobody_could_count_them(regions: Pair) -> None:
    """The follower serves no use, and the first region still has all."""
    first = regions.first.node
    made = first.ok("POST", "auth/token/create", {"num_uses": 2}).json["auth"]["client_token"]
    regions.level()
    refused(regions, "GET", "kv/before", token=made)
    assert first.ok("GET", "auth/token/lookup-self", token=made).json["data"]["num_uses"] == 1


def test_a_mount_that_is_local_stays_in_its_region(regions: Pair) -> None:
    """Each region has its own, with its own secrets, and the follower may write to it."""
    first, second = regions.first.node, regions.second.node
    first.ok("POST", "sys/mounts/mine", {"type": "kv", "local": True})
    first.ok("POST", "mine/a", {"value": "first"})
    regions.level()
    assert second.call("GET", "mine/a").status == 404
    second.ok("POST", "sys/mounts/mine", {"type": "kv", "local": True})
    second.ok("POST", "mine/a", {"value": "second"})
    regions.level()
    assert second.ok("GET", "mine/a").json["data"] == {"value": "second"}
    assert first.ok("GET", "mine/a").json["data"] == {"value": "first"}


def test_new_keys_of_the_first_region_come_over_and_the_followers_shares_stay_its_own(regions: Pair) -> None:
    """After a rotation of the keyring and of the root key, the follower reads on, and its own shares unseal it."""
    first, second = regions.first.node, regions.second.node
    first.ok("PUT", "sys/rotate")
    first.ok("PUT", "sys/rotate/root")
    first.ok("POST", "kv/rotated", {"value": "4"})
    regions.level()
    assert second.ok("GET", "kv/rotated").json["data"] == {"value": "4"}
    assert second.keys != first.keys
    second.restart()
    second.unseal()
    assert second.ok("GET", "kv/rotated").json["data"] == {"value": "4"}


def test_both_sides_tell_how_far_the_follower_is(regions: Pair) -> None:
    """Status and health name the roles, the term and the lag; the follower has no lag when it has everything."""
    regions.level()
    first, second = regions.first.status(), regions.second.status()
    [follower] = first["followers"]
    assert (first["role"], first["term"], follower["name"]) == ("primary", 1, "second")
    assert (second["role"], second["settled"], second["lacking"]) == ("follower", True, 0)
    assert second["applied_revision"] <= regions.first.head()
    assert health(regions.first.node)["replication_performance_mode"] == "primary"
    assert health(regions.second.node)["replication_performance_mode"] == "secondary"
    shown = regions.second.node.ok("GET", "sys/replication/status", token="").json["data"]["performance"]
    assert (shown["mode"], shown["primary_api_addr"]) == ("secondary", f"http://{regions.first.node.address}")


def test_an_enrolment_token_works_once(regions: Pair) -> None:
    """A second use is refused, and so are no token at all and one that was altered."""
    token = regions.first.token(f"127.0.0.1:{regions.first.port}", "third")
    content = wire.parse_token(token)
    request = region_certificates.new_request()
    said = wire.Enrol(content.secret, request.certificate, hpke.public_key(bytes(range(32))), "third")
    link = Link(content.address, content.authority)
    enrolled = asyncio.run(link.ask(wire.ENROL, said, wire.Enrolled))
    for again in (said, msgspec.structs.replace(said, secret=b""), msgspec.structs.replace(said, secret=bytes(32))):
        with pytest.raises(RegionRefused, match="the enrolment token is not valid"):
            asyncio.run(link.ask(wire.ENROL, again, wire.Enrolled))
    ask = wire.Ask(1, wire.Point(0, b""))
    known = Link(content.address, content.authority, enrolled.certificate + request.key)
    assert asyncio.run(known.ask(wire.HEAD, ask, wire.HeadSaid)).head.number > 0
    with pytest.raises(RegionRefused) as nobody:
        asyncio.run(link.ask(wire.HEAD, ask, wire.HeadSaid))
    assert nobody.value.reason == "stranger"
    regions.first.node.ok("DELETE", f"sys/region/followers/{region_certificates.fingerprint(enrolled.certificate)}")
    with pytest.raises(RegionRefused) as revoked:
        asyncio.run(known.ask(wire.ROWS, ask, wire.RowsSaid))
    assert revoked.value.reason == "stranger"


def test_certificates_of_another_authority_open_nothing_in_either_direction(regions: Pair) -> None:
    """A client with a foreign certificate gets no answer, and a server with one isn't spoken to."""
    content = wire.parse_token(regions.first.token(f"127.0.0.1:{regions.first.port}", "third"))
    foreign = region_certificates.new_authority(time.time())
    request = region_certificates.new_request()
    certificate = region_certificates.sign(foreign, request.certificate, "second", time.time())
    ask = wire.Ask(1, wire.Point(0, b""))
    with pytest.raises(UpstreamFailed):
        asyncio.run(
            Link(content.address, content.authority, certificate + request.key).ask(wire.HEAD, ask, wire.HeadSaid)
        )
    with pytest.raises(UpstreamFailed):
        asyncio.run(Link(content.address, foreign.certificate).ask(wire.HEAD, ask, wire.HeadSaid))


def test_a_history_that_lacks_what_the_follower_has_is_not_followed(regions: Pair) -> None:
    """A first region that was restored from an old copy says so, and sends no rows over what may be the only copy."""
    content = wire.parse_token(regions.first.token(f"127.0.0.1:{regions.first.port}", "fourth"))
    request = region_certificates.new_request()
    said = wire.Enrol(content.secret, request.certificate, hpke.public_key(bytes(range(32))), "fourth")
    enrolled = asyncio.run(Link(content.address, content.authority).ask(wire.ENROL, said, wire.Enrolled))
    link = Link(content.address, content.authority, enrolled.certificate + request.key)
    ahead = wire.Ask(1, wire.Point(regions.first.head() + 1000, b"x" * 16))
    with pytest.raises(RegionRefused) as lost:
        asyncio.run(link.ask(wire.ROWS, ahead, wire.RowsSaid))
    assert lost.value.reason == "lost"
    with pytest.raises(RegionRefused) as later:
        asyncio.run(link.ask(wire.ROWS, wire.Ask(2, wire.Point(0, b"")), wire.RowsSaid))
    assert (later.value.reason, later.value.term) == ("term", 1)
