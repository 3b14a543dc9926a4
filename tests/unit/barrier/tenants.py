"""Namespaces with keyrings of their own over `Place`, without the services."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.namespace_keys import NamespaceKey, NamespacePlace, OwnSeal
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.secret import Secret
from strongroom.sealing import namespaces
from strongroom.seals import shamir
from tests.unit.barrier.places import Note

ROOT = keys.ROOT_NAMESPACE


def row(namespace: str, name: str = "a") -> str:
    """The storage key of a note in a namespace."""
    return keys.area(namespace, "test") + name


async def found(barrier: Barrier, namespace: str, parent: str = ROOT) -> NamespaceKey:
    """Make a namespace with a seal and one note in it; its root key in the first epoch."""

    async def body(txn: Transaction) -> namespaces.Made:
        txn.write(keys.namespace_place(namespace), NamespacePlace(parent=parent, name=namespace, own_seal=True))
        made = namespaces.create(txn, barrier.random, 1.0, namespaces.Wanted(namespace, parent, 1, 1))
        txn.write(row(namespace), Note(text=f"of {namespace}"))
        return made

    made = await transact(barrier, body)
    seal = made.seal
    record = shamir.SealRecord(seal.type, seal.shares, seal.threshold, seal.public_key, seal.wrapped_root_key)
    root_key = shamir.open_(record, [made.shares[0].reveal()])
    await barrier.namespaces.learn(parent)
    under = barrier.rings.owner(parent)
    assert under is not None
    return NamespaceKey(namespace, parent, under, (*barrier.rings.ring(under).epoch, 0), root_key)


async def plain(barrier: Barrier, namespace: str, parent: str = ROOT) -> None:
    """Make a namespace without a seal, with one note in it."""

    async def body(txn: Transaction) -> None:
        txn.write(keys.namespace_place(namespace), NamespacePlace(parent=parent, name=namespace))
        txn.write(row(namespace), Note(text=f"of {namespace}"))

    await transact(barrier, body)


def again(key: NamespaceKey, epoch: tuple[int, ...], root_key: Secret | None = None) -> NamespaceKey:
    """The same key for another epoch."""
    return NamespaceKey(key.id, key.parent, key.under, epoch, root_key or key.root_key)


async def read(barrier: Barrier, namespace: str, name: str = "a") -> str | None:
    """A note's text."""

    async def body(txn: Transaction) -> str | None:
        note = await txn.read(row(namespace, name), Note)
        return note.text if note is not None else None

    return await transact(barrier, body)


async def write(barrier: Barrier, namespace: str, text: str, name: str = "a") -> None:
    """Store a note."""

    async def body(txn: Transaction) -> None:
        txn.write(row(namespace, name), Note(text=text))

    await transact(barrier, body)


async def seal(barrier: Barrier, namespace: str, parent: str = ROOT) -> None:
    """Count one more sealing, as a request does."""

    async def body(txn: Transaction) -> None:
        present = await namespaces.seal_of(txn, parent, namespace)
        counted = OwnSeal(
            type=present.type,
            shares=present.shares,
            threshold=present.threshold,
            public_key=present.public_key,
            wrapped_root_key=present.wrapped_root_key,
            sealings=present.sealings + 1,
        )
        txn.write(keys.namespace_seal(parent, namespace), counted)

    await transact(barrier, body)
