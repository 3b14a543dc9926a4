"""A mount of the auth method over a directory."""

from __future__ import annotations

from typing import Any

from strongroom.auth.ldap import Ldap
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.ldap import Directories
from strongroom.sdk import Auth, Operation
from tests.flow.harness import Mounted
from tests.sim.slapd import GROUPS, PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd

WRITE = Operation.UPDATE
SEARCHING = {"binddn": SERVICE, "bindpass": SERVICE_PASSWORD}


async def mounted(directory: Slapd, directories: Directories | None = None, **settings: Any) -> Mounted:
    """A mount that knows users by `uid`, or binds them by `cn` where nobody searches."""
    mount = await Mounted.new(Ldap(directories))
    searches = settings.get("binddn") or settings.get("discoverdn")
    given = {"url": directory.url, "userdn": PEOPLE, "groupdn": GROUPS, "userattr": "uid" if searches else "cn"}
    await mount.ask(WRITE, "config", {**given, **settings})
    return mount


async def log_in(mount: Mounted, user: str, password: str, address: str = "10.0.0.1") -> Auth:
    """The login that the method answers with."""
    response = await mount.ask(WRITE, f"login/{user}", {"password": password}, address=address)
    assert response is not None
    assert response.auth is not None
    return response.auth


async def counted_as(mount: Mounted, user: str) -> str:
    """The name that failures of this login count under."""

    async def body(txn: Transaction) -> str:
        assert isinstance(mount.engine, Ldap)
        path, data = f"login/{user}", {"password": "x"}
        request = mount.request(txn, WRITE, path, data, "")
        return await mount.engine.login_name(request, mount.engine.routes.find(WRITE, path))

    return await transact(mount.barrier, body)
