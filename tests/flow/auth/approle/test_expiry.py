"""Secret ids that have expired are cleared, and so are those of deleted roles; nobody waits for it."""

from __future__ import annotations

import pytest

from strongroom.auth.approle import expiry
from tests.flow.auth.approle.world import MOUNT, World

ROLE_ALONE = {"role": 1, "role-name": 1}


async def test_expired_ones_are_cleared_some_minutes_later() -> None:
    """Refused from the second on, gone within ten minutes; others stay, and nothing stays scheduled without cause."""
    world = await World.start()
    made = [await world.secret_id(ttl=ttl) for ttl in ("10m", "11m", "5h")]
    stays = await world.secret_id()
    world.clock.advance(3600)
    assert [(await world.log_in(each["secret_id"])).status for each in made] == [400, 400, 200]
    await world.server.work()
    assert sorted(await world.accessors()) == sorted((made[2]["secret_id_accessor"], stays["secret_id_accessor"]))
    assert len(await world.server.scheduled(MOUNT)) == 1
    world.clock.advance(5 * 3600)
    await world.server.work()
    assert await world.accessors() == [stays["secret_id_accessor"]]
    assert await world.folders() == ROLE_ALONE | {"secret-id": 1, "accessor": 1}
    assert await world.server.scheduled(MOUNT) == {}


async def test_one_call_is_scheduled_for_all() -> None:
    """It is moved only by one that expires well before; so thousands of secret ids take one place of the schedule."""
    world = await World.start()
    await world.secret_id(ttl="2h")
    first = await world.server.scheduled(MOUNT)
    for ttl in ("2h", "3h", "119m"):
        await world.secret_id(ttl=ttl)
    assert await world.server.scheduled(MOUNT) == first
    await world.secret_id(ttl="1h")
    [earlier] = (await world.server.scheduled(MOUNT)).values()
    assert earlier < next(iter(first.values()))


async def test_many_are_cleared_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of expiry and of a deleted role, until none is left."""
    monkeypatch.setattr(expiry, "BATCH", 3)
    world = await World.start()
    for _ in range(8):
        await world.secret_id(ttl="10m")
    world.clock.advance(1200)
    await world.server.work()
    assert await world.folders() == ROLE_ALONE
    for ttl in ("10m", 0) * 4:
        await world.secret_id(ttl=ttl)
    await world.server.ok("DELETE", f"{MOUNT}role/app")
    await world.server.work()
    assert set(await world.folders()) <= {"expiring"}


async def test_a_secret_id_that_is_registered_again_is_not_cleared_with_the_old_one() -> None:
    """The old one has expired and waits to be cleared; the new one stays."""
    world = await World.start()
    await world.custom("mine", ttl="10m")
    assert (await world.custom("mine")).error == "failed to store secret_id: SecretID is already registered"
    world.clock.advance(600)
    again = await world.custom("mine")
    assert await world.accessors() == [again.data["secret_id_accessor"]]
    world.clock.advance(1200)
    await world.server.work()
    await world.token("mine")
    assert await world.folders() == ROLE_ALONE | {"secret-id": 1, "accessor": 1}


async def test_tidy_clears_at_once() -> None:
    """Without waiting for the scheduled time; what hasn't expired stays and is cleared in its turn."""
    world = await World.start()
    await world.secret_id(ttl="10m")
    await world.secret_id(ttl="1h")
    world.clock.advance(600)
    reply = await world.ask("POST", "tidy/secret-id")
    assert reply.status == 202
    assert reply.body["warnings"][0].startswith("Tidy operation successfully started.")
    await world.server.work()
    assert len(await world.accessors()) == 1
    world.clock.advance(3600)
    await world.server.work()
    assert await world.folders() == ROLE_ALONE


async def test_destroying_leaves_nothing() -> None:
    """By the secret id and by its accessor, with POST and with DELETE."""
    world = await World.start()
    for method, path, field in (
        ("POST", "secret-id", "secret_id"),
        ("DELETE", "secret-id", "secret_id"),
        ("POST", "secret-id-accessor", "secret_id_accessor"),
        ("DELETE", "secret-id-accessor", "secret_id_accessor"),
    ):
        made = await world.secret_id(ttl="1h")
        where = f"role/app/{path}/destroy"
        body = {field: made[field]} if method == "POST" else None
        query = f"?{field}={made[field]}" if method == "DELETE" else ""
        assert (await world.ask(method, where + query, body)).status == 204
        assert (await world.log_in(made["secret_id"])).status == 400
    assert await world.folders() == ROLE_ALONE | {"expiring": 1}
