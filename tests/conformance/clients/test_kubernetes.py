"""`hvac.auth.kubernetes` and `bao login -method=kubernetes`, against a dev server of ours and the reference server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.clients.test_hvac import fresh
from tests.conformance.program import PEER, environment
from tests.conformance.servers import Server
from tests.sim.kubernetes import Account, Cluster
from tests.sim.kubernetes.stand_in import REVIEWER
from tests.sim.tls_server import TlsServer, serving

CLUSTER = Cluster()
FRONT = CLUSTER.add("web", "front")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    with serving(tmp_path_factory.mktemp("cluster"), CLUSTER) as server:
        yield server


@pytest.fixture
def mount(client: hvac.Client, api: TlsServer) -> str:
    """A mount that is configured for the cluster, with the role `app`."""
    path = fresh("k8s")
    client.sys.enable_auth_method("kubernetes", path=path)
    text = api.certificate.read_text()
    client.auth.kubernetes.configure(
        kubernetes_host=f"https://{api.host}",
        kubernetes_ca_cert=text[text.index("-----BEGIN CERTIFICATE") :],
        token_reviewer_jwt=REVIEWER,
        mount_point=path,
    )
    client.auth.kubernetes.create_role(
        "app", ["front"], ["web"], ttl="10m", policies=["one"], token_type="service", mount_point=path
    )
    return path


def test_configuration_and_roles(client: hvac.Client, mount: str, api: TlsServer) -> None:
    """Written, read, listed and deleted."""
    kubernetes = client.auth.kubernetes
    assert kubernetes.read_config(mount_point=mount)["kubernetes_host"] == f"https://{api.host}"
    role = kubernetes.read_role("app", mount_point=mount)
    assert (role["bound_service_account_names"], role["token_policies"], role["token_ttl"]) == (["front"], ["one"], 600)
    assert kubernetes.list_roles(mount_point=mount)["keys"] == ["app"]
    kubernetes.delete_role("app", mount_point=mount)
    with pytest.raises(exceptions.InvalidPath):
        kubernetes.read_role("app", mount_point=mount)


def test_login(client: hvac.Client, mount: str) -> None:
    """With the account's token, and not with another's."""
    auth = client.auth.kubernetes.login("app", CLUSTER.token(FRONT), use_token=False, mount_point=mount)["auth"]
    assert (auth["policies"], auth["metadata"]["service_account_uid"]) == (["default", "one"], FRONT.uid)
    other = CLUSTER.token(Account("web", "other"))
    with pytest.raises(exceptions.Forbidden):
        client.auth.kubernetes.login("app", other, use_token=False, mount_point=mount)


def test_the_command(server: Server, mount: str, tmp_path: Path) -> None:
    """`login` sends role and token, and prints whose token it got."""
    token = tmp_path / "token"
    token.write_text(CLUSTER.token(FRONT))
    command = [PEER, "login", "-method=kubernetes", f"-path={mount}", "-no-store", "-format=json", "role=app"]
    extra = {"VAULT_ADDR": server.url, "BAO_ADDR": server.url}
    done = subprocess.run(
        [*map(str, command), f"jwt=@{token}"],
        env=environment(tmp_path, extra),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if server.name == "peer" and "Unknown auth method" in done.stderr:
        pytest.skip("the reference server's command doesn't know the method")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["auth"]["metadata"]["service_account_name"] == "front"
