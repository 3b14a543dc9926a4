"""What can be asked of withdrawals besides making them, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.withdrawals.crowd import Crowd
from tests.flow.withdrawals.test_at_once import ANN, BAD, BOB, issued


async def test_blocking_lasts_until_it_is_lifted() -> None:
    """While it is blocked nobody in a network logs in, or gets a token, a lease or a wrapped answer."""
    crowd = await issued()
    server = crowd.world.server
    id_ = (await crowd.withdraw(network=BAD, block=True))["id"]
    await crowd.world.settle()
    crowd.world.clock.advance(100_000)
    await crowd.world.settle()
    assert await crowd.log_in("carl", BAD) == 403
    assert await crowd.log_in("carl") == 200
    for method, path, body, headers in (
        ("POST", "auth/token/create", {}, {}),
        ("POST", "auth/token/create", {"type": "batch", "ttl": "1h"}, {}),
        ("GET", "db/account/carl", None, {}),
        ("GET", "db/planned/carl", None, {}),
        ("POST", "sys/wrapping/wrap", {"a": "b"}, {"x-vault-wrap-ttl": "60"}),
    ):
        token = crowd.tokens["carl"]
        answers = [
            await server.ask(method, path, body, token=token, headers=headers, address=address)
            for address in (BAD, "192.0.2.1")
        ]
        assert [answer.status for answer in answers] == [403, 200], path
    assert crowd.world.outside.made == ["carl-0"]
    report = await crowd.report(id_)
    assert report["blocks"] and report["state"] == "holding" and report["until_time"] is None
    assert (await server.ask("LIST", "sys/revoke-issued")).data["key_info"][id_]["state"] == "blocking"
    assert (await server.ask("POST", f"sys/revoke-issued/{id_}/lift")).status == 204
    assert (await server.ask("POST", f"sys/revoke-issued/{id_}/lift")).status == 400
    assert await crowd.log_in("dora", BAD) == 403  # it is the very moment
    crowd.world.clock.advance(1)
    assert await crowd.log_in("dora", BAD) == 200
    crowd.world.clock.advance(4000)
    await crowd.world.settle()
    assert (await crowd.report(id_))["state"] == "done"


async def test_one_that_blocks_is_no_work_once_all_is_cleared() -> None:
    """As long as it stands, time alone is no change: the role would write rows and lines of the log without end."""
    crowd = await Crowd.start()
    id_ = (await crowd.withdraw(network=BAD, block=True))["id"]
    await crowd.world.settle()
    report = await crowd.report(id_)
    for _ in range(3):
        crowd.world.clock.advance(60)
        assert await crowd.world.settle() == 0
    assert await crowd.report(id_) == report
    assert (report["state"], report["holds_until"]) == ("holding", None)
    assert (await crowd.world.server.ask("POST", f"sys/revoke-issued/{id_}/lift")).status == 204
    await crowd.world.settle()
    assert (await crowd.report(id_))["state"] == "done"


async def test_no_password_is_looked_at_of_who_is_kept_out() -> None:
    """A wrong password and a right one get the same answer from a network that is blocked, and no lockout counts."""
    crowd = await Crowd.start()
    await crowd.withdraw(network=BAD, block=True)
    server = crowd.world.server
    wrong = await server.ask("POST", "auth/approle/login", {"role_id": "x"}, token="", address=BAD)
    assert (wrong.status, wrong.error) == (403, "permission denied")
    elsewhere = await server.ask("POST", "auth/approle/login", {"role_id": "x"}, token="")
    assert elsewhere.status == 400


async def test_an_entity_can_be_blocked() -> None:
    """Its logins are refused; those of others aren't."""
    crowd = await issued()
    await crowd.withdraw(entity_id=crowd.entities["ann"], block=True)
    assert await crowd.log_in("ann") == 403
    assert await crowd.log_in("bob") == 200


async def test_one_that_was_a_mistake_is_cancelled() -> None:
    """What wasn't cleared yet works again. The report stays until it is deleted."""
    crowd = await issued()
    server = crowd.world.server
    id_ = (await crowd.withdraw(mount="auth/approle"))["id"]
    assert await crowd.alive() == set()
    assert (await server.ask("DELETE", f"sys/revoke-issued/{id_}")).status == 400
    assert (await server.ask("POST", f"sys/revoke-issued/{id_}/cancel")).status == 204
    assert (await server.ask("POST", f"sys/revoke-issued/{id_}/cancel")).status == 400
    assert await crowd.alive() == ANN | BOB
    await crowd.world.settle()
    assert await crowd.alive() == ANN | BOB
    assert (await crowd.report(id_))["state"] == "cancelled"
    assert (await crowd.report(id_))["namespaces_left"] == 0
    assert (await server.ask("DELETE", f"sys/revoke-issued/{id_}")).status == 204
    assert (await server.ask("LIST", "sys/revoke-issued")).status == 404


async def test_the_leases_of_a_mount() -> None:
    """By a secrets engine's mount its leases end, and no token."""
    crowd = await issued()
    id_ = (await crowd.withdraw(mount="db"))["id"]
    assert await crowd.alive() == (ANN | BOB) - {"ann-1", "orphan-1", "bob-1"}
    await crowd.world.settle()
    assert (await crowd.report(id_))["found"] == {"leases": {"db/": 3}}
    assert crowd.world.outside.accounts == set()


