"""Logins of service accounts against a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.lib.errors import InvalidRequest, PermissionDenied, UpstreamFailed
from tests.flow.auth.kubernetes.world import World
from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import ISSUER
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


async def test_space_around_a_token(cluster: Cluster, server: TlsServer) -> None:
    """It comes with a token that is read from a file, and the cluster isn't asked about it."""
    world = await World.new(cluster, server)
    token = cluster.token(world.front)
    assert (await world.log_in(f" {token}\n")).display_name == "web-front"
    assert (await world.refused(" \n")).text == "missing jwt"


async def test_a_refusal_tells_what_the_token_has(cluster: Cluster, server: TlsServer) -> None:
    """What the role and the mount demand stands in the log alone: the token isn't proved yet."""
    world = await World.new(cluster, server)
    await world.configure(disable_iss_validation=False, issuer="https://other")
    error = await world.refused()
    assert error.text.endswith(f'another issuer than the configuration: "{ISSUER}"')
    assert error.detail == 'issuer is "https://other"'
    await world.configure(disable_iss_validation=True)
    await world.role(audience="vault")
    error = await world.refused()
    assert (error.text, error.detail) == (
        f"the token is not for the audience of the role, but for {ISSUER}",
        'audience of the role is "vault"',
    )
    await world.role(audience="", bound_service_account_names="back")
    assert (await world.refused()).text == 'service account name not authorized: the token is of "front"'
    await world.role(bound_service_account_namespaces="db")
    assert (await world.refused()).text == 'namespace not authorized: the token is of "web"'


async def test_what_the_cluster_says_is_logged(cluster: Cluster, server: TlsServer) -> None:
    """Why it doesn't accept a token: the client isn't told, whoever runs the server is."""
    world = await World.new(cluster, server)
    cluster.status = {"authenticated": False, "error": "[invalid bearer token, service account token has expired]"}
    error = await world.refused()
    assert error.text == "permission denied: the cluster doesn't accept the token"
    assert error.detail == f"the cluster doesn't accept the token: {cluster.status['error']}"
    cluster.status = {"authenticated": False, "error": "two\nlines"}
    assert (await world.refused()).detail == "the cluster doesn't accept the token"


@pytest.mark.parametrize(
    ("token", "text"), [("x.y", "doesn't have the three parts"), ("null", "three parts"), ("a.b.c", "isn't encoded")]
)
async def test_what_is_no_token_is_told(cluster: Cluster, server: TlsServer, token: str, text: str) -> None:
    """A bare refusal would be looked for in the role and the cluster."""
    world = await World.new(cluster, server)
    error = await world.refused(token)
    assert error.text.startswith("permission denied: ")
    assert text in error.text
