"""Who gets in: each constraint alone decides.

Every row starts from a login that succeeds, and changes one thing of the role, the configuration, the token or the
cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.errors import PermissionDenied, StrongroomError, UpstreamFailed
from tests.flow.auth.kubernetes.world import World
from tests.sim.kubernetes import Cluster
from tests.sim.kubernetes.stand_in import ISSUER, new_key, public_pem
from tests.sim.tls_server import TlsServer, serving

SELECTOR = "bound_service_account_namespace_selector"
NAMESPACES = "bound_service_account_namespaces"
NAMES = "bound_service_account_names"
OTHER_KEY = new_key()


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def server(cluster: Cluster, tmp_path: Path) -> Iterator[TlsServer]:
    with serving(tmp_path, cluster) as server:
        yield server


async def get_in(world: World, **login: Any) -> StrongroomError | None:
    """The error of a login; None if it succeeds."""
    try:
        await world.log_in(**login)
    except StrongroomError as error:
        return error
    return None


ROLES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({NAMES: "back"}, False),
    ({NAMES: "Front"}, False),
    ({NAMES: "fron"}, False),
    ({NAMES: "fr*t"}, True),
    ({NAMES: "*"}, True),
    ({NAMES: "back,front"}, True),
    ({NAMES: ""}, False),
    ({NAMESPACES: "we"}, False),
    ({NAMESPACES: "w*b,x"}, True),
    ({NAMESPACES: "*"}, True),
    ({NAMESPACES: "kube-*"}, False),
    ({NAMESPACES: "", SELECTOR: '{"matchLabels": {"stage": "prod"}}'}, True),
    ({NAMESPACES: "", SELECTOR: "matchLabels: {stage: prod}"}, True),
    ({NAMESPACES: "", SELECTOR: '{"matchLabels": {"stage": "test"}}'}, False),
    ({NAMESPACES: "", SELECTOR: '{"matchLabels": {"stage": "prod", "more": "x"}}'}, False),
    ({NAMESPACES: "x", SELECTOR: '{"matchLabels": {"stage": "prod"}}'}, True),
    ({NAMESPACES: "web", SELECTOR: '{"matchLabels": {"stage": "test"}}'}, True),
    ({"audience": ISSUER}, True),
    ({"audience": ISSUER.upper()}, False),
    ({"audience": "vault"}, False),
    ({"token_bound_cidrs": "10.0.0.0/8"}, True),
    ({"token_bound_cidrs": "11.0.0.0/8"}, False),
]


@pytest.mark.parametrize(("role", "allowed"), ROLES, ids=str)
async def test_by_the_role(cluster: Cluster, server: TlsServer, role: dict[str, Any], allowed: bool) -> None:
    """Names, namespaces, labels, audience and addresses of the role."""
    world = await World.new(cluster, server)
    try:
        await world.role(**role)
    except StrongroomError:
        assert not allowed  # and the role from before stays as it was
        return
    error = await get_in(world, address="10.0.0.1")
    assert (error is None) is allowed
    assert error is None or isinstance(error, PermissionDenied)


CONFIGURATIONS: list[tuple[str, Callable[[Cluster], dict[str, Any]], bool]] = [
    ("the issuer is right", lambda _: {"issuer": ISSUER, "disable_iss_validation": False}, True),
    ("the issuer is another", lambda _: {"issuer": ISSUER + "/", "disable_iss_validation": False}, False),
    ("the default issuer", lambda _: {"disable_iss_validation": False}, False),
    ("the issuer isn't checked", lambda _: {"issuer": "x"}, True),
    ("the key is right", lambda c: {"pem_keys": [public_pem(c.key)]}, True),
    ("one of the keys is right", lambda c: {"pem_keys": [public_pem(OTHER_KEY), public_pem(c.key)]}, True),
    ("the key is another", lambda _: {"pem_keys": [public_pem(OTHER_KEY)]}, False),
    ("the token reviews itself", lambda _: {"token_reviewer_jwt": ""}, True),
]


@pytest.mark.parametrize(
    ("settings", "allowed"), [row[1:] for row in CONFIGURATIONS], ids=[row[0] for row in CONFIGURATIONS]
)
async def test_by_the_configuration(
    cluster: Cluster, server: TlsServer, settings: Callable[[Cluster], dict[str, Any]], allowed: bool
) -> None:
    """Issuer, keys and reviewer of the mount."""
    world = await World.new(cluster, server)
    await world.configure(**settings(cluster))
    error = await get_in(world)
    assert (error is None) is allowed
    assert error is None or isinstance(error, PermissionDenied)


def _bound(**changes: Any) -> Callable[[World], str]:
    def token(world: World) -> str:
        account = {"name": "front", "uid": world.front.uid}
        claims = {"namespace": "web", "serviceaccount": account, **changes}
        return world.cluster.token(world.front, **{"kubernetes.io": claims})

    return token


def _at(**offsets: float) -> Callable[[World], str]:
    def token(world: World) -> str:
        now = world.mount.clock.now()
        return world.cluster.token(world.front, **{name: int(now + offset) for name, offset in offsets.items()})

    return token


TOKENS: list[tuple[str, Callable[[World], str], bool]] = [
    ("as it should be", lambda w: w.cluster.token(w.front), True),
    ("of a secret", lambda w: w.cluster.old_token(w.front), True),
    ("one audience as text", lambda w: w.cluster.token(w.front, audience=ISSUER), True),
    ("for another audience", lambda w: w.cluster.token(w.front, audience="other"), True),
    ("with a strange audience", lambda w: w.cluster.token(w.front, audience={"a": 1}), False),
    ("expired", _at(exp=-61), False),
    ("not yet valid", _at(nbf=61), False),
    ("issued later", _at(iat=61), False),
    ("a time that is none", lambda w: w.cluster.token(w.front, exp="soon"), False),
    ("signed by another", lambda w: w.cluster.token(w.front, key=OTHER_KEY), False),
    ("unsigned", lambda w: w.cluster.token(w.front).rpartition(".")[0] + ".", False),
    ("no token", lambda _: "x", False),
    ("another account's claims", _bound(serviceaccount={"name": "front", "uid": "x"}), False),
    ("no uid", _bound(serviceaccount={"name": "front"}), False),
    ("no name", _bound(serviceaccount={"uid": "x"}), False),
    ("no account", _bound(serviceaccount=None), False),
    ("no namespace", _bound(namespace=""), False),
    ("a namespace that is a path", _bound(namespace="web/../kube-system"), False),
    ("of an account made anew", lambda w: w.cluster.token(_anew(w)), False),
    ("of an account that is gone", lambda w: w.cluster.token(_gone(w)), False),
]


def _anew(world: World) -> Any:
    old = world.front
    world.cluster.add("web", "front")
    return old


def _gone(world: World) -> Any:
    del world.cluster.accounts["web", "front"]
    return world.front


@pytest.mark.parametrize(("token", "allowed"), [row[1:] for row in TOKENS], ids=[row[0] for row in TOKENS])
async def test_by_the_token(cluster: Cluster, server: TlsServer, token: Callable[[World], str], allowed: bool) -> None:
    """What the token says, who signed it, and whether its account is still there."""
    world = await World.new(cluster, server)
    await world.role(bound_service_account_namespaces="*")
    error = await get_in(world, token=token(world))
    assert (error is None) is allowed
    assert error is None or isinstance(error, PermissionDenied)


def _status(**status: Any) -> Callable[[Cluster], None]:
    return lambda cluster: cluster.status.update(status)


def _reviewed(cluster: Cluster, name: str, uid: str = "") -> None:
    """Have the review name an account; with the uid of web/front by default."""
    uid = uid or cluster.accounts["web", "front"].uid
    cluster.status["user"] = {"username": f"system:serviceaccount:{name}", "uid": uid}


CLUSTERS: list[tuple[str, Callable[[Cluster], None], type[StrongroomError] | None]] = [
    ("as it should be", lambda _: None, None),
    ("another account", _status(user={"username": "system:serviceaccount:web:back", "uid": "x"}), PermissionDenied),
    ("another uid", lambda cluster: _reviewed(cluster, "web:front", "x"), PermissionDenied),
    ("another namespace", lambda cluster: _reviewed(cluster, "x:front"), PermissionDenied),
    ("another name", lambda cluster: _reviewed(cluster, "web:x"), PermissionDenied),
    ("the same", lambda cluster: _reviewed(cluster, "web:front"), None),
    ("no account", _status(user={"username": "admin", "uid": "x"}), PermissionDenied),
    ("a node", _status(user={"username": "system:node:web:front", "uid": "x"}), PermissionDenied),
    ("no user", _status(user=None), UpstreamFailed),
    ("not authenticated", _status(authenticated=False), PermissionDenied),
    ("authenticated is a text", _status(authenticated="true"), PermissionDenied),
    ("an error beside it", _status(error="x"), PermissionDenied),
    ("other audiences", _status(audiences=["other"]), PermissionDenied),
    ("no audiences known", lambda cluster: setattr(cluster, "knows_audiences", False), PermissionDenied),
]


@pytest.mark.parametrize(("change", "refusal"), [row[1:] for row in CLUSTERS], ids=[row[0] for row in CLUSTERS])
async def test_by_the_cluster(
    cluster: Cluster, server: TlsServer, change: Callable[[Cluster], None], refusal: type[StrongroomError] | None
) -> None:
    """What the review says, beside a token that is right."""
    world = await World.new(cluster, server)
    change(cluster)
    error = await get_in(world)
    assert type(error) is (refusal or type(None))


async def test_nothing_is_asked_in_the_name_of_a_stranger(cluster: Cluster, server: TlsServer) -> None:
    """Names from a token's claims are in no request before the cluster has vouched for them."""
    world = await World.new(cluster, server)
    await world.configure(use_annotations_as_alias_metadata=True)
    await world.role(**{NAMESPACES: "", NAMES: "*", SELECTOR: '{"matchLabels": {"stage": "prod"}}'})
    assert isinstance(await get_in(world, token=cluster.token(world.front, key=OTHER_KEY)), PermissionDenied)
    assert [asked.path for asked in server.asked] == ["/apis/authentication.k8s.io/v1/tokenreviews"]
    await world.log_in()
    assert len(server.asked) == 4
