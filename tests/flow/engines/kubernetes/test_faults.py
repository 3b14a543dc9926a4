"""What becomes of tokens and objects when the cluster or this server fails in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strongroom.engines.kubernetes import KubernetesSecrets
from strongroom.engines.kubernetes.cluster import Cluster as Asked
from strongroom.lib.outgoing import Http
from strongroom.testing import PluginServer
from tests.flow.node import TestNode
from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import REVIEWER
from tests.sim.lossy_http import Killed, LossyHttp
from tests.sim.tls_server import Reply, TlsServer, serving

RULES = '{"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]}'


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    cluster.add("web", "front", stage="prod")
    yield cluster
    assert cluster.objects.wrong == []


@pytest.fixture
def api(cluster: Cluster, tmp_path: Path) -> Iterator[TlsServer]:
    with serving(tmp_path, cluster) as server:
        yield server


async def mounted(api: TlsServer, http: Http | None = None, **role: Any) -> PluginServer:
    """A server whose role `app` makes a role, a binding and an account."""
    server = await PluginServer.start(lambda: KubernetesSecrets(Asked(http=http)))
    config = {
        "kubernetes_host": f"https://{api.host}",
        "kubernetes_ca_cert": api.certificate.read_text(),
        "service_account_jwt": REVIEWER,
    }
    await server.ok("POST", "kubernetes/config", config)
    given = {"allowed_kubernetes_namespaces": "web", "token_default_ttl": "1h", "generated_role_rules": RULES}
    await server.ok("POST", "kubernetes/roles/app", {**given, **role})
    return server


async def later(server: PluginServer, rounds: int = 8) -> None:
    """What is due is done, with the pauses between attempts."""
    for _ in range(rounds):
        server.clock.advance(3600)
        await server.work()


@pytest.mark.parametrize(
    "step", ["POST roles", "POST rolebindings", "POST serviceaccounts", "POST serviceaccounts/token"]
)
async def test_a_refusal_at_each_step_leaves_nothing(cluster: Cluster, api: TlsServer, step: str) -> None:
    """What was made before it is deleted before the error is answered."""
    server = await mounted(api)
    cluster.objects.forbidden = {step}
    answer = await server.ask("POST", "kubernetes/creds/app")
    assert answer.status == 502
    assert cluster.objects.names() == set()
    await later(server)
    assert (await server.ask("LIST", "sys/leases/lookup/kubernetes/creds/app")).status == 404


@pytest.mark.parametrize("step", range(4))
async def test_an_answer_that_is_lost_is_made_good(cluster: Cluster, api: TlsServer, step: int) -> None:
    """The object is there, and this server doesn't know: it is deleted later, by the plan."""
    http = LossyHttp()
    server = await mounted(api, http)
    http.loses = step
    assert (await server.ask("POST", "kubernetes/creds/app")).status == 502
    assert len(cluster.objects.names()) == min(step + 1, 3)
    await later(server)
    assert cluster.objects.names() == set()


@pytest.mark.parametrize("step", range(4))
async def test_a_process_that_dies_leaves_nothing(cluster: Cluster, api: TlsServer, step: int) -> None:
    """Wherever it dies: another process over the same store undoes what the plan says."""
    http = LossyHttp()
    server = await mounted(api, http)
    http.loses, http.kills = step, True
    with pytest.raises(Killed):
        await server.ask("POST", "kubernetes/creds/app")
    assert len(cluster.objects.names()) == min(step + 1, 3)
    await server.restart()
    await later(server)
    assert cluster.objects.names() == set()


