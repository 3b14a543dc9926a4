"""Keys rotate: by request, and when it is due."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any

import pytest

from strongroom.crypto.post_quantum import has_slh_dsa
from strongroom.engines.transit import Transit
from strongroom.testing.server import PluginServer
from tests.flow.engines.transit.mounts import base64
from tests.flow.engines.transit.stored import change, record, scheduled, versions, within

DAY_S = 86_400


async def served(**settings: Any) -> PluginServer:
    """A server with a key `k`."""
    server = await PluginServer.start(Transit)
    await server.ok("POST", "transit/keys/k", settings)
    return server


async def latest(server: PluginServer) -> int:
    """The latest version of the key."""
    number: int = (await server.ok("GET", "transit/keys/k")).data["latest_version"]
    return number


async def after(server: PluginServer, seconds: float) -> int:
    """The latest version of the key when so much time has passed and all is done that is due."""
    server.clock.advance(seconds)
    await server.work()
    return await latest(server)


async def test_each_version_is_another_key() -> None:
    """A ciphertext names its version, and a later version doesn't change what it decrypts to."""
    server = await served()
    old = (await server.ok("POST", "transit/encrypt/k", {"plaintext": base64("old")})).data["ciphertext"]
    reply = await server.ok("POST", "transit/keys/k/rotate")
    assert list(reply.data["keys"]) == ["1", "2"]
    new = (await server.ok("POST", "transit/encrypt/k", {"plaintext": base64("new")})).data["ciphertext"]
    assert (old[:9], new[:9]) == ("vault:v1:", "vault:v2:")
    for text, plaintext in ((old, "old"), (new, "new")):
        assert (await server.ok("POST", "transit/decrypt/k", {"ciphertext": text})).data["plaintext"] == base64(
            plaintext
        )
    assert (await server.ask("POST", "transit/decrypt/k", {"ciphertext": old.replace(":v1:", ":v2:")})).status == 400


@pytest.mark.parametrize(
    "settings",
    [
        {"type": "rsa-2048"},
        {"type": "ecdsa-p384"},
        {"type": "ed25519"},
        {"type": "mldsa-44"},
        {"type": "hybrid", "parameter_set": "44", "hybrid_key_type_pqc": "ml-dsa", "hybrid_key_type_ec": "ed25519"},
        pytest.param(
            {"type": "slh-dsa", "parameter_set": "slh-dsa-sha2-128s"},
            marks=pytest.mark.skipif(not has_slh_dsa(), reason="the package pqcrypto isn't installed"),
        ),
    ],
)
async def test_each_version_of_an_asymmetric_type_has_its_own_public_key(settings: dict[str, str]) -> None:
    """Also those that are made beside the event loop."""
    server = await served(**settings)
    keys = (await server.ok("POST", "transit/keys/k/rotate")).data["keys"]
    assert keys["1"]["public_key"] != keys["2"]["public_key"]


@pytest.mark.parametrize("type_", ["aes256-gcm96", "rsa-2048"])
async def test_rotations_at_the_same_time_make_a_version_each(type_: str) -> None:
    """No request loses its version to another's, and no number is given twice."""
    server = await served(type=type_)
    replies = await asyncio.gather(*(server.ok("POST", "transit/keys/k/rotate") for _ in range(4)))
    assert sorted(reply.data["latest_version"] for reply in replies) == [2, 3, 4, 5]
    keys = (await server.ok("GET", "transit/keys/k")).data["keys"]
    assert list(keys) == ["1", "2", "3", "4", "5"]
    if type_ == "rsa-2048":
        assert len({version["public_key"] for version in keys.values()}) == 5


async def test_creations_at_the_same_time_make_one_key() -> None:
    """Whoever comes second gets the key of the first."""
    server = await PluginServer.start(Transit)
    replies = await asyncio.gather(*(server.ok("POST", "transit/keys/k", {"type": "ed25519"}) for _ in range(4)))
    assert len({reply.data["keys"]["1"]["public_key"] for reply in replies}) == 1


@pytest.mark.parametrize("type_", ["aes256-gcm96", "rsa-2048"])
async def test_a_key_rotates_when_its_period_has_passed(type_: str) -> None:
    """Once for each period, and only once if several have passed meanwhile."""
    server = await served(type=type_, auto_rotate_period="24h")
    assert await after(server, DAY_S - 1) == 1
    assert await after(server, 1) == 2
    assert await after(server, DAY_S - 1) == 2
    assert await after(server, 1) == 3
    assert await after(server, 5 * DAY_S) == 4


async def test_a_read_tells_when_the_key_rotates_next() -> None:
    """`next_rotation_time` is there from the creation on, moves with every rotation, and goes with the period."""
    server = await PluginServer.start(Transit)

    def told(data: dict[str, Any]) -> float:
        return datetime.fromisoformat(data["next_rotation_time"]).timestamp()

    made = (await server.ok("POST", "transit/keys/k", {"auto_rotate_period": "24h"})).data
    assert told(made) == pytest.approx(server.clock.now() + DAY_S)
    assert told((await server.ok("GET", "transit/keys/k")).data) == told(made)
    server.clock.advance(100)
    rotated = (await server.ok("POST", "transit/keys/k/rotate")).data
    assert told(rotated) == pytest.approx(told(made) + 100)
    stopped = (await server.ok("POST", "transit/keys/k/config", {"auto_rotate_period": 0})).data
    assert "next_rotation_time" not in stopped


async def test_a_rotation_by_hand_puts_the_next_one_off() -> None:
    """The period counts from the latest version."""
    server = await served(auto_rotate_period=DAY_S)
    server.clock.advance(DAY_S - 10)
    await server.ok("POST", "transit/keys/k/rotate")
    assert await after(server, 10) == 2
    assert await after(server, DAY_S - 10) == 3


