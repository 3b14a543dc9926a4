"""A mount of radius in this process."""

from __future__ import annotations

from typing import Any

from strongroom.auth.radius import Radius
from strongroom.sdk import Auth, Operation
from tests.flow.harness import Mounted
from tests.sim.radius.scripted import SECRET

READ, WRITE, LIST, DELETE = Operation.READ, Operation.UPDATE, Operation.LIST, Operation.DELETE
PASSWORD = "canary-password"


async def configured(port: int = 1812, method: Radius | None = None, **settings: Any) -> Mounted:
    """A mount that asks the loopback's port.

    Args:
        method: shared with other mounts, as in a process.
    """
    mount = await Mounted.new(method or Radius())
    config = {"host": "127.0.0.1", "port": port, "secret": SECRET.decode(), "read_timeout": 1, **settings}
    await mount.ask(WRITE, "config", config)
    return mount


async def log_in(mount: Mounted, name: str = "ann", password: str = PASSWORD, address: str = "10.0.0.1") -> Auth:
    """The login that the method answers with."""
    response = await mount.ask(WRITE, f"login/{name}", {"password": password}, address=address)
    assert response is not None
    assert response.auth is not None
    return response.auth
