"""The secrets that only the supervisor keeps, and drops when the node is sealed: shares, attempts, the root key."""

from __future__ import annotations

from strongroom.barrier.succession import fingerprint
from strongroom.lib.rand import Random, uuid4
from strongroom.lib.secret import Secret
from strongroom.sealing import shares
from strongroom.sealing.ceremonies import Order, Outcome
from strongroom.sealing.port import Ceremonies


class Custody:
    """The secrets of one node.

    Attributes:
        root_key: for workers that are yet to start; None while sealed.
        collection: the shares on their way to unsealing.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self.root_key: Secret | None = None
        self.collection = shares.EMPTY
        self._ceremonies = Ceremonies(random)

    def submit(self, share: bytes, threshold: int) -> tuple[bytes, ...]:
        """Collect a share; all of them when they are enough."""
        step = shares.add(self.collection, share, threshold, uuid4(self._random))
        self.collection = step.collection
        return step.complete

    def unseal(self, root_key: Secret) -> None:
        """Keep a root key; the shares have done their work."""
        self.root_key = root_key
        self.collection = shares.EMPTY

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
        self.collection = shares.EMPTY
        self._ceremonies.forget()
