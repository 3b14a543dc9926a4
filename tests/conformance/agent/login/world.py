"""A server with an auth method of each kind that an agent can log in by, and agents that do so."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hvac

from strongroom.agent.arguments import AgentArguments
from strongroom.agent.loading import load
from strongroom.agent.run import Agent
from strongroom.server.supervisor.service_manager import ServiceManager
from tests.conformance.program import PEER, environment
from tests.conformance.servers import Server
from tests.sim.issuer import Issuer
from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import REVIEWER
from tests.sim.pki import Authority
from tests.sim.tls_server import serving

WRAPPING_PATH = "auth/approle/role/shop/secret-id"
TTL = {"token_ttl": "1h", "token_max_ttl": "24h", "token_policies": ["default"]}


@dataclass(frozen=True)
class World:
    """One server, with everything in place.

    Attributes:
        root: a client with all rights.
        files: what agents are given, each by its name: `role`, `pod`, `client.pem`, `client.key`.
    """

    server: Server
    root: hvac.Client
    files: Path
    issuer: Issuer

    def secret_id(self, *, wrapped: bool = False) -> str:
        """A new secret id, or what it is wrapped in."""
        answer = self.root.write_data(WRAPPING_PATH, data={}, wrap_ttl="5m" if wrapped else None)
        return str(answer["wrap_info"]["token"] if wrapped else answer["data"]["secret_id"])

    def signed(self) -> str:
        """A token of the issuer."""
        now = int(time.time())
        return self.issuer.sign({"sub": "web", "aud": "vault", "iat": now, "nbf": now, "exp": now + 600})

    def about(self, token: str) -> dict[str, Any]:
        """What the server knows of a token."""
        client = hvac.Client(url=self.server.url, token=token, verify=str(self.server.tls))
        found: dict[str, Any] = client.auth.token.lookup_self()["data"]
        return found

    def config(self, directory: Path, auto_auth: str, more: str = "") -> Path:
        """A configuration that ends after its first login; `@` is the directory, and `%` that of the files."""
        text = (
            f'exit_after_auth = true\nvault {{ address = "{self.server.url}"\n ca_cert = "{self.server.tls}" }}\n'
            f"auto_auth {{ {auto_auth} }}\n{more}"
        )
        path = directory / "agent.hcl"
        path.write_text(text.replace("@", str(directory)).replace("%", str(self.files)))
        return path


def run_ours(config: Path) -> None:
    """Run this project's agent until it ends by itself."""
    arguments = AgentArguments(config=(str(config),))
    agent = Agent(arguments, load(arguments, {}), ServiceManager({}))

    async def run() -> None:
        async with asyncio.timeout(60):
            await agent.run(asyncio.Event())

    asyncio.run(run())


def run_theirs(config: Path) -> None:
    """Run the peer's agent until it ends by itself."""
    command = [PEER, "agent", "-config", config]
    done = subprocess.run(
        command, env=environment(config.parent), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextlib.contextmanager
def world(directory: Path, server: Server) -> Iterator[World]:
    """Everything in place."""
    root = hvac.Client(url=server.url, token=server.token, verify=str(server.tls))
    cluster, issuer = Cluster(), Issuer("k1")
    for name in ("approle", "userpass", "jwt", "kubernetes", "cert"):
        root.sys.enable_auth_method(name)
    root.write_data("auth/approle/role/shop", data=TTL)
    root.write_data("auth/userpass/users/eva", data={"password": "password-of-eva", **TTL})
    (directory / "role").write_text(root.read("auth/approle/role/shop/role-id")["data"]["role_id"])
    root.write_data("auth/jwt/config", data={"jwt_validation_pubkeys": [issuer.certificate_pem]})
    bound = {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault"]}
    root.write_data("auth/jwt/role/web", data={**bound, **TTL})
    (directory / "ca.pem").write_bytes((server.tls or directory).read_bytes())
    (directory / "pod").write_text(cluster.token(cluster.add("web", "front")))
    authority = Authority.root(time.time(), "Root")
    authority.issue("plain").files(directory, "client")
    root.write_data("auth/cert/certs/web", data={"certificate": authority.pem, **TTL})
    with serving(directory, cluster) as api:
        config = {
            "kubernetes_host": f"https://{api.host}",
            "kubernetes_ca_cert": api.certificate.read_text(),
            "token_reviewer_jwt": REVIEWER,
            "disable_local_ca_jwt": True,
        }
        root.write_data("auth/kubernetes/config", data=config)
        accounts = {"bound_service_account_names": ["front"], "bound_service_account_namespaces": ["web"]}
        root.write_data("auth/kubernetes/role/web", data={**accounts, **TTL})
        yield World(server, root, directory, issuer)
