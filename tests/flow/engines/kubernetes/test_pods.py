"""What a server that runs in a pod does without being told, and what it never does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from strongroom.engines.kubernetes import KubernetesSecrets
from strongroom.engines.kubernetes.cluster import Cluster as Asked
from strongroom.lib.kubernetes import LocalFiles
from strongroom.testing import PluginServer
from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import REVIEWER
from tests.sim.tls_server import TlsServer, serving

ROLE = {"allowed_kubernetes_namespaces": "web", "service_account_name": "front", "token_default_ttl": "1h"}


async def in_pod(folder: Path, api: TlsServer) -> PluginServer:
    """A server in a pod of the cluster."""
    folder.mkdir()
    (folder / "token").write_text(REVIEWER)
    text = api.certificate.read_text()
    (folder / "ca.crt").write_text(text[text.index("-----BEGIN CERT") :])
    host, _, port = api.host.partition(":")
    environment = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT_HTTPS": port}
    engine = KubernetesSecrets(Asked(LocalFiles(folder), environment))
    server = await PluginServer.start(lambda: engine)
    await server.ok("POST", "kubernetes/roles/app", ROLE)
    return server


def cluster() -> Cluster:
    """A cluster with the account web/front."""
    found = Cluster()
    found.add("web", "front")
    return found


async def test_a_pod_needs_no_settings(tmp_path: Path) -> None:
    """Host, token and authorities are its own."""
    with serving(tmp_path, cluster()) as api:
        server = await in_pod(tmp_path / "pod", api)
        await server.ok("GET", "kubernetes/check")
        assert (await server.ask("POST", "kubernetes/creds/app")).status == 400
        assert (await server.ok("POST", "kubernetes/config", {})).status == 204
        assert (await server.ok("GET", "kubernetes/config")).data["kubernetes_host"] == ""
        await server.ok("GET", "kubernetes/check")
        assert (await server.ok("POST", "kubernetes/creds/app")).data["service_account_name"] == "front"


async def test_the_pods_token_is_shown_to_no_other_cluster(tmp_path: Path) -> None:
    """Who may configure a mount need not be who may act as the server's pod."""
    (tmp_path / "other").mkdir()
    with serving(tmp_path, cluster()) as api, serving(tmp_path / "other", cluster()) as other:
        server = await in_pod(tmp_path / "pod", api)
        text = other.certificate.read_text()
        theirs = {"kubernetes_host": f"https://{other.host}", "kubernetes_ca_cert": text}
        plain = {"kubernetes_host": f"http://{other.host}"}
        for config in (theirs, plain):
            answer = await server.ask("POST", "kubernetes/config", config)
            assert (answer.status, "the pod's token is shown to the pod's own cluster alone" in answer.error) == (
                400,
                True,
            )
        await server.ok("POST", "kubernetes/config", {**theirs, "disable_local_ca_jwt": True})
        answer = await server.ask("POST", "kubernetes/creds/app")
        assert (answer.status, "no service_account_jwt is configured" in answer.error) == (502, True)
        assert other.asked == []


async def test_a_server_elsewhere_needs_a_host_and_a_token(tmp_path: Path) -> None:
    """Both are told when they are missing; what isn't named by a write stays."""
    with serving(tmp_path, cluster()) as api:
        engine = KubernetesSecrets(Asked(LocalFiles(tmp_path / "none"), {}))
        server = await PluginServer.start(lambda: engine)
        await server.ok("POST", "kubernetes/roles/app", ROLE)
        for config in ({}, {"kubernetes_host": ""}):
            answer = await server.ask("POST", "kubernetes/config", config)
            assert (answer.status, "kubernetes_host was unset" in answer.error) == (400, True)
        assert "KUBERNETES_SERVICE_HOST" in (await server.ask("GET", "kubernetes/check")).error
        host: dict[str, Any] = {"kubernetes_host": api.host}
        told = await server.ok("POST", "kubernetes/config", {**host, "kubernetes_ca_cert": api.certificate.read_text()})
        assert "no service_account_jwt is configured" in told.body["warnings"][0]
        assert (await server.ok("POST", "kubernetes/config", {**host, "service_account_jwt": REVIEWER})).status == 204
        assert (await server.ok("POST", "kubernetes/creds/app")).data["service_account_name"] == "front"
        for field, value in (
            ("kubernetes_host", "ftp://x"),
            ("kubernetes_host", "https://a b"),
            ("kubernetes_ca_cert", "none"),
            ("service_account_jwt", "a b"),
            ("service_account_jwt", "a\nb"),
        ):
            answer = await server.ask("POST", "kubernetes/config", {**host, field: value})
            assert (answer.status, field in answer.error) == (400, True)
