"""The store of a stopped Vault or OpenBao as a source of an import."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from strongroom.importing.inventory import OTHER_FORM, Content, Document, Found, Kind, SourceFault, Stage
from strongroom.importing.selection import Selection
from strongroom.importing.stopped.barrier.barrier import KEYRING, Barrier
from strongroom.importing.stopped.content import identity, mounts, rules
from strongroom.importing.stopped.content.go_values import as_the_client_has_it
from strongroom.importing.stopped.content.place import Load, Place

_OWN_SEAL: Final = "it has a seal of its own, whose shares aren't asked for; start the server, and import by its API"


class StoppedSource:
    """A store, opened with its keys.

    Args:
        barrier: its rows.
        selection: what is wanted.
    """

    def __init__(self, barrier: Barrier, selection: Selection) -> None:
        self._barrier = barrier
        self._selection = selection

    @property
    def label(self) -> str:
        """Which store it is."""
        return self._barrier.rows.label

    def survey(self) -> Iterator[Found]:
        """Everything there is.  Raises `SourceFault`."""
        waiting = [Place(self._barrier, "", "", self._selection)]
        while waiting:
            place = waiting.pop()
            try:
                yield from rules.survey(place)
                yield from mounts.survey(place)
                yield from identity.survey(place)
                yield from _namespaces(place, waiting)
            except OTHER_FORM as error:
                raise _another_form(error) from None

    def load(self, found: Found) -> Content:
        """The content of an object.  Raises `SourceFault`, `Vanished`."""
        load: Load = found.hint
        try:
            return as_the_client_has_it(load())
        except OTHER_FORM as error:
            raise _another_form(error) from None


def _another_form(error: Exception) -> SourceFault:
    # The text of such an error may quote what is stored.
    return SourceFault(f"what is stored has another form than is known ({type(error).__name__})")


def _namespaces(place: Place, waiting: list[Place]) -> Iterator[Found]:
    for uuid in place.names("core/namespaces/"):
        stored: dict[str, Any] = place.document(f"core/namespaces/{uuid}")
        whole = str(stored["path"])
        below = Place(place.barrier, whole, f"namespaces/{uuid}/", place.selection)
        path = f"sys/namespaces/{whole.removeprefix(place.namespace).rstrip('/')}"
        custom = {"custom_metadata": stored.get("custom_metadata") or {}}
        name = (Kind.NAMESPACE, "", path)
        if place.barrier.rows.get(f"{below.prefix}{KEYRING}") is not None:
            yield from place.stays(name, "", _OWN_SEAL)
            continue
        yield from place.found(name, Stage.NAMESPACES, "", partial(Document, path, custom))
        waiting.append(below)