async def test_what_cannot_be_revoked_is_told_and_tried_again() -> None:
    """While the other system is down the lease is in the report, with the error; then it goes."""
    crowd = await issued()
    crowd.world.outside.down = True
    id_ = (await crowd.withdraw(entity_id=crowd.entities["bob"]))["id"]
    await crowd.world.settle()
    report = await crowd.report(id_)
    assert report["leases_left"] == 1
    (failing,) = report["failing"]
    assert failing["lease_id"] == crowd.leases["bob-1"]
    assert "does not answer" in failing["error"]
    gauges = (await crowd.world.server.ok("GET", "sys/metrics")).body["Gauges"]
    told = {gauge["Name"]: gauge["Value"] for gauge in gauges}
    assert (told["vault.expire.num_withdrawals"], told["vault.expire.num_withdrawn_leases"]) == (1, 1)
    assert report["cleared_time"] is None
    crowd.world.outside.down = False
    crowd.world.clock.advance(20)
    await crowd.world.settle()
    report = await crowd.report(id_)
    assert (report["leases_left"], report["failing"]) == (0, [])
    assert report["cleared_time"] is not None


async def test_ones_own_token_is_not_ended_by_mistake() -> None:
    """Only who says so ends the token of the request itself."""
    crowd = await issued()
    server, own = crowd.world.server, crowd.tokens["ann's child"]
    body = {"network": BAD}
    counted = await server.ok("POST", "sys/revoke-issued", {**body, "dry_run": True}, token=own)
    assert counted.data["ends_own_token"]
    refused = await server.ask("POST", "sys/revoke-issued", body, token=own)
    assert refused.status == 400
    assert "including_own" in refused.error
    assert await crowd.alive() == ANN | BOB
    done = await server.ask("POST", "sys/revoke-issued", {**body, "including_own": True}, token=own)
    assert done.status == 202
    assert await crowd.alive() == BOB


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "one of entity_id"),
        ({"alias": "ann"}, "need a mount"),
        ({"alias": "ann", "entity_id": "E"}, "names in an auth mount"),
        ({"role": "ann", "network": "192.0.2.1"}, "names in an auth mount"),
        ({"mount": "db", "alias": "ann"}, "another mount"),
        ({"mount": "nowhere"}, "no mount"),
        ({"entity_id": "nobody"}, "no entity"),
        ({"accessor": "nothing"}, "accessor"),
        ({"network": "192.0.2.300"}, "no address"),
        ({"network": "0.0.0.0/33"}, "no address"),
        ({"network": ["192.0.2.1"] * 101}, "100 networks"),
        ({"network": "192.0.2.1", "since": "yesterday"}, "since is neither"),
        ({"network": "192.0.2.1", "since": "2026-01-31T12:00:00"}, "time zone"),
        ({"network": "192.0.2.1", "since": "9" * 400}, "since is neither"),
        ({"network": "192.0.2.1", "until": "-1h"}, "future"),
        ({"network": "192.0.2.1", "since": "1h", "until": "2h"}, "before until"),
        ({"network": "192.0.2.1", "until": "1h", "block": True}, "can't both"),
        ({"network": "192.0.2.1", "undetermined": "maybe"}, "end or keep"),
        ({"network": "192.0.2.1", "after": "[]"}, "dry run"),
        ({"network": "192.0.2.1", "dry_run": True, "after": "["}, "dry run"),
        ({"network": "192.0.2.1", "dry_run": True, "after": "[1, 2, 3]"}, "dry run"),
        ({"network": "192.0.2.1", "dry_run": True, "after": '["a"]'}, "dry run"),
        ({"network": "192.0.2.1", "dry_run": True, "after": "7"}, "dry run"),
    ],
)
async def test_a_bad_request_ends_nothing(body: dict[str, Any], text: str) -> None:
    """It is refused with what is wrong."""
    crowd = await Crowd.start()
    await crowd.log_in("ann")
    if body.get("entity_id") == "E":
        body = {**body, "entity_id": crowd.entities["ann"]}
    answer = await crowd.world.server.ask("POST", "sys/revoke-issued", body)
    assert answer.status == 400
    assert text in answer.error
    assert await crowd.alive() == {"ann"}


async def test_the_right_to_it_can_be_narrow() -> None:
    """Without sudo nobody may; an alarm's token may be allowed networks alone, and nothing else."""
    crowd = await Crowd.start()
    server = crowd.world.server
    weak = await server.token('path "sys/revoke-issued" { capabilities = ["update"] }')
    assert (await server.ask("POST", "sys/revoke-issued", {"network": BAD}, token=weak)).status == 403
    rules = """path "sys/revoke-issued" { capabilities = ["update", "sudo"]
        allowed_parameters = { network = [], since = [], block = [], undetermined = ["keep"] } }"""
    alarm = await server.token(rules)
    asked = {"network": BAD, "since": "1h", "block": True, "undetermined": "keep"}
    assert (await server.ask("POST", "sys/revoke-issued", asked, token=alarm)).status == 202
    for body in ({"mount": "auth/approle"}, {"network": BAD, "undetermined": "end"}):
        assert (await server.ask("POST", "sys/revoke-issued", body, token=alarm)).status == 403
    assert (await server.ask("LIST", "sys/revoke-issued", token=alarm)).status == 403


async def test_lists_have_pages() -> None:
    """In the order in which they were made."""
    crowd = await Crowd.start()
    made = []
    for number in range(3):
        crowd.world.clock.advance(1)
        made.append((await crowd.withdraw(network=f"192.0.2.{number + 100}"))["id"])
    server = crowd.world.server
    assert (await server.ok("LIST", "sys/revoke-issued")).data["keys"] == made
    assert (await server.ok("LIST", "sys/revoke-issued?limit=2")).data["keys"] == made[:2]
    assert (await server.ok("LIST", f"sys/revoke-issued?limit=2&after={made[1]}")).data["keys"] == made[2:]
