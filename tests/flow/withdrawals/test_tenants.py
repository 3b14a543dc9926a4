"""What administrators of tenants withdraw mustn't keep others from withdrawing."""

from __future__ import annotations

from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.withdrawals import Selection, Withdrawal, orders
from strongroom.services.withdrawals.records import order_key
from tests.flow.withdrawals.crowd import Crowd
from tests.flow.withdrawals.test_at_once import BAD


async def test_one_of_a_deleted_namespace_ends() -> None:
    """It would stand for ever otherwise, where nobody sees it. Its report is left to the root namespace."""
    crowd = await Crowd.start()
    server = crowd.world.server
    await server.ok("POST", "sys/namespaces/a")
    await server.ok("POST", "a/sys/namespaces/b")
    id_ = (await server.ok("POST", "a/b/sys/revoke-issued", {"network": BAD, "block": True})).data["id"]
    await crowd.world.settle()
    assert (await server.ok("GET", f"a/sys/revoke-issued/{id_}")).data["state"] == "holding"
    await server.ok("DELETE", "a/sys/namespaces/b")
    await crowd.world.settle()
    report = await crowd.report(id_)
    assert (report["state"], report["stands"]) == ("done", False)
    assert (await server.ask("GET", f"a/sys/revoke-issued/{id_}")).status == 404
    await server.ok("DELETE", f"sys/revoke-issued/{id_}")
    assert (await server.ask("LIST", "sys/revoke-issued")).status == 404


async def test_tenants_leave_some_to_the_root_namespace() -> None:
    """Namespaces below can't use up all that may stand."""
    crowd = await Crowd.start()
    server, barrier = crowd.world.server, crowd.world.services.barrier
    await server.ok("POST", "sys/namespaces/a")

    async def body(txn: Transaction) -> None:
        for number in range(orders.MOST - orders.OF_ROOT):
            order = Withdrawal(
                id=f"{number:03}",
                namespace="root",
                selection=Selection(networks=(BAD,)),
                made_at=0.0,
                until=0.0,
                block=True,
            )
            txn.write(order_key(order.id), order)

    await transact(barrier, body)
    refused = await server.ask("POST", "a/sys/revoke-issued", {"network": BAD})
    assert (refused.status, "which is the most" in refused.error) == (400, True)
    assert (await server.ask("POST", "sys/revoke-issued", {"network": BAD})).status == 202
