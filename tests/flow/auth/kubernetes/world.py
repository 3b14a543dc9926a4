"""A cluster beside a mount that is configured for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from strongroom.auth.kubernetes import Kubernetes
from strongroom.lib.errors import StrongroomError
from strongroom.sdk import Auth, Operation
from tests.flow.harness import Mounted
from tests.sim.kubernetes import Account, Cluster
from tests.sim.kubernetes.stand_in import REVIEWER
from tests.sim.tls_server import TlsServer

READ, WRITE = Operation.READ, Operation.UPDATE


@dataclass
class World:
    """A cluster with the account web/front, and a mount that is configured for it."""

    cluster: Cluster
    server: TlsServer
    mount: Mounted
    front: Account

    @classmethod
    async def new(cls, cluster: Cluster, server: TlsServer, **role: Any) -> World:
        """The cluster's mount, with a role `app` for the account."""
        world = cls(cluster, server, await Mounted.new(Kubernetes()), cluster.add("web", "front", stage="prod"))
        cluster.now = world.mount.clock.now
        await world.configure()
        await world.role(**role)
        return world

    async def configure(self, **settings: Any) -> Any:
        """Write the configuration."""
        given = {
            "kubernetes_host": f"https://{self.server.host}",
            "kubernetes_ca_cert": self.server.certificate.read_text(),
            "token_reviewer_jwt": REVIEWER,
            **settings,
        }
        return await self.mount.ask(WRITE, "config", given)

    async def role(self, **settings: Any) -> None:
        """Write the role `app`."""
        given = {"bound_service_account_names": "front", "bound_service_account_namespaces": "web", **settings}
        await self.mount.ask(WRITE, "role/app", given)

    async def log_in(self, token: str | None = None, role: str = "app", address: str = "") -> Auth:
        """Log in by the role `app`."""
        token = self.cluster.token(self.front) if token is None else token
        response = await self.mount.ask(WRITE, "login", {"role": role, "jwt": token}, address=address)
        assert response is not None
        assert response.auth is not None
        return response.auth

    async def refused(self, token: str | None = None, **settings: Any) -> StrongroomError:
        """The error of a login that must not succeed."""
        with pytest.raises(StrongroomError) as refused:
            await self.log_in(token, **settings)
        return refused.value
