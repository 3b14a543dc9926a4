"""Withdrawals beside requests in progress, namespaces, rows of earlier versions, and a role that changes hands."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from typing import Any

import msgspec
import pytest

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.namespaces import ROOT
from strongroom.services.tokens import TokenRecord
from strongroom.services.withdrawals import Selection, Withdrawal
from strongroom.services.withdrawals.matching import Bound
from strongroom.sysapi import withdrawal_search
from tests.flow.withdrawals.crowd import Crowd
from tests.flow.withdrawals.test_at_once import ANN, BAD, BOB, issued


async def test_a_secret_that_is_being_made_is_not_handed_out() -> None:
    """A withdrawal that commits while another system makes the account: the client gets nothing, and it is dropped."""
    crowd = await issued()
    outside = crowd.world.outside

    async def meanwhile() -> None:
        outside.meanwhile = None
        await crowd.withdraw(entity_id=crowd.entities["bob"])

    outside.meanwhile = meanwhile
    answer = await crowd.world.server.ask("GET", "db/planned/app", token=crowd.tokens["bob"])
    assert answer.status >= 400
    await crowd.world.settle()
    crowd.world.clock.advance(1000)
    await crowd.world.settle()
    assert not [name for name in outside.accounts if name.startswith("app")]


@pytest.mark.parametrize("seed", range(4))
async def test_logins_beside_it_never_last(seed: int) -> None:
    """Of logins that come at the same time as the withdrawal of their role, no token works once it has answered."""
    crowd = await Crowd.start()
    await crowd.log_in("ann")
    server = crowd.world.server
    role = "auth/approle/role/ann"
    ids = {
        "role_id": (await server.ok("GET", f"{role}/role-id")).data["role_id"],
        "secret_id": (await server.ok("POST", f"{role}/secret-id")).data["secret_id"],
    }
    logins = [server.ask("POST", "auth/approle/login", ids, token="") for _ in range(6)]
    order = server.ask("POST", "sys/revoke-issued", {"mount": "auth/approle", "role": "ann"})
    answers = await asyncio.gather(*logins[:seed], order, *logins[seed:])
    assert answers[seed].status == 202
    for answer in answers:
        if "auth" in (answer.body or {}) and answer.body["auth"]:
            token = answer.body["auth"]["client_token"]
            assert (await server.ask("GET", "auth/token/lookup-self", token=token)).status == 403
    assert await crowd.alive() == set()


async def _of_an_earlier_version(crowd: Crowd, name: str) -> None:
    """Take from a token's row what earlier versions didn't keep."""
    tokens = crowd.world.services.tokens
    row = keys.token(tokens.key_of(crowd.tokens[name]))

    async def body(txn: Transaction) -> None:
        record = await txn.read(row, TokenRecord)
        assert record is not None
        txn.write(row, msgspec.structs.replace(record, issued=None))

    await transact(crowd.world.services.barrier, body)


@pytest.mark.parametrize(
    ("selection", "undetermined"),
    [
        ({"network": "198.51.100.1"}, {"bob", "ann's orphan"}),
        ({"mount": "auth/approle", "role": "x"}, {"ann's orphan"}),
    ],
)
async def test_what_does_not_say_to_whom_ends_unless_it_is_kept(
    selection: dict[str, Any], undetermined: set[str]
) -> None:
    """A row of an earlier version has no address, and an orphan's doesn't say who asked for it."""
    crowd = await issued()
    crowd.leases.clear()
    crowd.wrapped.clear()
    del crowd.tokens["orphan's orphan"]
    before = await crowd.alive()
    for name in ("bob", "ann's orphan"):
        await _of_an_earlier_version(crowd, name)
    counted = await crowd.withdraw(**selection, dry_run=True)
    assert sum(sum(mounts.values()) for mounts in counted["undetermined"].values()) >= len(undetermined)
    id_ = (await crowd.withdraw(**selection, undetermined="keep"))["id"]
    await crowd.world.settle()
    assert await crowd.alive() == before
    assert (await crowd.report(id_))["total"] == 0
    await crowd.withdraw(**selection)
    assert await crowd.alive() == before - undetermined
    await crowd.world.settle()
    assert await crowd.alive() == before - undetermined


async def test_namespaces() -> None:
    """It concerns its namespace and those below, and an administrator of one below sees and reaches nothing above."""
    crowd = await issued()
    server = crowd.world.server
    await server.ok("POST", "sys/namespaces/a")
    await server.ok("POST", "a/sys/namespaces/b")
    made = {}
    for namespace in ("", "a/", "a/b/"):
        answer = await server.ok("POST", f"{namespace}auth/token/create", {"policies": ["default"]}, address=BAD)
        made[namespace] = answer.body["auth"]["client_token"]

    async def alive() -> set[str]:
        asked = {name: await server.ask("GET", "auth/token/lookup-self", token=made[name]) for name in made}
        return {name for name, answer in asked.items() if answer.status == 200}

    assert await alive() == {"", "a/", "a/b/"}
    below = (await server.ok("POST", "a/b/sys/revoke-issued", {"network": BAD})).data["id"]
    assert await alive() == {"", "a/"}
    counted = (await server.ok("POST", "a/sys/revoke-issued", {"network": BAD, "dry_run": True})).data
    assert counted["found"] == {"tokens": {"a/auth/token/": 1, "a/b/auth/token/": 1}}
    here = (await server.ok("POST", "a/sys/revoke-issued", {"network": BAD})).data["id"]
    assert await alive() == {""}
    await crowd.world.settle()
    assert await alive() == {""}
    assert await crowd.alive() == ANN | BOB
    assert (await server.ask("GET", f"a/b/sys/revoke-issued/{here}")).status == 404
    assert (await server.ask("POST", f"a/b/sys/revoke-issued/{here}/cancel")).status == 400
    assert (await server.ok("LIST", "a/sys/revoke-issued")).data["keys"] == sorted([below, here])
    assert (await server.ok("LIST", "a/b/sys/revoke-issued")).data["keys"] == [below]
    refused = await server.ask("POST", "a/sys/revoke-issued", {"accessor": crowd.accessors["ann"]})
    assert refused.status >= 400
    report = (await server.ok("GET", f"a/sys/revoke-issued/{here}")).data
    assert report["namespaces_left"] == 0
    await server.ok("DELETE", "a/sys/namespaces/b")
    await crowd.world.settle()
    assert (await server.ok("GET", f"sys/revoke-issued/{below}")).data["id"] == below
    assert (await server.ask("GET", f"a/sys/revoke-issued/{below}")).status == 404


async def test_it_goes_on_wherever_its_role_was_lost() -> None:
    """The role changes hands after every step. Nothing is left out, and leases are told as they were found."""
    crowd = await issued()
    for number in range(30):
        await crowd.lease(f"more-{number}", "ann")
        await crowd.child(f"child-{number}", "ann")
    id_ = (await crowd.withdraw(entity_id=crowd.entities["ann"]))["id"]
    storage = crowd.world.services.barrier.storage
    for number in range(200):
        fence = await storage.lock("expiry", f"holder {number}", 10)
        assert fence is not None
        await crowd.world.expiry.run_once(fence)
        await storage.unlock(fence)
        if (await crowd.report(id_))["cleared_time"]:
            break
    report = await crowd.report(id_)
    assert report["found"]["leases"] == {"db/": 32}
    assert report["found"]["tokens"] == {"auth/approle/": 1, "auth/token/": 33}
    assert await crowd.alive() == BOB
    assert crowd.world.outside.accounts == {"bob-1"}


async def test_a_dry_run_goes_on_where_it_stopped() -> None:
    """Whatever the size of pages, and wherever it begins again, each row is counted once."""
    crowd = await issued()
    for number in range(12):
        await crowd.child(f"child-{number}", "ann")
    services = crowd.world.services
    selection = Selection(entity_ids=(crowd.entities["ann"],))
    bound = Bound.of(Withdrawal(id="w", namespace="root", selection=selection, made_at=0.0, until=math.inf))
    for size in (1, 3, 200):
        after, found, pages = ("", "", ""), Counter[str](), 0
        while True:
            pages += 1
            async for page, reached in withdrawal_search.dry_run(services, bound, [ROOT], after, size):
                found += page.tally.found
                after = reached
                break
            assert pages < 100
            if after[1] == "~":
                break
        assert found == {"lease/db/": 2, "token/auth/approle/": 1, "token/auth/token/": 15, "wrapped answer/sys/": 1}
        assert pages > 20 // size


async def test_an_orphan_of_a_long_line_still_says_whose_it_is() -> None:
    """Twenty tokens below a login somebody makes an orphan. By role and alias it ends, when all between have gone."""
    crowd = await issued()
    await crowd.child("child-0", "ann")
    for number in range(20):
        await crowd.child(f"child-{number + 1}", f"child-{number}")
    await crowd.child("far", "child-20", "create-orphan")
    server = crowd.world.server
    await server.ok("POST", "auth/token/revoke", {"token": crowd.tokens["child-0"]})
    await crowd.world.settle()
    crowd.world.clock.advance(10)
    assert "far" in await crowd.alive()
    await crowd.withdraw(mount="auth/approle", role="ann")
    assert await crowd.alive() == BOB
