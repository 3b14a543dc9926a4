"""A real API server reviews the tokens that it has made itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import hvac
import pytest
import requests

from tests.conformance.servers import Server, start_ours, start_peer
from tests.sim.kubernetes.real import ISSUER, RealCluster, programs, running

ANNOTATION = "vault.hashicorp.com/alias-metadata-team"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    etcd, server = programs()
    if etcd is None:
        pytest.skip("etcd is not installed (Debian: etcd-server)")
    if server is None:
        pytest.skip("kube-apiserver is not built (tests/sim/kubernetes/build_api_server.sh)")
    with running(tmp_path_factory.mktemp("cluster"), etcd, server) as cluster:
        cluster.namespace("web", stage="prod")
        cluster.namespace("vault", stage="ops")
        cluster.account("web", "front", **{ANNOTATION: "blue"})
        cluster.account("vault", "reviewer")
        cluster.account("vault", "nobody")
        cluster.bind("review", "system:auth-delegator", "vault", "reviewer")
        body = {
            "metadata": {"name": "ns"},
            "rules": [{"apiGroups": [""], "resources": ["namespaces", "serviceaccounts"], "verbs": ["get"]}],
        }
        cluster.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", body)
        cluster.bind("ns", "ns", "vault", "reviewer")
        yield cluster


@pytest.fixture(scope="module", params=["ours", "peer"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    start = {"ours": start_ours, "peer": start_peer}[request.param]
    with start(tmp_path_factory.mktemp(request.param)) as server:
        yield server


class Mount:
    """A mount of its own for each test, configured for the cluster."""

    def __init__(self, server: Server, cluster: RealCluster, name: str) -> None:
        self.client = hvac.Client(url=server.url, token=server.token)
        self.name = name
        self.cluster = cluster
        self.client.sys.enable_auth_method("kubernetes", path=name)

    def configure(self, **settings: Any) -> None:
        """Write the configuration."""
        given = {
            "kubernetes_host": self.cluster.host,
            "kubernetes_ca_cert": self.cluster.ca_pem,
            "token_reviewer_jwt": self.cluster.token("vault", "reviewer", ISSUER),
            "disable_local_ca_jwt": True,
            **settings,
        }
        self.client.write_data(f"auth/{self.name}/config", data=given)

    def role(self, **settings: Any) -> None:
        """Write the role `app`."""
        given = {"bound_service_account_names": "front", "bound_service_account_namespaces": "web", **settings}
        self.client.write_data(f"auth/{self.name}/role/app", data=given)

    def log_in(self, token: str) -> Any:
        """The login's answer."""
        url = f"{self.client.url}/v1/auth/{self.name}/login"
        return requests.post(url, json={"role": "app", "jwt": token}, timeout=60)


@pytest.fixture
def mount(server: Server, cluster: RealCluster, request: pytest.FixtureRequest) -> Mount:
    mount = Mount(server, cluster, f"k8s-{abs(hash(request.node.name)) % 10**8}")
    mount.configure()
    mount.role()
    return mount


def test_a_real_token_gets_in(mount: Mount, cluster: RealCluster) -> None:
    """The cluster's own tokens, for its API or for an audience that the role names."""
    answer = mount.log_in(cluster.token("web", "front", ISSUER))
    assert answer.status_code == 200, answer.text
    metadata = answer.json()["auth"]["metadata"]
    assert (metadata["service_account_name"], metadata["service_account_namespace"]) == ("front", "web")
    mount.role(audience="vault")
    assert mount.log_in(cluster.token("web", "front", ISSUER)).status_code == 403
    assert mount.log_in(cluster.token("web", "front", "vault")).status_code == 200


def test_who_does_not_get_in(mount: Mount, cluster: RealCluster) -> None:
    """Another account, one that is gone, and one that is made anew."""
    assert mount.log_in(cluster.token("vault", "nobody", ISSUER)).status_code == 403
    cluster.account("web", f"gone-{mount.name}")
    mount.role(bound_service_account_names="*")
    token = cluster.token("web", f"gone-{mount.name}", ISSUER)
    # It was never shown before: the API server remembers for ten seconds what it has accepted.
    cluster.ask("DELETE", f"/api/v1/namespaces/web/serviceaccounts/gone-{mount.name}")
    cluster.account("web", f"gone-{mount.name}")
    assert mount.log_in(token).status_code == 403


def test_labels_of_the_namespace(mount: Mount, cluster: RealCluster) -> None:
    """They are read with the reviewer's token."""
    token = cluster.token("web", "front", ISSUER)
    for stage, status in (("prod", 200), ("test", 403)):
        selector = json.dumps({"matchLabels": {"stage": stage}})
        mount.role(bound_service_account_namespaces="none", bound_service_account_namespace_selector=selector)
        assert mount.log_in(token).status_code == status


def test_the_token_reviews_itself(mount: Mount, cluster: RealCluster) -> None:
    """Only if its account may review tokens."""
    mount.configure(token_reviewer_jwt="")
    assert mount.log_in(cluster.token("web", "front", ISSUER)).status_code == 403
    mount.role(bound_service_account_names="reviewer", bound_service_account_namespaces="vault")
    assert mount.log_in(cluster.token("vault", "reviewer", ISSUER)).status_code == 200


def test_a_reviewer_without_rights(mount: Mount, cluster: RealCluster, server: Server) -> None:
    """The fault is told to be the server's."""
    mount.configure(token_reviewer_jwt=cluster.token("vault", "nobody", ISSUER))
    answer = mount.log_in(cluster.token("web", "front", ISSUER))
    if server.name == "ours":
        assert (answer.status_code, answer.json()["errors"]) == (
            502,
            ["Kubernetes refused this server's reviewer token, not yours"],
        )
    else:
        assert answer.status_code == 403


def test_annotations(mount: Mount, cluster: RealCluster, server: Server) -> None:
    """They become metadata of the alias; the reference server doesn't have it."""
    if server.name == "peer":
        pytest.skip("the reference server doesn't have it")
    mount.configure(use_annotations_as_alias_metadata=True)
    answer = mount.log_in(cluster.token("web", "front", ISSUER))
    assert answer.status_code == 200, answer.text
    entity = mount.client.secrets.identity.read_entity(answer.json()["auth"]["entity_id"])
    aliases = [each for each in entity["data"]["aliases"] if each["mount_path"] == f"auth/{mount.name}/"]
    assert aliases[0]["metadata"]["team"] == "blue"
