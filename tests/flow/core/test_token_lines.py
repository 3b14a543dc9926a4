"""What a token hangs on, and what a renewal leaves in its record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.tokens import TokenRecord
from strongroom.sysapi.services import Services
from tests.flow.node import TestNode


def run(test: Callable[[TestNode, Services], Awaitable[None]]) -> None:
    """Run a body against a node of its own."""

    async def main() -> None:
        node = await TestNode.start()
        assert node.node.unsealed is not None
        await test(node, node.node.unsealed)

    asyncio.run(main())


def test_a_line_ends_where_a_token_has_gone() -> None:
    """A token, all that it hangs on, and the one that is not there any more; that makes nobody an orphan."""

    async def body(node: TestNode, services: Services) -> None:
        def record(key: str, parent: str) -> TokenRecord:
            return TokenRecord(key=key, accessor=key, policies=(), path="p", created_at=1.0, parent=parent)

        async def make(txn: Transaction) -> None:
            for key, parent in (("first", ""), ("second", "first"), ("third", "second"), ("lost", "gone")):
                services.tokens.create(txn, record(key, parent))
            retired = msgspec.structs.replace(record("retired", ""), retired=True)
            services.tokens.create(txn, retired)
            services.tokens.create(txn, record("left", "retired"))

        async def look(txn: Transaction) -> None:
            assert await services.tokens.lineage(txn, record("third", "second")) == {"third", "second", "first"}
            assert await services.tokens.lineage(txn, record("first", "")) == {"first"}
            assert await services.tokens.lineage(txn, record("lost", "gone")) == {"lost", "gone"}
            alive = []
            for key in ("first", "second", "third", "lost", "retired", "left", "none"):
                if await services.tokens.alive_by_key(txn, key, services.mounts, 2.0) is not None:
                    alive.append(key)
            assert alive == ["first", "second", "third", "left"]
            orphans = []
            for key, parent in (("first", ""), ("second", "first"), ("lost", "gone"), ("left", "retired")):
                if await services.tokens.is_orphan(txn, record(key, parent)):
                    orphans.append(key)
            assert orphans == ["first", "left"]

        await transact(services.barrier, make)
        await transact(services.barrier, look)

    run(body)


def test_a_renewal_says_when_it_was() -> None:
    """The lifetime counts from then, the creation stays what it was, and nothing else of the record changes."""

    async def body(node: TestNode, services: Services) -> None:
        made = await node.ok("POST", "auth/token/create", {"policies": ["default"], "ttl": "600s"})
        token = made.body["auth"]["client_token"]

        async def read(txn: Transaction) -> TokenRecord:
            found = await services.tokens.alive(txn, token, services.mounts, node.clock.now())
            assert found is not None
            return found

        before = await transact(services.barrier, read)
        node.clock.advance(100)
        await node.ok("POST", "auth/token/renew-self", {"increment": "300s"}, token)
        now = node.clock.now()
        after = await transact(services.barrier, read)
        assert after == msgspec.structs.replace(before, ttl_s=300, expires_at=now + 300, last_renewed_at=now)
        assert len([key for key in node.rows() if before.key in key and f"{int(before.expires_at * 1000)}" in key]) == 0
        assert len([key for key in node.rows() if before.key in key and f"{int(after.expires_at * 1000)}" in key]) == 1

    run(body)
