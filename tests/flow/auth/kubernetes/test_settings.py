"""Configuration, roles, annotations, the pod's own files, and renewals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.auth.kubernetes import Kubernetes
from strongroom.auth.kubernetes.cluster import Cluster as Asking
from strongroom.auth.kubernetes.records import Config
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied, UpstreamFailed
from strongroom.lib.kubernetes.local_files import LocalFiles
from strongroom.sdk import Operation
from strongroom.sdk.token_fields import PoliciesChanged
from tests.flow.auth.kubernetes.world import READ, WRITE, World
from tests.flow.harness import Mounted
from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import REVIEWER
from tests.sim.tls_server import TlsServer, serving


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def server(cluster: Cluster, tmp_path: Path) -> Iterator[TlsServer]:
    with serving(tmp_path, cluster) as server:
        yield server


async def test_the_reviewers_end_is_told(cluster: Cluster, server: TlsServer) -> None:
    """Who configures a pod's token is warned of its end, which a read shows; the token itself is never shown."""
    world = await World.new(cluster, server)
    token = cluster.token(world.front, exp=1_800_000_000)
    response = await world.configure(token_reviewer_jwt=token)
    assert "expires 2027-01-15T08:00:00Z" in response.warnings[0]
    assert 'bound to pod "front-0"' in response.warnings[0]
    shown = await world.mount.data(READ, "config")
    assert (shown["token_reviewer_jwt_set"], shown["reviewer_expires_at"]) == (True, "2027-01-15T08:00:00Z")
    assert token not in str(shown)
    assert token.encode() not in b"".join((await world.mount.rows()).values())
    assert token not in repr(Config(host="x", reviewer_jwt=token))


async def test_a_configuration_is_written_whole(cluster: Cluster, server: TlsServer) -> None:
    """What a write doesn't name is gone, the reviewer's token too."""
    world = await World.new(cluster, server)
    await world.configure(issuer="x")
    ca = server.certificate.read_text()
    await world.mount.ask(WRITE, "config", {"kubernetes_host": "k", "kubernetes_ca_cert": ca})
    shown = await world.mount.data(READ, "config")
    assert (shown["kubernetes_host"], shown["issuer"], shown["token_reviewer_jwt_set"]) == ("k", "", False)


@pytest.mark.parametrize(
    "settings",
    [
        {"kubernetes_host": ""},
        {"kubernetes_host": "ftp://k"},
        {"kubernetes_host": "https://user:password@k"},
        {"kubernetes_ca_cert": "x"},
        {"kubernetes_ca_cert": ""},
        {"pem_keys": ["x"]},
        {"token_reviewer_jwt": "a\nb"},
        {"token_reviewer_jwt": "a b"},
    ],
    ids=str,
)
async def test_bad_configurations_change_nothing(
    cluster: Cluster, server: TlsServer, settings: dict[str, object]
) -> None:
    """Each is refused, and the one from before still works."""
    world = await World.new(cluster, server)
    with pytest.raises(InvalidRequest):
        await world.configure(**settings)
    assert await world.log_in()


async def test_the_pods_own_files(cluster: Cluster, server: TlsServer, tmp_path: Path) -> None:
    """In a pod, its token and its authorities are used where the configuration names none, unless it forbids them."""
    folder = tmp_path / "pod"
    folder.mkdir()
    world = await World.new(cluster, server)
    world.mount.engine.cluster.files = LocalFiles(folder)  # type: ignore[attr-defined]
    with pytest.raises(InvalidRequest, match="isn't in a pod"):
        await world.configure(kubernetes_ca_cert="", token_reviewer_jwt="")
    (folder / "ca.crt").write_text(server.certificate.read_text())
    (folder / "token").write_text(REVIEWER + "\n")
    await world.configure(kubernetes_ca_cert="", token_reviewer_jwt="")
    assert await world.log_in()
    assert server.asked[-1].headers["authorization"] == f"Bearer {REVIEWER}"
    await world.configure(disable_local_ca_jwt=True, token_reviewer_jwt="")
    token = cluster.token(world.front)
    assert await world.log_in(token)
    assert server.asked[-1].headers["authorization"] == f"Bearer {token}"


