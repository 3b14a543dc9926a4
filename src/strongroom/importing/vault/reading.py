"""What the API of the source answers, as objects are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from strongroom.importing.calling import Absent, Caller, Lost, Refused, Rejected
from strongroom.importing.inventory import Content, Found, Kind, Name, SourceFault, Stage, Vanished
from strongroom.importing.selection import Selection

MOST_PATH: Final = 2048
"""Characters of the path of a folder or namespace.  A hostile source may show one within the other without an end."""
TOO_DEEP: Final = "what is in it isn't looked at: its path is longer than any server keeps"

Load = Callable[[], Content]
"""What `Found.hint` is here."""


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace of the source, and what is asked of it.

    Attributes:
        namespace: below the one that the import begins at; `team/web/`.
    """

    caller: Caller
    namespace: str
    selection: Selection

    def data(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
        """The data of the answer at a path.  Raises `SourceFault`, `Vanished`."""
        with meaning(f"{self.namespace}{path}"):
            return data_of(self.caller.get(self.namespace, path, query))

    def listed(self, path: str) -> tuple[list[str], Mapping[str, Any]]:
        """The names at a path, none if there are none, and what the listing tells of each.  Raises `SourceFault`."""
        whole = f"{self.namespace}{path}"
        try:
            data = data_of(self.caller.list(self.namespace, path))
        except Absent:
            return [], {}
        except Refused:
            raise SourceFault(f'the token may not list "{whole}"') from None
        except Rejected as error:
            raise SourceFault(f'"{whole}" can\'t be listed: {error}') from None
        except Lost as error:
            raise SourceFault(str(error), ends=True) from None
        names = [str(name) for name in data.get("keys") or ()]
        return names, data.get("key_info") or {}

    def name(self, kind: Kind, mount: str, path: str) -> Name:
        """The name of an object here."""
        return Name(kind, self.namespace, mount, path)

    def unseen(self, kind: Kind, mount: str, path: str, error: SourceFault) -> Found:
        """A line of the inventory for what can't be seen.  Raises the error if nothing more can."""
        if error.ends:
            raise error
        return Found(self.name(kind, mount, path), reason=str(error))


def data_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an answer; some old paths answer without a frame."""
    data = answer.get("data")
    return dict(data) if isinstance(data, Mapping) else {}


@contextmanager
def meaning(path: str) -> Iterator[None]:
    """Turn what a caller raises inside the block into what a source raises."""
    try:
        yield
    except Absent:
        raise Vanished(f'"{path}" isn\'t there any more') from None
    except Refused:
        raise SourceFault(f'the token may not read "{path}"') from None
    except Rejected as error:
        raise SourceFault(f'"{path}" can\'t be read: {error}') from None
    except Lost as error:
        raise SourceFault(str(error), ends=True) from None


def found(place: Place, name: Name, stage: Stage, engine: str, load: Load) -> Found:
    """A line of the inventory for an object that moves."""
    return Found(name, stage, engine, hint=load)
