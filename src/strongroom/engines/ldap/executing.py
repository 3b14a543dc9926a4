"""Carries out LDIF, and undoes what another one has done.  Blocks: runs in a thread with a session."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from strongroom.engines.ldap.asking import canonical_dn
from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.ldap import Add, Change, Modify, Refused, Session

_DONE = frozenset({"NO_SUCH_OBJECT", "NO_SUCH_ATTRIBUTE", "ALREADY_EXISTS", "TYPE_OR_VALUE_EXISTS"})
"""What a directory answers when it already is as it should become."""


class Taken(UpstreamFailed):
    """An entry that is to be added is there already.

    Args:
        dn: of that entry.
    """

    def __init__(self, dn: str) -> None:
        super().__init__(f'the directory has an entry "{dn}" already')
        self.dn = dn


def check_free(session: Session, changes: tuple[Change, ...]) -> None:
    """Raise `Taken` if an entry that is to be added is there."""
    for change in changes:
        if isinstance(change, Add) and session.read(change.dn, ["objectClass"]) is not None:
            raise Taken(change.dn)


def execute(session: Session, changes: tuple[Change, ...], secrets: tuple[str, ...]) -> None:
    """Make the changes in their order, up to the first that the directory refuses.

    Raises: `Taken`; `UpstreamFailed`.
    """
    for number, change in enumerate(changes, 1):
        try:
            session.apply(change, secrets=secrets)
        except Refused as error:
            if isinstance(change, Add) and error.code == "ALREADY_EXISTS":
                raise Taken(change.dn) from error
            raise UpstreamFailed(_told(number, change, error), detail=error.detail) from error


def undo(
    session: Session, changes: tuple[Change, ...], secrets: tuple[str, ...], foreign: tuple[str, ...] = ()
) -> None:
    """Make all changes that aren't made yet.  Repeating it changes nothing.

    Args:
        foreign: DNs that stay as they are.

    Raises: `UpstreamFailed` of the first that the directory refuses, when all others are tried.
    """
    spared = {canonical_dn(dn) for dn in foreign}
    failed: UpstreamFailed | None = None
    for number, change in enumerate(changes, 1):
        if canonical_dn(change.dn) in spared:
            continue
        try:
            _undo(session, change, secrets)
        except Refused as error:
            failed = failed or UpstreamFailed(_told(number, change, error), detail=error.detail)
    if failed is not None:
        raise failed


def _undo(session: Session, change: Change, secrets: tuple[str, ...]) -> None:
    try:
        session.apply(change, secrets=secrets)
    except Refused as error:
        if error.code not in _DONE:
            raise
        parts = tuple(_parts(change))
        if len(parts) < 2 or error.code == "NO_SUCH_OBJECT":
            return
        # One part is made already, so the directory has made none of the others either.
        failed: Refused | None = None
        for part in parts:
            try:
                _undo(session, part, secrets)
            except Refused as another:
                failed = failed or another
        if failed is not None:
            raise failed from error


def _parts(change: Change) -> Iterator[Change]:
    """What a change consists of, which a directory makes together or not at all: each value of each modification."""
    if not isinstance(change, Modify):
        return
    for each in change.modifications:
        if each.operation == "replace" or len(each.values) < 2:
            yield Modify(change.dn, (each,))
        else:
            yield from (Modify(change.dn, (replace(each, values=(value,)),)) for value in each.values)


def _told(number: int, change: Change, error: Refused) -> str:
    what = f"record {number} of the LDIF ({type(change).__name__.lower()} {change.dn})"
    return f"the directory refuses {what}: {error.reason or 'no reason given'}"
