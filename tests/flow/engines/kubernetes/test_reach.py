"""What somebody who has a part of the mount can't reach with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from strongroom.engines.kubernetes import KubernetesSecrets
from strongroom.testing import PluginServer
from tests.sim.issuer import Issuer
from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import REVIEWER
from tests.sim.tls_server import TlsServer, serving


def filled() -> Cluster:
    """A cluster with the account web/front."""
    cluster = Cluster()
    cluster.add("web", "front", stage="prod")
    return cluster


@contextlib.contextmanager
def two(folder: Path) -> Iterator[tuple[TlsServer, TlsServer]]:
    """A cluster, and a server of somebody who would like to have its token."""
    (folder / "theirs").mkdir()
    with serving(folder, filled()) as api, serving(folder / "theirs", filled()) as other:
        yield api, other


async def mounted(api: TlsServer) -> PluginServer:
    """A server with the mount configured."""
    server = await PluginServer.start(KubernetesSecrets)
    config = {
        "kubernetes_host": f"https://{api.host}",
        "kubernetes_ca_cert": api.certificate.read_text(),
        "service_account_jwt": REVIEWER,
    }
    await server.ok("POST", "kubernetes/config", config)
    return server


async def test_the_stored_token_goes_to_no_other_host(tmp_path: Path) -> None:
    """Who may write the configuration can't read the token, and can't have it sent to a host of their own either."""
    with two(tmp_path) as (api, other):
        server = await mounted(api)
        token = await server.token(
            'path "kubernetes/config" { capabilities = ["update", "delete"] }\n'
            'path "kubernetes/check" { capabilities = ["read"] }'
        )
        theirs = {"kubernetes_host": f"https://{other.host}", "kubernetes_ca_cert": other.certificate.read_text()}
        refused = await server.ask("POST", "kubernetes/config", theirs, token=token)
        await server.ask("GET", "kubernetes/check", token=token)
        assert not any(REVIEWER in str(each.headers) for each in other.asked)
        expected = (400, "service_account_jwt must be given with another kubernetes_host")
        assert (refused.status, refused.error) == expected
        await server.ok("POST", "kubernetes/config", {"kubernetes_host": f"https://{api.host}/"}, token=token)
        await server.ok("POST", "kubernetes/config", {**theirs, "service_account_jwt": "mine"}, token=token)


async def test_a_template_deletes_nothing_of_others(tmp_path: Path) -> None:
    """One that is random for long names only gets random characters, too: what can't be made is deleted by its name."""
    cluster = filled()
    with serving(tmp_path, cluster) as api:
        server = await mounted(api)
        cluster.objects.found["rolebindings", "web", "admins"] = {"metadata": {"name": "admins", "uid": "1"}}
        cluster.objects.found["serviceaccounts", "web", "admins"] = {"metadata": {"name": "admins", "uid": "2"}}
        template = '{{ if eq .DisplayName "' + "d" * 80 + '" }}x{{ random 10 | lowercase }}{{ else }}admins{{ end }}'
        role = {
            "allowed_kubernetes_namespaces": "web",
            "kubernetes_role_name": "edit",
            "name_template": template,
            "token_default_ttl": "1h",
        }
        await server.ok("POST", "kubernetes/roles/app", role)
        cluster.objects.forbidden = {"POST serviceaccounts"}
        refused = await server.ask("POST", "kubernetes/creds/app")
        assert (refused.status, "the ServiceAccount web/admins-" in refused.error) == (502, True)
        for _ in range(4):
            server.clock.advance(3600)
            await server.work()
        assert {"rolebindings/web/admins", "serviceaccounts/web/admins"} <= cluster.objects.names()


async def test_a_mount_that_trusts_nobody_does_not_shut_the_cluster_for_others(tmp_path: Path) -> None:
    """Its failures are its own: others that have the right authorities go on."""
    with serving(tmp_path, filled()) as api:
        server = await mounted(api)
        await server.ok("POST", "sys/mounts/other", {"type": "kubernetes"})
        config = {
            "kubernetes_host": f"https://{api.host}",
            "kubernetes_ca_cert": Issuer("other").certificate_pem,
            "service_account_jwt": "x",
        }
        await server.ok("POST", "other/config", config)
        role = {"allowed_kubernetes_namespaces": "web", "service_account_name": "front", "token_default_ttl": "1h"}
        await server.ok("POST", "kubernetes/roles/app", role)
        await server.ok("POST", "other/roles/app", role)
        for _ in range(5):
            assert (await server.ask("POST", "other/creds/app")).status == 502
        await server.ok("POST", "kubernetes/creds/app")
