"""Logins of service accounts against a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.lib.errors import InvalidRequest, PermissionDenied, UpstreamFailed
from tests.flow.auth.kubernetes.world import World
from tests.sim.kubernetes import Cluster
from tests.sim.tls_server import TlsServer, as_json, serving


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def server(cluster: Cluster, tmp_path: Path) -> Iterator[TlsServer]:
    with serving(tmp_path, cluster) as server:
        yield server


async def test_login(cluster: Cluster, server: TlsServer) -> None:
    """An account that the role names gets the role's settings; the token's metadata says who it is."""
    world = await World.new(cluster, server, token_policies="One,two", token_ttl="10m")
    auth = await world.log_in()
    uid = world.front.uid
    named = {
        "service_account_uid": uid,
        "service_account_name": "front",
        "service_account_namespace": "web",
        "service_account_secret_name": "",
    }
    assert (auth.alias, auth.display_name) == (uid, "web-front")
    assert (auth.metadata, auth.alias_metadata) == ({**named, "role": "app"}, named)
    assert (auth.token.policies, auth.token.ttl_s) == (("one", "two"), 600)


async def test_tokens_of_secrets(cluster: Cluster, server: TlsServer) -> None:
    """Tokens that clusters made before 1.21 hold the same in other claims, and name their secret."""
    world = await World.new(cluster, server)
    auth = await world.log_in(cluster.old_token(world.front))
    assert (auth.alias, auth.metadata["service_account_secret_name"]) == (world.front.uid, "front-token-x1")


async def test_alias_by_name(cluster: Cluster, server: TlsServer) -> None:
    """The alias can be namespace and name, which an account made anew has too."""
    world = await World.new(cluster, server, alias_name_source="serviceaccount_name")
    assert (await world.log_in()).alias == "web/front"


async def test_the_reviewers_token_is_refused(cluster: Cluster, server: TlsServer) -> None:
    """Whoever logs in with a good token is told that the fault is this server's."""
    world = await World.new(cluster, server)
    cluster.reviewers.clear()
    error = await world.refused()
    assert isinstance(error, UpstreamFailed)
    assert error.text == "Kubernetes refused this server's reviewer token, not yours"


async def test_without_a_reviewer_the_token_reviews_itself(cluster: Cluster, server: TlsServer) -> None:
    """The token that logs in asks for its own review; where it may not, the login is refused."""
    world = await World.new(cluster, server)
    await world.configure(token_reviewer_jwt="")
    assert (await world.log_in()).alias == world.front.uid
    cluster.reviews_by_client = False
    assert isinstance(await world.refused(), PermissionDenied)


async def test_what_is_missing(cluster: Cluster, server: TlsServer) -> None:
    """Role, token and configuration have to be there."""
    world = await World.new(cluster, server)
    for role, token, text in (
        ("", "x", "missing role"),
        ("app", "", "missing jwt"),
        ("no", "x", "invalid role name"),
        ("../config", "x", "invalid role name"),
        ("a" * 2000, "x", "invalid role name"),
    ):
        error = await world.refused(token, role=role)
        assert isinstance(error, InvalidRequest)
        assert text in error.text
    assert not server.asked


async def test_answers_that_are_none(cluster: Cluster, server: TlsServer) -> None:
    """Answers that the API doesn't document are failures of the cluster, and nobody gets in by one."""
    world = await World.new(cluster, server)
    for answer in (as_json([]), as_json({}), as_json({"kind": "Status"}), as_json("x", 500), as_json({}, 302)):
        cluster.override = answer
        assert isinstance(await world.refused(), UpstreamFailed)