async def test_the_pods_token_is_for_its_own_cluster(cluster: Cluster, server: TlsServer, tmp_path: Path) -> None:
    """Who may configure a mount can't have the token of the server's pod sent to a host of theirs.

    Neither by their own authorities, nor by HTTP, nor by what was stored before the server was in a pod.
    """
    folder, foreign = tmp_path / "pod", tmp_path / "foreign"
    foreign.mkdir()
    world = await World.new(cluster, server)
    with serving(foreign, cluster) as theirs:
        host, ca = f"https://{theirs.host}", theirs.certificate.read_text()
        await world.configure(kubernetes_host=host, kubernetes_ca_cert=ca, token_reviewer_jwt="")
        folder.mkdir()
        (folder / "ca.crt").write_text(server.certificate.read_text())
        (folder / "token").write_text(REVIEWER)
        world.mount.engine.cluster.files = LocalFiles(folder)  # type: ignore[attr-defined]
        refused = await world.refused()
        assert (type(refused), refused.text[:15]) == (UpstreamFailed, "the pod's token")
        for settings in (
            {"kubernetes_host": host, "kubernetes_ca_cert": ca},
            {"kubernetes_host": host, "kubernetes_ca_cert": server.certificate.read_text() + ca},
            {"kubernetes_host": host, "kubernetes_ca_cert": ca.replace("CERTIFICATE", "X509 CERTIFICATE")},
            {"kubernetes_host": "http://10.0.0.1", "kubernetes_ca_cert": ""},
        ):
            with pytest.raises(InvalidRequest, match=r"pod's token|holds no certificate"):
                await world.configure(**settings, token_reviewer_jwt="")
        assert not theirs.asked
        await world.configure(kubernetes_ca_cert=server.certificate.read_text() + "\n", token_reviewer_jwt="")
        assert await world.log_in()
        assert server.asked[-1].headers["authorization"] == f"Bearer {REVIEWER}"
        await world.configure(kubernetes_host=host, kubernetes_ca_cert=ca, token_reviewer_jwt="canary-of-theirs")
        await world.refused()
        await world.configure(
            kubernetes_host=host, kubernetes_ca_cert=ca, token_reviewer_jwt="", disable_local_ca_jwt=True
        )
        token = cluster.token(world.front)
        assert await world.log_in(token)
        assert {asked.headers["authorization"] for asked in theirs.asked} == {
            "Bearer canary-of-theirs",
            f"Bearer {token}",
        }


async def test_authorities_that_are_gone(cluster: Cluster, server: TlsServer, tmp_path: Path) -> None:
    """Without its authorities a cluster isn't asked, and not by the system's instead."""
    world = await World.new(cluster, server)
    files = world.mount.engine.cluster.files = LocalFiles(tmp_path / "pod")  # type: ignore[attr-defined]
    files.folder.mkdir()
    (files.folder / "ca.crt").write_text(server.certificate.read_text())
    await world.configure(kubernetes_ca_cert="")
    world.mount.engine.cluster.files = LocalFiles(tmp_path / "none")  # type: ignore[attr-defined]
    asked = len(server.asked)
    assert isinstance(await world.refused(), UpstreamFailed)
    assert len(server.asked) == asked


async def test_another_authority_is_not_trusted(cluster: Cluster, server: TlsServer, tmp_path: Path) -> None:
    """A server that the configured authorities don't vouch for learns neither token."""
    other = tmp_path / "other"
    other.mkdir()
    world = await World.new(cluster, server)
    with serving(other, cluster) as second:
        await world.configure(kubernetes_ca_cert=second.certificate.read_text())
    assert isinstance(await world.refused(), UpstreamFailed)
    assert not server.asked


