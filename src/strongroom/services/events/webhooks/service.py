"""Stores webhooks."""

from __future__ import annotations

from strongroom.barrier.transaction import Transaction
from strongroom.services.events import wanting
from strongroom.services.events.position import Position
from strongroom.services.events.webhooks.records import HOOKS, PROGRESS, Progress, Webhook


async def names(txn: Transaction) -> list[str]:
    """All names."""
    return await txn.list(HOOKS)


async def read(txn: Transaction, name: str) -> Webhook | None:
    """A webhook, or None."""
    return await txn.read(HOOKS + name, Webhook)


async def progress(txn: Transaction, name: str) -> Progress | None:
    """How far it has come."""
    return await txn.read(PROGRESS + name, Progress)


async def write(txn: Transaction, name: str, hook: Webhook, now: float) -> None:
    """Store a webhook.  A new one begins with what happens from now on; one that is there goes on where it was."""
    known = await progress(txn, name)
    if known is None:
        state = await wanting.count_webhooks(txn, now, 1)
        known = Progress(cursor=Position(state.bucket, txn.revision).cursor)
    txn.write(HOOKS + name, hook)
    txn.write(
        PROGRESS + name,
        Progress(cursor=known.cursor, delivered=known.delivered, delivered_at=known.delivered_at, gaps=known.gaps),
    )


async def remove(txn: Transaction, name: str, now: float) -> None:
    """Delete a webhook, if there is one."""
    if await read(txn, name) is not None:
        txn.delete(HOOKS + name)
        txn.delete(PROGRESS + name)
        await wanting.count_webhooks(txn, now, -1)


async def keep(txn: Transaction, name: str, hook: Webhook, reached: Progress) -> bool:
    """Store how far a webhook has come.  Returns False if it has been changed meanwhile, or is gone."""
    current = await read(txn, name)
    if current is None or current.revision != hook.revision:
        return False
    txn.write(PROGRESS + name, reached)
    return True
