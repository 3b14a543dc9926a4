"""Keys are deleted, and what they have encrypted with them."""

from __future__ import annotations

from strongroom.engines.transit import Transit
from strongroom.engines.transit.lifecycle.clearing import AT_ONCE
from strongroom.testing.server import PluginServer
from tests.flow.engines.transit.mounts import base64
from tests.flow.engines.transit.stored import grow, scheduled, versions_left

DAY_S = 86_400
MANY = 3000


async def served(**settings: object) -> PluginServer:
    """A server with a key `k` that may be deleted."""
    server = await PluginServer.start(Transit)
    await server.ok("POST", "transit/keys/k", settings)
    await server.ok("POST", "transit/keys/k/config", {"deletion_allowed": True})
    return server


async def test_a_key_is_deleted_only_if_that_is_allowed() -> None:
    """`deletion_allowed` may be turned on and off; a soft-deleted key can be deleted, too."""
    server = await served()
    await server.ok("POST", "transit/keys/k/config", {"deletion_allowed": False})
    refused = await server.ask("DELETE", "transit/keys/k")
    assert refused.status == 400
    assert refused.error.startswith(
        "error deleting policy k: deletion is not allowed for this key; deletion_allowed=true"
    )
    await server.ok("POST", "transit/keys/k/config", {"deletion_allowed": True})
    await server.ok("DELETE", "transit/keys/k/soft-delete")
    assert (await server.ok("DELETE", "transit/keys/k")).status == 204
    assert (await server.ask("GET", "transit/keys/k")).status == 404
    assert await versions_left(server) == 0
    again = await server.ask("DELETE", "transit/keys/k")
    assert (again.status, again.error) == (400, "error deleting policy k: could not delete key; not found")


async def test_a_key_of_the_same_name_opens_nothing_of_the_deleted_one() -> None:
    """Nor does it while the old versions still wait to be removed."""
    server = await served()
    await grow(server, 2 * AT_ONCE)
    old = (await server.ok("POST", "transit/encrypt/k", {"plaintext": base64("old")})).data["ciphertext"]
    await server.ok("DELETE", "transit/keys/k")
    assert (await server.ask("POST", "transit/decrypt/k", {"ciphertext": old})).status == 400
    made = await server.ok("POST", "transit/keys/k", {})
    assert made.data["latest_version"] == 1
    for number in ("1", str(2 * AT_ONCE)):
        text = old.replace(f":v{2 * AT_ONCE}:", f":v{number}:")
        assert (await server.ask("POST", "transit/decrypt/k", {"ciphertext": text})).status == 400
    new = (await server.ok("POST", "transit/encrypt/k", {"plaintext": base64("new")})).data["ciphertext"]
    await server.work()
    assert await versions_left(server) == 1
    assert (await server.ok("POST", "transit/decrypt/k", {"ciphertext": new})).data["plaintext"] == base64("new")


async def test_a_key_with_thousands_of_versions_goes_by_small_commits() -> None:
    """The request removes the key and few of its rows; the rest goes by scheduled work, which ends with the last."""
    server = await served()
    await grow(server, MANY)
    await server.ok("DELETE", "transit/keys/k")
    assert await versions_left(server) == MANY - AT_ONCE
    assert (await server.ask("GET", "transit/keys/k")).status == 404
    await server.restart()
    assert await server.work() >= (MANY - AT_ONCE) / AT_ONCE
    assert await versions_left(server) == 0
    assert await scheduled(server) == []


async def test_trimming_thousands_of_versions_keeps_the_others() -> None:
    """What is left by the request is removed later, and no version more; a deletion meanwhile removes them all."""
    server = await served()
    await grow(server, 500)
    await server.ok("POST", "transit/keys/k/config", {"min_decryption_version": 400, "min_encryption_version": 400})
    await server.ok("POST", "transit/keys/k/trim", {"min_available_version": 400})
    assert await versions_left(server) == 500 - AT_ONCE
    await server.work()
    assert await versions_left(server) == 101
    await server.ok("POST", "transit/keys/k/config", {"min_decryption_version": 500, "min_encryption_version": 500})
    await server.ok("POST", "transit/keys/k/trim", {"min_available_version": 500})
    await server.ok("DELETE", "transit/keys/k")
    await server.work()
    assert await versions_left(server) == 0
    assert await scheduled(server) == []


async def test_a_key_takes_its_rotation_with_it() -> None:
    """Nothing stays scheduled, and a key of the same name isn't rotated by the old one's time."""
    server = await served(auto_rotate_period=DAY_S)
    assert len(await scheduled(server)) == 1
    await server.ok("DELETE", "transit/keys/k")
    assert await scheduled(server) == []
    server.clock.advance(DAY_S / 2)
    await server.ok("POST", "transit/keys/k", {"auto_rotate_period": DAY_S})
    server.clock.advance(DAY_S / 2)
    await server.work()
    assert (await server.ok("GET", "transit/keys/k")).data["latest_version"] == 1


async def test_turning_rotation_off_leaves_nothing_scheduled() -> None:
    """Nor does soft-deleting."""
    server = await served(auto_rotate_period=DAY_S)
    await server.ok("DELETE", "transit/keys/k/soft-delete")
    assert await scheduled(server) == []
    await server.ok("POST", "transit/keys/k/soft-delete-restore", {})
    assert len(await scheduled(server)) == 1
    await server.ok("POST", "transit/keys/k/config", {"auto_rotate_period": 0})
    assert await scheduled(server) == []
