"""Messages that an operator has for the users of a namespace, before or after they log in."""

from __future__ import annotations

from typing import Final

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction

MOST: Final = 100
"""Of a namespace."""


class Message(Record, frozen=True, tag="ui-message"):
    """A message."""

    id: str
    title: str
    text: str
    """In base64, as it was written."""
    starts_at: float
    """Seconds since the epoch."""
    ends_at: float = 0.0
    """Seconds since the epoch; 0 for never."""
    authenticated: bool = True
    """Whether only clients with a token see it."""
    modal: bool = False
    """Whether it asks to be dismissed, and isn't a mere banner."""
    link: dict[str, str] = {}
    """At most one URL, by its title."""
    options: dict[str, str] = {}

    def is_active(self, now: float) -> bool:
        """Whether it is shown at this time."""
        return self.starts_at <= now and not 0 < self.ends_at <= now


def _rows(namespace: str) -> str:
    return keys.settings(namespace) + "ui-message/"


async def names(txn: Transaction, namespace: str) -> list[str]:
    """The ids of all messages of a namespace."""
    return await txn.list(_rows(namespace))


async def read(txn: Transaction, namespace: str, id_: str) -> Message | None:
    """One message."""
    return await txn.read(_rows(namespace) + id_, Message)


async def all_of(txn: Transaction, namespace: str) -> list[Message]:
    """All messages of a namespace, the earliest first."""
    found = [await read(txn, namespace, id_) for id_ in await names(txn, namespace)]
    return sorted((each for each in found if each is not None), key=lambda each: (each.starts_at, each.id))


def write(txn: Transaction, namespace: str, message: Message) -> None:
    """Store a message."""
    txn.write(_rows(namespace) + message.id, message)


def delete(txn: Transaction, namespace: str, id_: str) -> None:
    """Remove a message, if there is one."""
    txn.delete(_rows(namespace) + id_)
