"""The secrets that only the supervisor keeps, and drops when the node is sealed: shares, attempts, root keys."""

from __future__ import annotations

from strongroom.barrier.namespace_keys import NamespaceKey
from strongroom.barrier.rings import Epoch
from strongroom.barrier.succession import fingerprint
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.sealing.ceremonies import Order, Outcome
from strongroom.sealing.port import Ceremonies, Collections


class Custody:
    """The secrets of one node.

    Attributes:
        root_key: for workers that are yet to start; None while sealed.
        shares: on their way to unsealing the node, or a namespace.
    """

    def __init__(self, random: Random) -> None:
        self.root_key: Secret | None = None
        self.shares = Collections(random)
        self._namespaces: dict[str, NamespaceKey] = {}
        self._ceremonies = Ceremonies(random)

    def unseal(self, root_key: Secret) -> None:
        """Keep a root key; the shares have done their work."""
        self.root_key = root_key
        self.shares.forget()

    @property
    def namespaces(self) -> list[NamespaceKey]:
        """The root keys of namespaces, for workers that are yet to start; those of ancestors first."""
        return sorted(self._namespaces.values(), key=lambda key: len(key.epoch))

    def holds(self, of: str) -> bool:
        """Whether it has the root key of the node, or of the namespace with this id."""
        return of in self._namespaces if of else self.root_key is not None

    def unseal_namespace(self, key: NamespaceKey) -> None:
        """Keep a namespace's root key.  One that is there from an earlier epoch has ended, with those below it."""
        present = self._namespaces.get(key.id)
        if present is not None and present.epoch != key.epoch:
            self.seal_namespace(key.id)
        self.shares.forget(key.id)
        self._namespaces[key.id] = key

    def seal_namespace(self, namespace: str, epoch: Epoch | None = None) -> None:
        """Drop a namespace's root key, those of namespaces below it, and the shares on their way.

        Args:
            epoch: only the key of this epoch; none for any.
        """
        present = self._namespaces.get(namespace)
        if epoch is not None and (present is None or present.epoch != epoch):
            return
        self._namespaces.pop(namespace, None)
        self.shares.forget(namespace)
        for below in [key.id for key in self._namespaces.values() if key.under == namespace]:
            self.seal_namespace(below)

    def succeed(self, before: str, root_key: Secret) -> bool:
        """Keep a new root key, if it is the successor of the present one.

        Workers report every new key, one after the other.

        Args:
            before: the fingerprint of the root key that it came after.
        """
        if self.root_key is None or fingerprint(self.root_key) != before:
            return False
        self.root_key = root_key
        return True

    def obey(self, order: Order) -> Outcome:
        """Carry out an order on an attempt of the holders of shares."""
        return self._ceremonies.obey(order)

    def forget(self) -> None:
        """Drop everything."""
        self.root_key = None
        self.shares.forget_all()
        self._namespaces = {}
        self._ceremonies.forget()
