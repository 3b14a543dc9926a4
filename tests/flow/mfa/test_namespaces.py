"""Methods count in their namespace and below; enforcements concern the logins of their namespace and below."""

from __future__ import annotations

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.attempt import Attempt
from strongroom.core.second_factor.holding import demands_of
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.response import Auth
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.mfa import Demand, enforcements, methods
from strongroom.services.mfa.records import EnforcementRecord, MethodRecord, TotpSettings
from strongroom.services.namespaces import ROOT, Namespace
from strongroom.sysapi.identity.mfa import shown
from strongroom.sysapi.services import Services
from tests.flow.mfa.world import World

TEAM = Namespace(id="n1", path="team/", lineage=("root", "n1"))
BELOW = Namespace(id="n2", path="team/below/", lineage=("root", "n1", "n2"))
OTHER = Namespace(id="n3", path="other/", lineage=("root", "n3"))


def method(id_: str, namespace: Namespace, name: str = "") -> MethodRecord:
    """A TOTP method of a namespace."""
    return MethodRecord(id=id_, namespace=namespace.id, type="totp", name=name, totp=TotpSettings(issuer="i"))


def enforcement(id_: str, name: str, *method_ids: str) -> EnforcementRecord:
    """An enforcement for all logins at userpass."""
    return EnforcementRecord(id=id_, name=name, method_ids=method_ids, types=("userpass",))


async def services_of(world: World) -> Services:
    """The services, with a method in `team/` that enforcements of `team/` and `team/below/` name."""
    services = world.node.node.unsealed
    assert services is not None
    for namespace in (TEAM, BELOW, OTHER):
        services.barrier.rings.register(namespace.id, ROOT.id)

    async def body(txn: Transaction) -> None:
        made = method("m1", TEAM, "one")
        await methods.write(txn, TEAM.id, made)
        await enforcements.write(txn, TEAM.id, enforcement("e1", "same", "m1"), [made])
        await enforcements.write(txn, BELOW.id, enforcement("e2", "same", "m1"), [made])

    await transact(services.barrier, body)
    return services


async def test_where_a_method_is_usable() -> None:
    """In its namespace and below, by id and by name; the nearest one of a name counts."""
    world = await World.start(enforced=False)
    services = await services_of(world)

    async def body(txn: Transaction) -> None:
        await methods.write(txn, BELOW.id, method("m2", BELOW, "one"))
        for namespace, by_name in ((TEAM, "m1"), (BELOW, "m2")):
            found = await methods.usable(txn, namespace.lineage, "m1")
            assert found is not None
            named = await methods.find(txn, namespace.lineage, "one")
            assert named is not None
            assert named.id == by_name
        for namespace in (ROOT, OTHER):
            assert await methods.usable(txn, namespace.lineage, "m1") is None
            assert await methods.find(txn, namespace.lineage, "one") is None
        assert await methods.usable(txn, TEAM.lineage, "m2") is None

    await transact(services.barrier, body)


def test_an_ancestor_s_method_shows_where_it_is() -> None:
    """Seen from below, too."""
    for seen_from in (TEAM, BELOW):
        found = shown.method(method("m1", TEAM), seen_from)
        assert (found["namespace_id"], found["namespace_path"]) == ("n1", "team/")
    assert shown.method(method("m0", ROOT), BELOW)["namespace_path"] == ""
    assert shown.method(method("m2", BELOW), BELOW)["namespace_path"] == "team/below/"


@pytest.mark.parametrize(
    ("namespace", "names"), [(ROOT, ()), (OTHER, ()), (TEAM, ("same",)), (BELOW, ("same", "same-e2"))]
)
async def test_whom_enforcements_concern(namespace: Namespace, names: tuple[str, ...]) -> None:
    """Logins of the namespace and below; two of one name both count."""
    world = await World.start(enforced=False)
    services = await services_of(world)
    request = ApiRequest(
        id="r",
        operation="update",  # type: ignore[arg-type]
        path="auth/userpass/login/eva",
        data={},
        token="",
        wrap_ttl_s=0,
        headers={},
        address="",
        port=0,
        received_at=0,
    )

    async def body(txn: Transaction) -> tuple[Demand, ...]:
        router = await services.mounts.router(txn)
        entry = router.by_accessor[world.accessor]
        attempt = Attempt(services, txn, router, Exchange(request, entry=entry, namespace=namespace))
        return await demands_of(attempt, entry, Auth(), "")

    found = await transact(services.barrier, body)
    assert found == tuple(Demand(name=name, method_ids=("m1",)) for name in names)


async def test_an_enforcement_below_keeps_a_method_too() -> None:
    """Its deletion is refused until none names it any more, in whatever namespace."""
    world = await World.start(enforced=False)
    services = await services_of(world)

    async def delete(txn: Transaction) -> None:
        await methods.delete(txn, TEAM.id, method("m1", TEAM, "one"))

    async def remove(txn: Transaction, namespace: str) -> None:
        enforcements.delete(txn, namespace, "same")

    with pytest.raises(InvalidRequest, match="with ID: e"):
        await transact(services.barrier, delete)
    await transact(services.barrier, lambda txn: remove(txn, TEAM.id))
    with pytest.raises(InvalidRequest, match="with ID: e2"):
        await transact(services.barrier, delete)
    await transact(services.barrier, lambda txn: remove(txn, BELOW.id))
    await transact(services.barrier, delete)
    assert await transact(services.barrier, lambda txn: methods.usable(txn, BELOW.lineage, "m1")) is None
