"""A running server as a source: its namespaces, one after the other, each with all that the token may see."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from strongroom.importing.calling import Caller, Lost
from strongroom.importing.inventory import OTHER_FORM, Content, Document, Found, Kind, Name, SourceFault, Stage
from strongroom.importing.selection import Selection
from strongroom.importing.vault import identity, mounts, policies
from strongroom.importing.vault.reading import MOST_PATH, TOO_DEEP, Load, Place, found

_ISSUED = "tokens and leases are good at the server that issued them; clients log in anew, and take new secrets"


class VaultSource:
    """A running Vault or OpenBao.

    Args:
        caller: asks it, with the token of somebody who may read what is to move.
        selection: what is wanted; nothing else is asked for.
    """

    def __init__(self, caller: Caller, selection: Selection) -> None:
        self._caller = caller
        self._selection = selection

    @property
    def label(self) -> str:
        """Its address, and the namespace that the import begins at."""
        return self._caller.address

    def survey(self) -> Iterator[Found]:
        """Everything there is.  Raises `SourceFault` if the source is gone."""
        try:
            self._caller.look_up_token()
        except Lost as error:
            raise SourceFault(str(error), ends=True) from None
        if self._selection.wants(Kind.LEASE):
            yield Found(Name(Kind.LEASE, "", "", "auth/token and sys/leases"), reason=_ISSUED)
        waiting = [""]
        while waiting:
            place = Place(self._caller, waiting.pop(), self._selection)
            try:
                yield from self._namespace(place, waiting)
            except OTHER_FORM as error:
                raise _another_form(error) from None

    def load(self, each: Found) -> Content:
        """The content of an object.  Raises `SourceFault`, `Vanished`."""
        load: Load = each.hint
        try:
            return load()
        except OTHER_FORM as error:
            raise _another_form(error) from None

    def _namespace(self, place: Place, waiting: list[str]) -> Iterator[Found]:
        yield from policies.survey(place)
        yield from mounts.survey(place)
        yield from identity.survey(place)
        try:
            names, told = place.listed("sys/namespaces")
        except SourceFault as error:
            yield place.unseen(Kind.NAMESPACE, "", "sys/namespaces", error)
            return
        for name in names:
            path = f"sys/namespaces/{name.rstrip('/')}"
            custom = (told.get(name) or {}).get("custom_metadata") or {}
            if self._selection.wants(Kind.NAMESPACE):
                load = partial(Document, path, {"custom_metadata": custom})
                yield found(place, place.name(Kind.NAMESPACE, "", path), Stage.NAMESPACES, "", load)
            below = f"{place.namespace}{name}"
            if len(below) <= MOST_PATH:
                waiting.append(below)
            else:
                yield Found(place.name(Kind.NAMESPACE, "", path), reason=TOO_DEEP)


def _another_form(error: Exception) -> SourceFault:
    # The text of such an error may quote the answer, and that is a secret's.
    return SourceFault(f"the answer isn't what the API says ({type(error).__name__})")
