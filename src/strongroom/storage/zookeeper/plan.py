"""Which nodes a write creates, changes and removes (pure).

A cell that is written may be new, and then its folder may be; one that is removed may be the last of its folder.  What
is there has to be known before: ZooKeeper's transactions have no operation that creates or changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from strongroom.storage.zookeeper.nodes import Nodes, split


@dataclass(slots=True)
class Plan:
    """The nodes, in the order in which each kind is done: folders, then new nodes, changes, removals, folders."""

    folders: list[str] = field(default_factory=list)
    created: list[tuple[str, bytes]] = field(default_factory=list)
    changed: list[tuple[str, bytes]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    removed_folders: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """How many operations it is."""
        kinds = (self.folders, self.created, self.changed, self.removed, self.removed_folders)
        return sum(len(each) for each in kinds)


class Planning:
    """Plans one write.

    Args:
        nodes: of the store.
        changes: cell → value, None to remove it.
        there: of those cells' nodes, which exist.
    """

    def __init__(self, nodes: Nodes, changes: Mapping[str, bytes | None], there: set[str]) -> None:
        self.plan = Plan()
        self._nodes = nodes
        self._delta: dict[str, int] = defaultdict(int)
        """Folder → how many children more it has afterwards."""
        for name, value in changes.items():
            node = nodes.cell(name)
            if value is None and node in there:
                self.plan.removed.append(node)
                self._delta[split(name)[0]] -= 1
            elif value is not None and node in there:
                self.plan.changed.append((node, value))
            elif value is not None:
                self.plan.created.append((node, value))
                self._delta[split(name)[0]] += 1

    def wanted(self) -> list[str]:
        """The deepest folders of which `settle` has to know the number of children; none when the plan is made."""
        self._delta = defaultdict(int, {folder: delta for folder, delta in self._delta.items() if delta and folder})
        deepest = max((folder.count("/") for folder in self._delta), default=0)
        return [folder for folder in self._delta if folder.count("/") == deepest]

    def settle(self, counts: Mapping[str, int | None]) -> None:
        """Go on, knowing how many children folders have; None: the folder isn't there."""
        for folder, count in counts.items():
            delta = self._delta.pop(folder)
            if count is None:
                self.plan.folders.append(self._nodes.folder(folder))
                self.plan.created.append((self._nodes.mark(folder), b""))
                self._delta[split(folder[:-1])[0]] += 1
            elif count + delta <= 0:
                self.plan.removed_folders.append(self._nodes.folder(folder))
                self.plan.removed.append(self._nodes.mark(folder))
                self._delta[split(folder[:-1])[0]] -= 1
