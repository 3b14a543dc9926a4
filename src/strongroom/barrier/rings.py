"""The keyrings that are open in a process, and which of them each namespace's rows are encrypted under (pure).

A namespace has a keyring of its own, or that of its parent.  Which one is decided by the namespace's id in a row's key
alone, never by the row: otherwise a holder of one namespace's keys could plant rows in another one.  A namespace that
nobody has registered is an error, never the wrong keyring.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from strongroom.barrier import keys
from strongroom.barrier.cipher import RowCipher
from strongroom.lib.errors import Internal, NamespaceSealed

_ROOT_ROWS = (keys.area(keys.ROOT_NAMESPACE, "")[:-1], keys.area(keys.ROOT_NAMESPACE, "", local=True)[:-1])

Epoch = tuple[int, ...]
"""How often each sealable namespace on the way was sealed, root first, its own last.  A key is valid in one epoch."""


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """An open keyring.  Never shown, because its cipher holds keys."""

    owner: str
    """The id of the namespace that it belongs to."""
    under: str
    """The id of the namespace whose keyring encrypts the row of the seal."""
    seal_row: str
    """The key of that row; empty for root."""
    seal_revision: int
    epoch: Epoch
    cipher: RowCipher

    def __repr__(self) -> str:
        return f"Ring({self.owner})"


class UnknownNamespaceError(Exception):
    """A row belongs to a namespace that isn't registered."""

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        self.namespace = namespace


class Rings:
    """The open keyrings of one process.

    Args:
        root: encrypts the rows of the root namespace.
    """

    def __init__(self, root: RowCipher) -> None:
        self._root = Ring(keys.ROOT_NAMESPACE, "", "", 0, (), root)
        self._open: dict[str, Ring] = {keys.ROOT_NAMESPACE: self._root}
        self._owner: dict[str, str] = {keys.ROOT_NAMESPACE: keys.ROOT_NAMESPACE}
        self._by_namespace: dict[str, Ring] = {keys.ROOT_NAMESPACE: self._root}
        self._by_seal_row: dict[str, str] = {}

    def at(self, key: str) -> Ring:
        """The keyring of the row at `key`.

        Raises: `NamespaceSealed` if it isn't open here; `UnknownNamespaceError` for one that isn't registered.
        """
        if key.startswith(_ROOT_ROWS):
            return self._root
        namespace = keys.namespace_at(key)
        ring = self._by_namespace.get(namespace)
        if ring is not None:
            return ring
        if namespace in self._owner:
            raise NamespaceSealed(namespace=self._owner[namespace])
        raise UnknownNamespaceError(namespace)

    def register(self, namespace: str, owner: str) -> None:
        """Note whose keyring the rows of a namespace are encrypted under.  That never changes.

        Args:
            namespace: its id.
            owner: the id of itself or of an ancestor.

        Raises: `Internal` for another owner than before.
        """
        known = self._owner.setdefault(namespace, owner)
        if known != owner:
            raise Internal(detail=f"the namespace {namespace} has the keyring of {known}, not of {owner}")
        ring = self._open.get(owner)
        if ring is not None:
            self._by_namespace[namespace] = ring

    def unknown(self, rows: Iterable[str]) -> set[str]:
        """The namespaces of rows that aren't registered."""
        found = {keys.namespace_at(key) for key in rows if not key.startswith(_ROOT_ROWS)}
        return {namespace for namespace in found if namespace not in self._owner}

    def owner(self, namespace: str) -> str | None:
        """Whose keyring the rows of a namespace are encrypted under; None if it isn't registered."""
        return self._owner.get(namespace)

    def forget(self, namespace: str) -> None:
        """Forget a namespace that was made, changed or deleted, unless it has an open keyring of its own."""
        if namespace != keys.ROOT_NAMESPACE and namespace not in self._open:
            self._owner.pop(namespace, None)
            self._by_namespace.pop(namespace, None)

    def forget_all(self) -> None:
        """Forget every namespace without an open keyring of its own."""
        for namespace in list(self._owner):
            self.forget(namespace)

    def ring(self, owner: str) -> Ring:
        """A namespace's own open keyring.  Raises `NamespaceSealed` if it isn't open here."""
        ring = self._open.get(owner)
        if ring is None:
            raise NamespaceSealed(namespace=owner)
        return ring

    def is_open(self, owner: str) -> bool:
        """Whether a namespace's own keyring is open here."""
        return owner in self._open

    def line(self, ring: Ring) -> list[Ring]:
        """The keyrings outside root from this one upwards.  Raises `NamespaceSealed` if one of them isn't open here."""
        found = []
        while ring.seal_row:
            found.append(ring)
            ring = self.ring(ring.under)
        return found

    def open(self, ring: Ring) -> None:
        """Take up a keyring.  The caller has compared its epoch."""
        self._open[ring.owner] = ring
        self._by_seal_row[ring.seal_row] = ring.owner
        self._owner.setdefault(ring.owner, ring.owner)
        for namespace, owner in self._owner.items():
            if owner == ring.owner:
                self._by_namespace[namespace] = ring

    def close(self, owner: str) -> tuple[list[Ring], set[str]]:
        """Give up a namespace's keyring, and those of namespaces below it.  Root's stays.

        Returns: the keyrings that were open, and the ids of all namespaces whose rows they encrypt.
        """
        closed: list[Ring] = []
        owners = {owner} - {keys.ROOT_NAMESPACE}
        while owners:
            for each in owners:
                ring = self._open.pop(each, None)
                if ring is not None:
                    ring.cipher.forget()
                    closed.append(ring)
                    del self._by_seal_row[ring.seal_row]
            owners = {ring.owner for ring in self._open.values() if ring.under in owners}
        given_up = {ring.owner for ring in closed}
        namespaces = {namespace for namespace, owner in self._owner.items() if owner in given_up}
        for namespace in namespaces:
            self._by_namespace.pop(namespace, None)
        return closed, namespaces

    def sealed_by(self, changed: Collection[str]) -> list[str]:
        """The owners of open keyrings the row of whose seal is among the changed ones."""
        if not self._by_seal_row:
            return []
        return [self._by_seal_row[key] for key in changed if key in self._by_seal_row]

    def others(self) -> list[Ring]:
        """All open keyrings but root's, those of ancestors first."""
        return sorted((ring for ring in self._open.values() if ring.seal_row), key=lambda ring: len(ring.epoch))
