"""Tokens of a real API server: made, used, revoked, and nothing left behind."""

from __future__ import annotations

import contextlib
import urllib.error
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from strongroom.crypto import public_keys
from strongroom.engines.kubernetes import KubernetesSecrets
from strongroom.testing import PluginServer
from tests.sim.kubernetes.real import RealCluster, programs, running

RBAC = "/apis/rbac.authorization.k8s.io/v1"
READ_PODS = '{"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]}'
READ_PODS_YAML = 'rules:\n- apiGroups: [""]\n  resources: ["pods"]\n  verbs: ["list"]\n'
RIGHTS = [
    {
        "apiGroups": [""],
        "resources": ["serviceaccounts", "serviceaccounts/token"],
        "verbs": ["create", "delete"],
    },
    {
        "apiGroups": ["rbac.authorization.k8s.io"],
        "resources": ["rolebindings", "clusterrolebindings"],
        "verbs": ["create", "delete"],
    },
    {
        "apiGroups": ["rbac.authorization.k8s.io"],
        "resources": ["roles", "clusterroles"],
        "verbs": ["bind", "escalate", "create", "delete"],
    },
    {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]},
]
"""What the documentation tells to grant, and no more."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    etcd, server = programs()
    if etcd is None:
        pytest.skip("etcd is not installed (Debian: etcd-server)")
    if server is None:
        pytest.skip("kube-apiserver is not built (tests/sim/kubernetes/build_api_server.sh)")
    with running(tmp_path_factory.mktemp("cluster"), etcd, server) as cluster:
        cluster.namespace("web", stage="prod")
        cluster.namespace("lab", stage="test")
        cluster.account("web", "front")
        cluster.account("default", "strongroom")
        cluster.ask("POST", f"{RBAC}/clusterroles", {"metadata": {"name": "strongroom"}, "rules": RIGHTS})
        cluster.bind("strongroom", "strongroom", "default", "strongroom")
        role = {"metadata": {"name": "pods"}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]}
        cluster.ask("POST", f"{RBAC}/namespaces/web/roles", role)
        cluster.ask("POST", f"{RBAC}/clusterroles", role)
        yield cluster


def left(cluster: RealCluster) -> set[str]:
    """What there is that an engine may have made."""
    found = set()
    for path in (
        "/api/v1/namespaces/web/serviceaccounts",
        "/api/v1/namespaces/lab/serviceaccounts",
        f"{RBAC}/roles",
        f"{RBAC}/rolebindings",
        f"{RBAC}/clusterroles",
        f"{RBAC}/clusterrolebindings",
    ):
        for item in cluster.ask("GET", path)["items"]:
            if item["metadata"].get("labels", {}).get("app.kubernetes.io/managed-by") == "strongroom":
                found.add(f"{path} {item['metadata']['name']}")
    return found


@contextlib.asynccontextmanager
async def mounted(cluster: RealCluster, **role: Any) -> AsyncIterator[PluginServer]:
    """A server with the role `app`; at the end there is nothing in the cluster that it has made."""
    server = await PluginServer.start(KubernetesSecrets)
    config = {
        "kubernetes_host": cluster.host,
        "kubernetes_ca_cert": cluster.ca_pem,
        "service_account_jwt": cluster.token("default", "strongroom"),
        "disable_local_ca_jwt": True,
    }
    made = await server.ok("POST", "kubernetes/config", config)
    assert "service_account_jwt expires" in made.body["warnings"][0]
    await server.ok("GET", "kubernetes/check")
    given = {"allowed_kubernetes_namespaces": ["web"], "token_default_ttl": "1h", **role}
    await server.ok("POST", "kubernetes/roles/app", given)
    yield server
    for _ in range(3):
        server.clock.advance(600)
        await server.work()
    assert left(cluster) == set()


async def revoke(server: PluginServer, lease_id: str) -> None:
    """End a lease now."""
    await server.ok("POST", "sys/leases/revoke", {"lease_id": lease_id, "sync": True})


def lists_pods(cluster: RealCluster, token: str, namespace: str = "web") -> int:
    """The status of the attempt."""
    try:
        cluster.ask("GET", f"/api/v1/namespaces/{namespace}/pods", token=token)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


async def test_token_of_an_account_that_exists(cluster: RealCluster) -> None:
    """For the audiences and the time that were asked for, or that the role says; it can't be renewed."""
    async with mounted(cluster, service_account_name="front", token_default_audiences=["a", "b"]) as server:
        made = await server.ok("POST", "kubernetes/creds/app", {"kubernetes_namespace": "web", "ttl": "20m"})
        assert (made.body["lease_duration"], made.body["renewable"], made.body["warnings"]) == (1200, False, None)
        assert made.data["service_account_name"] == "front"
        assert made.data["service_account_namespace"] == "web"
        claims = public_keys.parse(made.data["service_account_token"]).unproved_claims()
        assert (claims["aud"], claims["exp"] - claims["iat"]) == (["a", "b"], 1200)
        assert (await server.ask("POST", "sys/leases/renew", {"lease_id": made.lease_id})).status == 400
        await revoke(server, made.lease_id)
        other = await server.ok("POST", "kubernetes/creds/app", {"audiences": "c"})
        claims = public_keys.parse(other.data["service_account_token"]).unproved_claims()
        assert (claims["aud"], claims["exp"] - claims["iat"]) == (["c"], 3600)
        await revoke(server, other.lease_id)


