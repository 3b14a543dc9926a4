"""A real API server of Kubernetes over a real etcd, on the loopback.

The program comes from `build_api_server.sh`; etcd is Debian's `etcd-server`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from tests.conformance.program import Program, served
from tests.ports import free_port
from tests.sim.kubernetes.stand_in import new_key, public_pem
from tests.sim.tls_server import new_certificate

ISSUER = "https://kubernetes.default.svc"
_ADMIN = "admin-token-of-a-test"


def programs() -> tuple[Path | None, Path | None]:
    """etcd and the API server; None for one that isn't there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    server, etcd = cache / "strongroom-tests" / "kube-apiserver", shutil.which("etcd")
    return Path(etcd) if etcd else None, server if server.exists() else None


@dataclass(frozen=True)
class RealCluster:
    """A running API server, and its administrator's hands."""

    host: str
    certificate: Path
    version: str

    @property
    def ca_pem(self) -> str:
        """The authority that vouches for it."""
        text = self.certificate.read_text()
        return text[text.index("-----BEGIN CERTIFICATE") :]

    def ask(self, verb: str, path: str, body: Any = None, token: str = _ADMIN) -> Any:
        """One request of the administrator.  Raises `HTTPError`."""
        request = urllib.request.Request(f"{self.host}{path}", method=verb)
        request.add_header("Authorization", f"Bearer {token}")
        request.add_header("Content-Type", "application/json")
        data = None if body is None else json.dumps(body).encode()
        context = ssl.create_default_context(cadata=self.ca_pem)
        with urllib.request.urlopen(request, data, timeout=30, context=context) as response:
            return json.loads(response.read())

    def namespace(self, name: str, **labels: str) -> None:
        """Make a namespace."""
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})

    def account(self, namespace: str, name: str, **annotations: str) -> str:
        """Make a service account.  Returns its uid."""
        body = {"metadata": {"name": name, "annotations": annotations}}
        made = self.ask("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts", body)
        return str(made["metadata"]["uid"])

    def token(self, namespace: str, name: str, *audiences: str) -> str:
        """A token of a service account."""
        body = {"spec": {"audiences": list(audiences), "expirationSeconds": 3600}}
        made = self.ask("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token", body)
        return str(made["status"]["token"])

    def bind(self, name: str, role: str, namespace: str, account: str) -> None:
        """Give a service account a role of the cluster."""
        body = {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "namespace": namespace, "name": account}],
        }
        self.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", body)


@contextlib.contextmanager
def running(directory: Path, etcd: Path, server: Path) -> Iterator[RealCluster]:
    """Run both until the block ends.  Raises `ProgramFailed`."""
    client, peer, port = free_port(), free_port(), free_port()
    base = f"http://127.0.0.1:{client}"
    command = [
        etcd,
        f"--data-dir={directory / 'etcd'}",
        f"--listen-client-urls={base}",
        f"--advertise-client-urls={base}",
        f"--listen-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-cluster=default=http://127.0.0.1:{peer}",
    ]
    with served(command, directory, directory / "etcd.log", lambda _: _answers(f"{base}/health", None)):
        with _api_server(directory, server, base, port) as cluster:
            yield cluster


@contextlib.contextmanager
def _api_server(directory: Path, server: Path, etcd: str, port: int) -> Iterator[RealCluster]:
    certificate = new_certificate(directory)
    key = new_key()
    private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (directory / "sa.key").write_bytes(key.private_bytes(*private))
    (directory / "sa.pub").write_text(public_pem(key))
    (directory / "tokens.csv").write_text(f'{_ADMIN},admin,1,"system:masters"\n')
    command = [
        server,
        f"--etcd-servers={etcd}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--tls-cert-file={certificate}",
        f"--tls-private-key-file={certificate}",
        f"--cert-dir={directory}",
        f"--service-account-issuer={ISSUER}",
        f"--service-account-key-file={directory / 'sa.pub'}",
        f"--service-account-signing-key-file={directory / 'sa.key'}",
        f"--token-auth-file={directory / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
    ]
    host = f"https://127.0.0.1:{port}"
    cluster = RealCluster(host, certificate, "")
    context = ssl.create_default_context(cadata=cluster.ca_pem)

    def ready(_: Program) -> bool:
        return _answers(f"{host}/readyz", context)

    with served(command, directory, directory / "api-server.log", ready):
        version = cluster.ask("GET", "/version")["gitVersion"]
        yield RealCluster(host, certificate, version)


def _answers(url: str, context: ssl.SSLContext | None) -> bool:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {_ADMIN}"})
    try:
        with urllib.request.urlopen(request, timeout=5, context=context) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False
