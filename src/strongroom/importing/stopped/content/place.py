"""A namespace of a stopped server, and how its rows are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from strongroom.importing.inventory import Content, Found, Kind, Name, SourceFault, Stage, Vanished
from strongroom.importing.selection import Selection
from strongroom.importing.stopped.barrier.barrier import Barrier
from strongroom.importing.stopped.encoding.protobuf import Malformed, Message
from strongroom.importing.stopped.rows import UnreadableStore

Load = Callable[[], Content]
"""What `Found.hint` is here."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace.

    Attributes:
        barrier: its rows.
        namespace: as clients write it, `team/web/`; empty for root.
        prefix: of its rows' keys; empty for root's.
        selection: what is wanted.
    """

    barrier: Barrier
    namespace: str
    prefix: str
    selection: Selection

    def document(self, key: str) -> dict[str, Any]:
        """The JSON object at a key of this namespace.  Raises `SourceFault`, `Vanished`."""
        return self._there(key, self.barrier.document)

    def content(self, key: str) -> bytes:
        """The value at a key of this namespace, as it is.  Raises `SourceFault`, `Vanished`."""
        return self._there(key, self.barrier.read)

    def message(self, key: str) -> Message:
        """The message at a key of this namespace.  Raises `SourceFault`, `Vanished`."""
        try:
            return Message(self._there(key, self.barrier.unpacked))
        except Malformed as error:
            raise SourceFault(f"{self.prefix}{key}: {error}") from None

    def optional(self, key: str) -> dict[str, Any]:
        """The JSON object at a key of this namespace; an empty one if there is none.  Raises `SourceFault`."""
        try:
            return self.document(key)
        except Vanished:
            return {}

    def names(self, prefix: str) -> Iterator[str]:
        """The keys below a prefix of this namespace, without it.  Raises `SourceFault`."""
        try:
            yield from self.barrier.names(f"{self.prefix}{prefix}")
        except UnreadableStore as error:
            raise SourceFault(str(error), ends=True) from None

    def _there(self, key: str, read: Callable[[str], _T | None]) -> _T:
        try:
            found = read(f"{self.prefix}{key}")
        except UnreadableStore as error:
            raise SourceFault(str(error)) from None
        if found is None:
            raise Vanished(f"{self.prefix}{key} isn't there")
        return found

    def found(self, name: tuple[Kind, str, str], stage: Stage, engine: str, load: Load) -> Iterator[Found]:
        """A line of the inventory for an object that moves, if its kind is wanted.

        Args:
            name: its kind, mount and path.
        """
        kind, mount, path = name
        if self.selection.wants(kind):
            yield Found(Name(kind, self.namespace, mount, path), stage, engine, hint=load)

    def stays(self, name: tuple[Kind, str, str], engine: str, reason: str, remedy: str = "") -> Iterator[Found]:
        """A line of the inventory for an object that doesn't move, if its kind is wanted."""
        kind, mount, path = name
        if self.selection.wants(kind):
            yield Found(Name(kind, self.namespace, mount, path), engine=engine, reason=reason, remedy=remedy)


@dataclass(frozen=True, slots=True)
class Mount:
    """A mount of a stopped server.

    Attributes:
        path: with the slash at its end, auth methods with `auth/` before.
        engine: its type, `kv-2` for kv with versions.
        rows: the prefix of its rows within the namespace.
        entry: as the table has it.
    """

    path: str
    engine: str
    rows: str
    entry: Mapping[str, Any] = field(repr=False)