@pytest.mark.parametrize(
    ("role", "wide", "kinds"),
    [
        ({"kubernetes_role_name": "pods"}, False, ["rolebindings", "serviceaccounts"]),
        (
            {"kubernetes_role_name": "pods", "kubernetes_role_type": "ClusterRole"},
            True,
            ["clusterrolebindings", "serviceaccounts"],
        ),
        ({"generated_role_rules": READ_PODS}, False, ["rolebindings", "roles", "serviceaccounts"]),
        (
            {"generated_role_rules": READ_PODS_YAML, "kubernetes_role_type": "clusterrole"},
            True,
            ["clusterrolebindings", "clusterroles", "serviceaccounts"],
        ),
        (
            {"generated_role_rules": READ_PODS_YAML, "kubernetes_role_type": "ClusterRole"},
            False,
            ["clusterroles", "rolebindings", "serviceaccounts"],
        ),
    ],
)
async def test_account_with_a_role(cluster: RealCluster, role: dict[str, Any], wide: bool, kinds: list[str]) -> None:
    """It may do what the role says, where it is bound, until it is revoked; one object owns the others."""
    extra = {"extra_labels": {"team": "blue"}, "extra_annotations": {"example.com/why": "a test"}}
    async with mounted(cluster, **role, **extra) as server:
        wanted = {"kubernetes_namespace": "web", "ttl": "20m", "cluster_role_binding": wide}
        made = await server.ok("POST", "kubernetes/creds/app", wanted)
        token, name = made.data["service_account_token"], made.data["service_account_name"]
        assert name.startswith("v-token-app-")
        assert lists_pods(cluster, token) == 200
        assert lists_pods(cluster, token, "lab") == (200 if wide else 403)
        found = left(cluster)
        assert sorted(each.partition(" ")[0].rpartition("/")[2] for each in found) == kinds
        assert {each.partition(" ")[2] for each in found} == {name}
        account = cluster.ask("GET", f"/api/v1/namespaces/web/serviceaccounts/{name}")["metadata"]
        assert account["labels"]["team"] == "blue"
        assert account["annotations"] == {"example.com/why": "a test"}
        [owner] = account["ownerReferences"]
        first = next((kind for kind in kinds if kind.endswith("roles")), kinds[0])
        assert owner["kind"].lower() == first.removesuffix("s")
        await revoke(server, made.lease_id)
        assert lists_pods(cluster, token) in {401, 403}  # the API server knows a token for some seconds more
        assert left(cluster) == set()


