"""A listener that is confined to a namespace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.listener_options.exchange import Answer, ask
from tests.conformance.servers import start_ours
from tests.ports import free_port

CONFIG = """
storage "sqlite" {{ path = "{{directory}}/data" }}
workers = 2
listener "tcp" {{
  address = "{{address}}"
  tls_disable = true
}}
listener "tcp" {{
  address = "{confined}"
  tls_disable = true
  chroot_namespace = "/team/"
  telemetry {{
    unauthenticated_metrics_access = true
  }}
}}
"""


@dataclass(frozen=True)
class Node:
    """An unsealed server with the namespaces `team/`, `team/web/` and `other/`."""

    plain: str
    confined: str
    token: str

    def inside(self, path: str, method: str = "GET", namespace: str = "", token: str | None = None) -> Answer:
        """The answer of the confined listener."""
        headers = {"X-Vault-Namespace": namespace} if namespace else {}
        shown = self.token if token is None else token
        return ask(self.confined, f"/v1/{path}", method, token=shown, headers=headers)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Two worker processes."""
    confined = f"127.0.0.1:{free_port()}"
    with start_ours(tmp_path_factory.mktemp("confined"), CONFIG.format(confined=confined)) as server:
        client = hvac.Client(server.url)
        made = client.sys.initialize(1, 1)
        client.sys.submit_unseal_key(made["keys"][0])
        found = Node(server.address, confined, made["root_token"])
        early = found.inside("sys/mounts")
        assert (early.status, "no namespaces" in early.errors[0]) == (404, True)
        for path in ("sys/namespaces/team", "team/sys/namespaces/web", "sys/namespaces/other"):
            assert ask(server.address, f"/v1/{path}", "POST", {}, found.token).status == 200
        for path in ("team/web/cubbyhole/x", "team/cubbyhole/x", "other/cubbyhole/x", "cubbyhole/x"):
            assert ask(server.address, f"/v1/{path}", "POST", {"at": path}, found.token).status == 204
        client.adapter.close()
        yield found


def test_paths_and_headers_begin_at_the_namespace(node: Node) -> None:
    """Even root's token reaches nothing above or beside it."""
    assert node.inside("cubbyhole/x").json["data"] == {"at": "team/cubbyhole/x"}
    assert node.inside("web/cubbyhole/x").json["data"] == {"at": "team/web/cubbyhole/x"}
    assert node.inside("cubbyhole/x", namespace="web").json["data"] == {"at": "team/web/cubbyhole/x"}
    assert node.inside("cubbyhole/x", namespace="root").json["data"] == {"at": "team/cubbyhole/x"}
    for namespace in ("team", "other", "..", "../other", "/../other", "root/other", "%2e%2e/other", "web/../../other"):
        assert node.inside("cubbyhole/x", namespace=namespace).status == 404, namespace
    for path in ("other/cubbyhole/x", "team/cubbyhole/x", "..%2fother/cubbyhole/x", "web/..%2f..%2fother/cubbyhole/x"):
        assert node.inside(path).status in {400, 404}, path


def test_what_is_roots_alone_is_not_served(node: Node) -> None:
    """Neither with a token nor by the listener's own setting; health and seal status are."""
    for path in ("sys/metrics", "sys/host-info", "sys/audit", "sys/config/cors", "sys/init"):
        for token in (node.token, ""):
            assert node.inside(path, token=token).status == 400, (path, token)
    for path in ("sys/seal", "sys/unseal", "sys/rotate", "sys/step-down"):
        assert node.inside(path, "PUT").status in {400, 404}, path
    for path in ("sys/health", "sys/seal-status", "sys/leader"):
        assert node.inside(path, token="").status == 200, path
    assert ask(node.plain, "/v1/sys/health").status == 200


def test_a_token_of_elsewhere_may_look_after_itself(node: Node) -> None:
    """It is served in its own namespace, as everywhere; it does nothing else here."""
    made = ask(node.plain, "/v1/other/auth/token/create", "POST", {"policies": ["default"]}, node.token)
    token = made.json["auth"]["client_token"]
    assert node.inside("auth/token/lookup-self", token=token).json["data"]["namespace_path"] == "other/"
    assert node.inside("cubbyhole/x", token=token).status == 403
