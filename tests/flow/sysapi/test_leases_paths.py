"""`sys/leases` over a whole server: looking, renewing, and ending leases one by one and by path."""

from __future__ import annotations

import pytest

from strongroom.sysapi.system import lease_forecast
from tests.flow.sysapi.leases_world import World


async def test_leases_are_found_by_id_and_by_path() -> None:
    """A lease shows its times; listing by path shows leases and tokens alike."""
    world = await World.start()
    lease = await world.lease("ann")
    shown = (await world.server.ok("PUT", "sys/leases/lookup", {"lease_id": lease})).data
    assert shown["id"] == lease
    assert shown["ttl"] == 3600
    assert shown["renewable"] is True
    assert shown["last_renewal"] is None
    listed = await world.server.ok("LIST", "sys/leases/lookup/db/account/ann")
    assert listed.data["keys"] == [lease.rpartition("/")[2]]
    assert (await world.server.ok("LIST", "sys/leases/lookup")).data["keys"] == ["auth/", "db/"]
    assert (await world.server.ask("PUT", "sys/leases/lookup", {"lease_id": "db//x"})).error == "invalid lease"


async def test_renewal_stays_below_the_ceiling() -> None:
    """What is asked beyond the mount's maximum is capped, with a warning; an ended lease isn't renewed."""
    world = await World.start()
    lease = await world.lease("ann")
    await world.server.ok("POST", "sys/mounts/db/tune", {"max_lease_ttl": "768h"})
    answer = (await world.server.ok("PUT", f"sys/renew/{lease}", {"increment": "9999h"})).body
    assert answer["lease_id"] == lease
    assert answer["lease_duration"] == 768 * 3600
    assert answer["data"] is None
    assert "TTL value is capped accordingly" in answer["warnings"][0]
    await world.server.ok("PUT", "sys/leases/revoke", {"lease_id": lease})
    assert (await world.server.ask("PUT", "sys/leases/renew", {"lease_id": lease})).error == "lease expired"


async def test_a_lease_is_not_renewed_past_its_token() -> None:
    """When the token that made it was revoked, its lease is on its way out."""
    world = await World.start()
    token = await world.token()
    lease = await world.lease("ann", token)
    await world.server.ok("POST", "auth/token/revoke", {"token": token})
    assert (await world.server.ask("PUT", "sys/leases/renew", {"lease_id": lease})).status == 400


async def test_revoking_waits_only_if_asked() -> None:
    """With `sync` the account is gone when the answer comes, and an error is the client's; without, it is soon."""
    world = await World.start()
    soon, now = await world.lease("soon"), await world.lease("now")
    await world.server.ok("PUT", "sys/leases/revoke", {"lease_id": soon})
    await world.server.ok("PUT", "sys/revoke", {"lease_id": now, "sync": True})
    assert world.outside.accounts == {"soon"}
    world.outside.down = True
    refused = await world.server.ask("PUT", "sys/leases/revoke", {"lease_id": soon, "sync": True})
    assert refused.status >= 500
    world.outside.down = False
    world.clock.advance(10)  # what failed is tried again
    await world.settle()
    assert not world.outside.accounts


async def test_a_path_ends_everything_below_it() -> None:
    """`revoke-prefix` ends leases and tokens of that path and no other, in whatever number."""
    world = await World.start()
    for number in range(45):
        await world.lease(f"a{number}")
    await world.server.ok("POST", "auth/token/roles/r", {"path_suffix": "batch-7"})
    made = [await world.server.ok("POST", "auth/token/create/r", {}) for _ in range(40)]
    tokens = [answer.body["auth"]["client_token"] for answer in made]
    other = await world.token()
    await world.server.ok("PUT", "sys/leases/revoke-prefix/auth/token/create/r/batch-7")
    assert {await world.status(token) for token in tokens} == {403}
    assert await world.status(other) == 200
    await world.server.ok("PUT", "sys/leases/revoke-prefix/db/account", {"sync": True})
    assert not world.outside.accounts
    assert not await world.lease_rows()


