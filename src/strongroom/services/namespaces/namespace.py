"""A namespace, as everything that works in it sees it (pure)."""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys


class Namespace(msgspec.Struct, frozen=True):
    """A namespace and the way to it.  Neither its id nor its path ever changes."""

    id: str
    """In the keys of its rows, and at the end of its tokens, accessors and lease ids."""
    path: str
    """From the root namespace on: empty for root, else ending in `/`."""
    lineage: tuple[str, ...]
    """The ids of all its ancestors, root first, and its own."""
    locked_at: str = ""
    """The path of the outermost locked namespace on the way, its own included; empty if its API is open."""

    @property
    def is_root(self) -> bool:
        """Whether it is the root namespace."""
        return self.id == keys.ROOT_NAMESPACE

    def holds(self, other: Namespace) -> bool:
        """Whether it is an ancestor of the other one, or the other one itself."""
        return other.lineage[: len(self.lineage)] == self.lineage


ROOT = Namespace(id=keys.ROOT_NAMESPACE, path="", lineage=(keys.ROOT_NAMESPACE,))