async def test_what_is_made_ends_with_its_lease(cluster: RealCluster) -> None:
    """By itself, and after the role is gone and the cluster has another address."""
    async with mounted(cluster, generated_role_rules=READ_PODS) as server:
        await server.ok("POST", "kubernetes/creds/app", {"ttl": "20m"})
        other = await server.ok("POST", "kubernetes/creds/app", {"ttl": "20m"})
        await server.ok("DELETE", "kubernetes/roles/app")
        await server.ok("POST", "kubernetes/config", {"kubernetes_host": cluster.host.removeprefix("https://")})
        await revoke(server, other.lease_id)
        await server.ok("DELETE", "kubernetes/config")
        assert len(left(cluster)) == 3
        server.clock.advance(1200)
        await server.work()
        assert left(cluster) == set()


async def test_namespaces_by_label(cluster: RealCluster) -> None:
    """Those that the selector matches, beside those that are listed; others look like those that don't exist."""
    selector = '{"matchExpressions": [{"key": "stage", "operator": "In", "values": ["test"]}]}'
    async with mounted(
        cluster, generated_role_rules=READ_PODS, allowed_kubernetes_namespace_selector=selector
    ) as server:
        for namespace in ("web", "lab"):
            wanted = {"kubernetes_namespace": namespace, "ttl": "10m"}
            await revoke(server, (await server.ok("POST", "kubernetes/creds/app", wanted)).lease_id)
        for namespace in ("default", "nowhere", "Web", "../web"):
            answer = await server.ask("POST", "kubernetes/creds/app", {"kubernetes_namespace": namespace})
            assert answer.status == 400
            assert f"kubernetes_namespace '{namespace}' is not present" in answer.error


async def test_a_failure_in_the_middle_leaves_nothing(cluster: RealCluster) -> None:
    """When the service account may not be made, the role and the binding go at once."""
    async with mounted(cluster, generated_role_rules=READ_PODS) as server:
        less = {"metadata": {"name": "strongroom"}, "rules": RIGHTS[1:]}
        cluster.ask("PUT", f"{RBAC}/clusterroles/strongroom", less)
        try:
            answer = await server.ask("POST", "kubernetes/creds/app", {"ttl": "20m"})
            assert answer.status == 502
            assert "Kubernetes refused the ServiceAccount web/v-token-app-" in answer.error
            assert 'cannot create resource "serviceaccounts"' in answer.error
            assert left(cluster) == set()
        finally:
            cluster.ask("PUT", f"{RBAC}/clusterroles/strongroom", {**less, "rules": RIGHTS})


async def test_the_least_life_is_the_clusters(cluster: RealCluster) -> None:
    """Less than ten minutes is refused before anything is made."""
    async with mounted(cluster, generated_role_rules=READ_PODS) as server:
        answer = await server.ask("POST", "kubernetes/creds/app", {"ttl": "599s"})
        assert (answer.status, "less than 10 minutes" in answer.error) == (400, True)
        made = await server.ok("POST", "kubernetes/creds/app", {"ttl": "600s"})
        await revoke(server, made.lease_id)


async def test_a_wrong_token_is_told(cluster: RealCluster) -> None:
    """Of the mount's own service account, by the check and when something is wanted."""
    async with mounted(cluster, service_account_name="front") as server:
        await server.ok("POST", "kubernetes/config", {"kubernetes_host": cluster.host, "service_account_jwt": "wrong"})
        for verb, path in (("GET", "kubernetes/check"), ("POST", "kubernetes/creds/app")):
            answer = await server.ask(verb, path)
            assert answer.status == 502
            assert answer.error == "Kubernetes refused the token of this mount's service account"


async def test_names_that_repeat_are_made_unique(cluster: RealCluster) -> None:
    """A template without random characters would have the end of one lease delete what another has made."""
    async with mounted(cluster, generated_role_rules=READ_PODS, name_template="{{.RoleName}}") as server:
        made = [await server.ok("POST", "kubernetes/creds/app", {"ttl": "20m"}) for _ in range(2)]
        first, second = (each.data["service_account_name"] for each in made)
        assert first != second
        assert first.startswith("app-")
        await revoke(server, made[0].lease_id)
        assert lists_pods(cluster, made[1].data["service_account_token"]) == 200
        await revoke(server, made[1].lease_id)
