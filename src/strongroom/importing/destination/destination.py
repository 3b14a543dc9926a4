"""A Strongroom that objects are written to: looks what is there, decides, writes, and says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

from strongroom.importing.calling import Absent, Caller, Lost, Refused, Rejected
from strongroom.importing.destination import authorities, documents, mounts, secrets
from strongroom.importing.destination.mounts import Mounts
from strongroom.importing.destination.people import People
from strongroom.importing.destination.standing import Conflict, Presence, Standing
from strongroom.importing.inventory import (
    Alias,
    Authority,
    Content,
    Document,
    Entity,
    Found,
    Group,
    Kind,
    Lack,
    MountPoint,
    Name,
    Outcome,
    State,
    VersionedSecret,
)

_MOUNTS = frozenset({Kind.MOUNT, Kind.AUTH})
_FREE_OF_MOUNTS = frozenset({"token", ""})


class DestinationLost(Exception):
    """The destination gives no answer any more, or the token for it has ended; the text is for people."""


class Destination:
    """One Strongroom, in one namespace and those below it.  Used by several threads.

    Args:
        caller: asks it.
        conflict: what to do where another object is.
        made: mounts that an earlier run of the same import has made; their settings are no other's.
        making: is told of a mount before it is made, and may keep it for `made`.
    """

    def __init__(
        self,
        caller: Caller,
        conflict: Conflict,
        made: Iterable[Name] = (),
        making: Callable[[Name], None] = lambda name: None,
    ) -> None:
        self._caller = caller
        self._conflict = conflict
        self._mounts = Mounts(caller)
        self._people = People(caller, self._mounts)
        self._making = making
        self._made = {(name.namespace, name.mount) for name in made if name.kind in _MOUNTS}
        self._types: frozenset[tuple[bool, str]] | None = None

    @property
    def label(self) -> str:
        """Its address, and the namespace that the import writes to."""
        return self._caller.address

    def begin(self) -> None:
        """Look who the token is, and what can be mounted.  Raises `DestinationLost`."""
        try:
            self._caller.look_up_token()
            self._types = mounts.types(self._caller)
        except (Lost, Rejected) as error:
            raise DestinationLost(str(error)) from None

    def objection(self, found: Found) -> str:
        """Why the destination can't have an object, before anything is written; empty if it can."""
        engine, mount = found.engine.partition("-")[0], found.name.mount
        method = mount.startswith("auth/")
        if found.engine in _FREE_OF_MOUNTS or self._types is None or (method, engine) in self._types:
            return ""
        return f"the destination has no {'auth method' if method else 'secrets engine'} of type {engine}"

    def write(self, found: Found, content: Content) -> Outcome:
        """Write an object, unless it is there.  Raises `DestinationLost`."""
        return self._guarded(found.name, content, lambda: self._write(found, content))

    def verify(self, found: Found, content: Content) -> Outcome:
        """Compare an object with what is there, and write nothing.  Raises `DestinationLost`."""
        return self._guarded(found.name, content, lambda: self._verify(found, content))

    def _guarded(self, name: Name, content: Content, act: Callable[[], Outcome]) -> Outcome:
        try:
            return act()
        except Refused as error:
            return Outcome(name, State.FAILED, f"the destination's token may not do this: {error}")
        except Absent:
            return Outcome(name, State.FAILED, "the destination has no such path")
        except Rejected as error:
            lacks = getattr(content, "lacks", ())
            if not lacks:
                return Outcome(name, State.FAILED, str(error))
            missing = ", ".join(lack.what for lack in lacks)
            return Outcome(name, State.LISTED, f"not without {missing}: {error}", lacks)
        except Lost as error:
            raise DestinationLost(str(error)) from None

    def _write(self, found: Found, content: Content) -> Outcome:
        name = found.name
        if reason := self._misplaced(found, content):
            return Outcome(name, State.FAILED, reason)
        standing = self._look(name.namespace, content)
        if standing.presence is Presence.SAME:
            return _done(name, State.SAME, content)
        if standing.presence is Presence.OTHER and not self._is_ours(name, content):
            return self._conflicting(name, content, standing)
        if isinstance(content, MountPoint):
            # Said first: settings of a mount of our own are no other's, whenever this process ends.
            self._making(name)
            self._made.add((name.namespace, content.path))
        lacks = self._put(name.namespace, content, standing)
        return _done(name, State.IMPORTED, content, lacks)

    def _is_ours(self, name: Name, content: Content) -> bool:
        """Whether what is there is a new mount's default, or what an interrupted import has left there."""
        plain = isinstance(content, Document) and not content.exact and not content.creates_only
        return (plain or isinstance(content, Authority)) and (name.namespace, name.mount) in self._made

    def _verify(self, found: Found, content: Content) -> Outcome:
        standing = self._look(found.name.namespace, content)
        match standing.presence:
            case Presence.SAME:
                return _done(found.name, State.SAME, content)
            case Presence.ABSENT:
                return Outcome(found.name, State.FAILED, "it isn't there")
            case Presence.BEHIND:
                return Outcome(found.name, State.FAILED, "newer versions aren't there")
            case Presence.OTHER:
                return Outcome(found.name, State.FAILED, f"it differs in {', '.join(standing.differences)}")
            case _:
                assert_never(standing.presence)

    def _misplaced(self, found: Found, content: Content) -> str:
        """Why an object must not be written where it would come: another engine would take it for something else."""
        if isinstance(content, MountPoint) or found.engine in _FREE_OF_MOUNTS:
            return ""
        there = self._mounts.engine(found.name.namespace, found.name.mount)
        if there == found.engine:
            return ""
        return f"{found.name.mount} is {f'of type {there}' if there else 'not mounted'} at the destination"

    def _look(self, namespace: str, content: Content) -> Standing:
        match content:
            case Document():
                return documents.look(self._caller, namespace, content)
            case MountPoint():
                return mounts.look(self._mounts, namespace, content)
            case VersionedSecret():
                return secrets.look(self._caller, namespace, content)
            case Authority():
                return authorities.look(self._caller, namespace, content)
            case Entity() | Alias() | Group():
                return self._people.look(namespace, content)
            case _:
                assert_never(content)

    def _put(self, namespace: str, content: Content, standing: Standing) -> tuple[Lack, ...]:
        match content:
            case Document():
                return documents.write(self._caller, namespace, content)
            case MountPoint():
                left = mounts.write(self._mounts, namespace, content)
                return tuple(Lack(name, "the destination keeps another value") for name in left.differences)
            case VersionedSecret():
                secrets.write(self._caller, namespace, content, standing)
            case Authority():
                authorities.write(self._caller, namespace, content)
            case Entity() | Alias() | Group():
                self._people.write(namespace, content)
            case _:
                assert_never(content)
        return ()

    def _conflicting(self, name: Name, content: Content, standing: Standing) -> Outcome:
        differs = f"another one is there, which differs in {', '.join(standing.differences)}"
        if self._conflict is Conflict.FAIL:
            return Outcome(name, State.FAILED, differs)
        if self._conflict is Conflict.VERSION and isinstance(content, VersionedSecret):
            if secrets.write_newest(self._caller, name.namespace, content, standing):
                return Outcome(name, State.IMPORTED, "its newest value is a further version of the one that was there")
            return Outcome(name, State.SKIPPED, "one with another history is there, and has the same newest value")
        return Outcome(name, State.SKIPPED, differs)


def _done(name: Name, state: State, content: Content, lacks: tuple[Lack, ...] = ()) -> Outcome:
    """That an object is there, partly if something of it couldn't come."""
    missing: tuple[Lack, ...] = (*getattr(content, "lacks", ()), *lacks)
    return Outcome(name, State.PARTLY if missing else state, lacks=missing)