async def test_annotations_become_alias_metadata(cluster: Cluster, server: TlsServer) -> None:
    """Those with the prefix, if the configuration says so; they can't stand for what the cluster vouches for."""
    world = await World.new(cluster, server)
    prefix = "vault.hashicorp.com/alias-metadata-"
    world.front.annotations = {
        f"{prefix}team": "blue",
        f"{prefix}service_account_name": "admin",
        "team": "red",
        prefix: "x",
    }
    assert "team" not in (await world.log_in()).alias_metadata
    await world.configure(use_annotations_as_alias_metadata=True)
    auth = await world.log_in()
    assert auth.alias_metadata == {
        "team": "blue",
        "service_account_uid": world.front.uid,
        "service_account_name": "front",
        "service_account_namespace": "web",
        "service_account_secret_name": "",
    }
    assert "team" not in auth.metadata
    world.front.annotations = {f"{prefix}{n}": "x" for n in range(100)}
    assert isinstance(await world.refused(), InvalidRequest)
    await world.configure(use_annotations_as_alias_metadata=True, token_reviewer_jwt="")
    assert isinstance(await world.refused(), PermissionDenied)


async def test_roles_are_kept() -> None:
    """What isn't given stays; names are of one spelling; lists come in pages."""
    mount = await Mounted.new(Kubernetes(Asking()))
    with pytest.raises(NotFound):
        await mount.ask(Operation.LIST, "role")
    for name in ("Web", "db"):
        await mount.ask(
            WRITE,
            f"role/{name}",
            {"bound_service_account_names": "a", "bound_service_account_namespace_selector": "matchLabels: {a: b}"},
        )
    await mount.ask(WRITE, "role/web", {"audience": "vault", "num_uses": "3", "period": "5m", "policies": "x"})
    shown = await mount.data(READ, "role/WEB")
    assert (shown["audience"], shown["num_uses"], shown["token_period"], shown["policies"]) == ("vault", 3, 300, ["x"])
    assert shown["bound_service_account_namespace_selector"] == "matchLabels: {a: b}"
    assert await mount.exists("role/web")
    assert await mount.data(Operation.LIST, "role") == {"keys": ["db", "web"]}
    assert await mount.data(Operation.LIST, "role", {"after": "db", "limit": 1}) == {"keys": ["web"]}
    with pytest.raises(InvalidRequest, match="can not be empty if"):
        await mount.ask(WRITE, "role/web", {"bound_service_account_namespace_selector": ""})
    with pytest.raises(InvalidRequest, match="token period"):
        await mount.ask(WRITE, "role/web", {"token_period": "99999h"})
    response = await mount.ask(WRITE, "role/web", {"token_max_ttl": "99999h"})
    assert response is not None
    assert "will be truncated" in response.warnings[0]
    await mount.ask(Operation.DELETE, "role/web")
    assert not await mount.exists("role/web")


async def test_renewal(cluster: Cluster, server: TlsServer) -> None:
    """A renewal goes by the role's present times and usually keeps the policies; it ends with the role."""
    world = await World.new(cluster, server, token_policies="one", token_ttl="10m")
    auth = await world.log_in()
    await world.role(token_policies="two", token_ttl="3m")
    with pytest.raises(PoliciesChanged) as changed:
        await world.mount.renew(auth)
    renewed = changed.value.auth
    assert (changed.value.usual, renewed.token.ttl_s, renewed.token.policies) == ("keep", 180, ("one",))
    await world.role(token_policies="one")
    assert (await world.mount.renew(auth)).token.ttl_s == 180
    await world.mount.ask(Operation.DELETE, "role/app")
    with pytest.raises(InvalidRequest, match="no longer exists"):
        await world.mount.renew(auth)


async def test_a_configuration_that_changes_meanwhile(cluster: Cluster, server: TlsServer, tmp_path: Path) -> None:
    """An answer of the cluster that was configured before doesn't count for the one configured now."""
    world = await World.new(cluster, server)
    other = Cluster(key=cluster.key)
    folder = tmp_path / "other"
    folder.mkdir()
    with serving(folder, other) as second:
        asking = world.mount.engine.cluster  # type: ignore[attr-defined]
        ask, done = asking.ask, []

        async def ask_and_change(config: Config, question: object) -> object:
            known = await ask(config, question)
            if not done:
                done.append(True)
                await world.configure(
                    kubernetes_host=f"https://{second.host}", kubernetes_ca_cert=second.certificate.read_text()
                )
            return known

        asking.ask = ask_and_change
        assert isinstance(await world.refused(), PermissionDenied)
        assert second.asked
