"""What becomes of a lease while the database is asked to renew its user."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.database import Database
from strongroom.testing import PluginServer
from tests.flow.engines.database.standing_in import NAME, Place, engine_over

CONFIG: dict[str, Any] = {"plugin_name": NAME, "allowed_roles": "*", "username": "root", "password": "first"}


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("sys/leases/revoke", 0),
        ("sys/leases/revoke", 1),
        ("sys/leases/revoke-prefix/database/creds", 1),
        ("", 3600),
    ],
)
async def test_a_lease_that_ends_while_it_is_renewed(path: str, seconds: int) -> None:
    """The renewal began before, by an earlier time, and doesn't bring it back."""
    place = Place()
    server = await PluginServer.start(lambda: engine_over(place))
    place.clock = server.clock.monotonic
    await server.ok("POST", "database/config/db", CONFIG)
    await server.ok("POST", "database/roles/r", {"db_name": "db", "default_ttl": "1h"})
    lease = (await server.ok("GET", "database/creds/r")).lease_id

    async def end() -> None:
        server.clock.advance(seconds)
        if path:
            await server.ok("POST", path, {"lease_id": lease})

    place.meanwhile["renew"] = end
    renewed = await server.ask("POST", "sys/leases/renew", {"lease_id": lease})
    assert (renewed.status, renewed.error) == (400, "lease expired")
    await server.work()
    assert place.users == {}
    engine = server.engines["database"]
    assert isinstance(engine, Database)
    await engine.sessions.close()


async def test_a_lease_whose_revocation_failed_is_not_renewed_by_a_clock_that_is_behind() -> None:
    """The user may have gone already, although nobody knows it."""
    place = Place()
    server = await PluginServer.start(lambda: engine_over(place))
    place.clock = server.clock.monotonic
    await server.ok("POST", "database/config/db", CONFIG)
    await server.ok("POST", "database/roles/r", {"db_name": "db", "default_ttl": "1h"})
    lease = (await server.ok("GET", "database/creds/r")).lease_id
    server.clock.advance(3600)
    place.down = True
    await server.work()
    server.clock.advance(-60)
    place.down = False
    renewed = await server.ask("POST", "sys/leases/renew", {"lease_id": lease})
    assert (renewed.status, renewed.error) == (400, "lease expired")
    shown = (await server.ok("POST", "sys/leases/search", {"state": "revoking"})).data
    assert shown["keys"] == [lease]
    engine = server.engines["database"]
    assert isinstance(engine, Database)
    await engine.sessions.close()