async def test_the_same_period_again_puts_nothing_off() -> None:
    """A client that sends its settings every hour doesn't keep the key from rotating."""
    server = await served(auto_rotate_period=DAY_S)
    for _ in range(23):
        assert await after(server, 3600) == 1
        await server.ok("POST", "transit/keys/k/config", {"auto_rotate_period": "24h", "deletion_allowed": True})
    assert await after(server, 3600) == 2


async def test_another_period_counts_from_the_latest_version() -> None:
    """A shorter one may be over already; 0 turns rotation off."""
    server = await served(auto_rotate_period=30 * DAY_S)
    server.clock.advance(DAY_S)
    await server.ok("POST", "transit/keys/k/config", {"auto_rotate_period": "2h"})
    assert await after(server, 0) == 2
    await server.ok("POST", "transit/keys/k/config", {"auto_rotate_period": 0})
    assert (await server.ok("GET", "transit/keys/k")).data["auto_rotate_period"] == 0
    assert await after(server, 3 * DAY_S) == 2


async def test_a_soft_deleted_key_is_left_alone_until_it_is_restored() -> None:
    """It doesn't rotate and isn't used; restored, it rotates when it would have."""
    server = await served(auto_rotate_period=DAY_S)
    reply = await server.ok("DELETE", "transit/keys/k/soft-delete")
    assert (reply.data["soft_deleted"], reply.body["warnings"]) == (True, None)
    again = await server.ok("DELETE", "transit/keys/k/soft-delete")
    assert again.body["warnings"] == ["key was already marked as soft deleted"]
    refused = await server.ask("POST", "transit/keys/k/rotate")
    assert (refused.status, refused.error) == (400, "refusing to use soft-deleted key")
    await server.ok("POST", "transit/keys/k/config", {"auto_rotate_period": 2 * DAY_S})
    assert await after(server, 10 * DAY_S) == 1
    restored = await server.ok("POST", "transit/keys/k/soft-delete-restore", {})
    assert (restored.data["soft_deleted"], restored.body["warnings"]) == (False, None)
    again = await server.ok("POST", "transit/keys/k/soft-delete-restore", {})
    assert again.body["warnings"] == ["key was already restored"]
    assert await after(server, 0) == 2


async def test_a_rotation_survives_a_restart_and_a_move_of_the_mount() -> None:
    """It is scheduled in the store, and belongs to the mount wherever that is."""
    server = await served(auto_rotate_period=DAY_S)
    await server.restart()
    await server.ok("POST", "sys/remount", {"from": "transit", "to": "moved"})
    server.clock.advance(DAY_S)
    await server.work()
    assert (await server.ok("GET", "moved/keys/k")).data["latest_version"] == 2


@pytest.mark.parametrize(
    "settings", [{}, {"type": "ed25519"}, {"type": "hmac", "key_size": 64}, {"type": "aes128-cmac"}]
)
async def test_each_version_of_each_type_has_an_hmac_key_of_its_own(settings: dict[str, Any]) -> None:
    """For the type `hmac` it is the key itself, for the others another one of 32 bytes."""
    server = await served(**settings)
    await server.ok("POST", "transit/keys/k/rotate")
    one, two = await versions(server)
    assert len({one.private, two.private}) == len({one.hmac_key, two.hmac_key}) == 2
    for version in (one, two):
        assert (version.hmac_key == version.private) is (settings.get("type") == "hmac")
        assert len(version.hmac_key) == settings.get("key_size", 32)


async def test_an_imported_key_rotates_only_if_that_was_allowed() -> None:
    """By hand and by a period alike."""
    server = await served()
    await change(server, imported=True)
    assert (await server.ok("GET", "transit/keys/k")).data["imported_key_allow_rotation"] is False
    refused = await server.ask("POST", "transit/keys/k/rotate")
    assert refused.status == 400
    assert refused.error == "imported key k does not allow rotation here: allow_rotation was not set"
    refused = await server.ask("POST", "transit/keys/k/config", {"auto_rotate_period": "2h"})
    assert refused.status == 400
    assert "allow_rotation must be set to true if auto-rotation is enabled" in refused.error
    assert await scheduled(server) == []
    assert await latest(server) == 1


async def test_an_imported_key_that_was_rotated_is_imported_no_more() -> None:
    """Its newest version was made here, so nothing can be imported into it from now on."""
    server = await served()
    await change(server, imported=True, allow_imported_rotation=True)
    await server.ok("POST", "transit/keys/k/config", {"auto_rotate_period": "2h"})
    assert await after(server, 7200) == 2
    data = (await server.ok("GET", "transit/keys/k")).data
    assert data["imported_key"] is False
    assert "imported_key_allow_rotation" not in data


async def test_the_time_of_a_key_that_was_replaced_rotates_nothing() -> None:
    """Scheduled work names the key by its id, so it passes over another one of the same name."""
    server = await served(auto_rotate_period=DAY_S)
    await change(server, id="00000000-0000-4000-8000-0000000000aa")
    server.clock.advance(DAY_S)
    await server.work()
    assert (await within(server, record)).latest_version == 1
    assert await scheduled(server) == []


async def test_a_restored_key_that_was_imported_for_good_is_not_rotated() -> None:
    """A period of rotation that the key doesn't allow is kept, and nothing is scheduled that would fail each time."""
    server = await served()
    version = {"key": base64(bytes(32))}
    policy = {"latest_version": 1, "keys": {"1": version}, "Imported": True, "auto_rotate_period": DAY_S * 10**9}
    await server.ok("POST", "transit/restore/old", {"backup": base64(json.dumps({"policy": policy}))})
    assert (await server.ok("GET", "transit/keys/old")).data["auto_rotate_period"] == DAY_S
    assert await scheduled(server) == []