async def test_a_cluster_that_is_away_delays_the_end_of_a_lease(cluster: Cluster, api: TlsServer) -> None:
    """The objects are deleted when it is back; until then requests fail at once, and nothing new is made."""
    server = await mounted(api)
    made = await server.ok("POST", "kubernetes/creds/app")
    cluster.override = Reply(b"", 503)
    assert (await server.ask("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})).status == 502
    assert (await server.ask("POST", "kubernetes/creds/app")).status == 502
    server.clock.advance(3600)
    await server.work()
    assert len(cluster.objects.names()) == 3
    cluster.override = None
    await later(server)
    assert cluster.objects.names() == set()


async def test_one_object_that_stays_does_not_keep_the_others(cluster: Cluster, api: TlsServer) -> None:
    """The lease stays until all are gone."""
    server = await mounted(api)
    cluster.objects.collects = False
    made = await server.ok("POST", "kubernetes/creds/app")
    cluster.objects.forbidden = {"DELETE roles"}
    refused = await server.ask("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})
    assert (refused.status, "to delete the Role web/" in refused.error) == (502, True)
    assert {name.partition("/")[0] for name in cluster.objects.names()} == {"roles"}
    cluster.objects.forbidden = set()
    await server.ok("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})
    assert cluster.objects.names() == set()


async def test_what_is_gone_already_is_no_error(cluster: Cluster, api: TlsServer) -> None:
    """Somebody has deleted the owner, and the garbage collector the rest."""
    server = await mounted(api)
    made = await server.ok("POST", "kubernetes/creds/app")
    cluster.objects.found.clear()
    await server.ok("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})


async def test_a_lease_ends_with_the_token(cluster: Cluster, api: TlsServer) -> None:
    """The cluster gives it a shorter life than was asked for."""
    cluster.longest_s = 900
    server = await mounted(api)
    cluster.now = server.clock.now
    made = await server.ok("POST", "kubernetes/creds/app", {"ttl": "20m"})
    assert made.body["lease_duration"] == 900
    assert made.body["warnings"] == [
        "the created Kubernetes service account token TTL 15m0s is less than the lease TTL 20m0s; capping the lease "
        "TTL accordingly"
    ]


async def test_the_token_is_in_no_error(cluster: Cluster, api: TlsServer) -> None:
    """Although the API server may repeat what it was sent."""
    server = await mounted(api)
    cluster.override = Reply(f'{{"message": "no {REVIEWER} here"}}'.encode(), 400)
    answer = await server.ask("POST", "kubernetes/creds/app")
    assert REVIEWER not in answer.error
    assert "no [hidden] here" in answer.error


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"metadata": 1}', b'{"status": {}}', b'{"status": {"token": 1}}', b"\xff"]
)
async def test_answers_that_are_none(cluster: Cluster, api: TlsServer, content: bytes) -> None:
    """An error, and no exception."""
    server = await mounted(api)
    cluster.override = Reply(content, 201)
    assert (await server.ask("POST", "kubernetes/creds/app")).status == 502


async def test_a_mount_is_removed_with_what_it_has_made(cluster: Cluster, api: TlsServer) -> None:
    """Also after its configuration is gone."""
    server = await mounted(api)
    await server.ok("POST", "kubernetes/creds/app")
    await server.ok("DELETE", "kubernetes/config")
    await server.ok("DELETE", "sys/mounts/kubernetes")
    await later(server)
    assert cluster.objects.names() == set()


async def test_what_is_made_ends_with_the_token_that_asked_for_it(cluster: Cluster, api: TlsServer) -> None:
    """As every lease does."""
    server = await mounted(api)
    token = await server.token('path "kubernetes/creds/app" { capabilities = ["update"] }')
    await server.ok("POST", "kubernetes/creds/app", token=token)
    await server.ok("POST", "auth/token/revoke", {"token": token})
    await later(server, 2)
    assert cluster.objects.names() == set()


async def test_clusters_of_before_are_kept_for_what_they_have(cluster: Cluster, api: TlsServer, tmp_path: Path) -> None:
    """The mount goes on with another cluster, and what was made in the first one is deleted there."""
    server = await mounted(api)
    made = await server.ok("POST", "kubernetes/creds/app")
    other, folder = Cluster(), tmp_path / "other"
    other.add("web", "front")
    folder.mkdir()
    with serving(folder, other) as second:
        config = {"kubernetes_host": f"https://{second.host}", "kubernetes_ca_cert": second.certificate.read_text()}
        await server.ok("POST", "kubernetes/config", {**config, "service_account_jwt": REVIEWER})
        await server.ok("POST", "kubernetes/creds/app")
        assert len(other.objects.names()) == len(cluster.objects.names()) == 3
        await server.ok("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})
        assert (len(other.objects.names()), cluster.objects.names()) == (3, set())
        await later(server)
        assert other.objects.names() == set()


async def test_the_audit_log_has_no_token(cluster: Cluster, api: TlsServer) -> None:
    """Neither of the mount's own account nor of a new one."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/mounts/kubernetes", {"type": "kubernetes"})
    config = {"kubernetes_host": f"https://{api.host}", "kubernetes_ca_cert": api.certificate.read_text()}
    await node.ok("POST", "kubernetes/config", {**config, "service_account_jwt": REVIEWER})
    role = {"allowed_kubernetes_namespaces": "web", "service_account_name": "front", "token_default_ttl": "1h"}
    await node.ok("POST", "kubernetes/roles/app", role)
    made = await node.ok("POST", "kubernetes/creds/app")
    logged = b"".join(node.recorder.lines).decode()
    assert "kubernetes/creds/app" in logged
    assert REVIEWER not in logged
    assert made.data["service_account_token"] not in logged