async def test_what_a_path_would_end_is_counted_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading `revoke-prefix` counts leases by state, and tokens, as far as one request looks; and ends nothing."""
    monkeypatch.setattr(lease_forecast, "_PAGE", 2)
    monkeypatch.setattr(lease_forecast, "LOOKED_AT", 4)
    world = await World.start()
    await world.server.ok("POST", "auth/token/roles/r", {})
    own = str((await world.server.ok("POST", "auth/token/create/r", {})).body["auth"]["client_token"])
    leases = [await world.lease(f"a{number}") for number in range(7)]
    world.outside.down = True
    await world.server.ok("PUT", "sys/leases/revoke", {"lease_id": leases[0]})
    asked = "sys/leases/revoke-prefix/db/account"
    first = (await world.server.ok("GET", asked)).data
    second = (await world.server.ok("GET", f"{asked}?after={first['after']}")).data
    assert second["after"] == ""
    sums = {state: first["leases"][state] + second["leases"][state] for state in first["leases"]}
    assert sums == {"active": 6, "planned": 0, "revoking": 1, "irrevocable": 0}
    assert (await world.server.ok("GET", f"sys/leases/revoke-prefix/{leases[1]}")).data["leases"]["active"] == 1
    tokens = (await world.server.ok("GET", "sys/leases/revoke-prefix/auth/token/create/r", token=own)).data
    assert (tokens["tokens"], tokens["ends_own_token"]) == (1, True)
    elsewhere = (await world.server.ok("GET", "sys/leases/revoke-prefix/auth/token/create/r")).data
    assert (elsewhere["tokens"], elsewhere["ends_own_token"]) == (1, False)
    none = (await world.server.ok("GET", "sys/leases/revoke-prefix/db/accou")).data
    assert (none["leases"]["active"], none["tokens"], none["after"]) == (0, 0, "")
    assert await world.status(own) == 200
    assert len(world.outside.accounts) == 7


async def test_counting_needs_sudo() -> None:
    """As revoking does."""
    world = await World.start()
    await world.server.ok(
        "POST", "sys/policies/acl/p", {"policy": 'path "sys/leases/*" { capabilities = ["read", "update"] }'}
    )
    token = await world.token(policies=["p"])
    assert (await world.server.ask("GET", "sys/leases/revoke-prefix/db", token=token)).status == 403


async def test_leases_and_tokens_are_listed_page_by_page() -> None:
    """With `after` and `limit`; what is on one page isn't on the next."""
    world = await World.start()
    await world.server.ok("POST", "auth/token/roles/db", {})
    for number in range(3):
        await world.lease(f"a{number}")
        await world.token()
    for path in ("sys/leases/lookup/db/account", "sys/leases/lookup/auth/token/create", "auth/token/accessors"):
        everything, seen, after = (await world.server.ok("LIST", path)).data["keys"], list[str](), ""
        assert len(everything) >= 3
        while (page := await world.server.ask("LIST", f"{path}?after={after}&limit=2")).status == 200:
            assert len(page.data["keys"]) <= 2
            seen += page.data["keys"]
            after = seen[-1]
        assert seen == everything


async def test_whoever_asks_may_end_itself() -> None:
    """A prefix that covers the asking token and its parent ends both, and the request is answered."""
    world = await World.start()
    parent = await world.token()
    child = await world.token(parent=parent)
    bystander = await world.token()
    answer = await world.server.ask("PUT", "sys/leases/revoke-prefix/auth/token/create", token=child)
    assert answer.status == 204
    assert [await world.status(each) for each in (parent, child, bystander)] == [403, 403, 403]


async def test_force_forgets_what_cannot_be_undone() -> None:
    """A prefix revoked by force loses its leases though the account stays; without force they stay, and say why."""
    world = await World.start()
    await world.lease("ann")
    world.outside.down = True
    refused = await world.server.ask("PUT", "sys/leases/revoke-prefix/db", {"sync": True})
    assert refused.status >= 500
    assert await world.lease_rows()
    await world.server.ok("PUT", "sys/leases/revoke-force/db")
    assert not await world.lease_rows()
    assert world.outside.accounts == {"ann"}


@pytest.mark.parametrize("verb", ["revoke-prefix", "revoke-force"])
async def test_a_lease_that_a_prefix_names_is_found(verb: str) -> None:
    """The id of a lease is a prefix too: it is ended, and nobody is told that there was none."""
    world = await World.start()
    lease = await world.lease("ann")
    answer = await world.server.ok(
        "PUT", f"sys/leases/{verb}/{lease}", {"sync": True} if verb == "revoke-prefix" else {}
    )
    assert (answer.status, answer.body) == (204, None)
    assert not await world.lease_rows()


async def test_a_spent_token_does_not_wait_for_its_time() -> None:
    """A token whose last use was refused ends within half a minute, and what it leased with it."""
    world = await World.start()
    token = await world.token(num_uses=2)
    await world.lease("ann", token)
    assert (await world.server.ask("GET", "nosuch/path", token=token)).status == 404
    world.clock.advance(30)
    await world.settle()
    assert not world.outside.accounts


async def test_the_last_use_leases_nothing_that_lasts() -> None:
    """What a token leases with its last use ends with it."""
    world = await World.start()
    token = await world.token(num_uses=1)
    await world.lease("ann", token)
    assert world.outside.accounts == {"ann"}
    await world.settle()
    assert not world.outside.accounts


async def test_leases_of_a_batch_token_end_with_it_and_with_its_parent() -> None:
    """Though no row stands for it: its leases run no longer than it does, and hang on its parent."""
    world = await World.start()
    parent = await world.token()
    await world.server.ok("PUT", "sys/policies/acl/db", {"policy": 'path "db/*" { capabilities = ["read"] }'})
    batch = await world.token(parent=parent, type="batch", policies=["db"], ttl="10m")
    answer = await world.server.ok("GET", "db/account/ann", token=batch)
    assert answer.body["lease_duration"] == 600
    await world.server.ok("POST", "auth/token/revoke", {"token": parent})
    await world.settle()
    assert not world.outside.accounts


async def test_a_limit_of_thousands_of_digits_is_refused() -> None:
    """It is no number that anybody means, and Python reads none so long."""
    world = await World.start()
    for digits in (19, 5000):
        refused = await world.server.ask("GET", f"sys/leases?type=irrevocable&limit={'1' * digits}")
        assert (refused.status, "is not a number" in refused.error) == (400, True)
