"""Carries out LDIF, and undoes what another one has done.  Blocks: runs in a thread with a session."""

from __future__ import annotations

from strongroom.engines.ldap.asking import canonical_dn
from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.ldap import Add, Change, Refused, Session

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
            session.apply(change, secrets=secrets)
        except Refused as error:
            if error.code not in _DONE:
                failed = failed or UpstreamFailed(_told(number, change, error), detail=error.detail)
    if failed is not None:
        raise failed


def _told(number: int, change: Change, error: Refused) -> str:
    what = f"record {number} of the LDIF ({type(change).__name__.lower()} {change.dn})"
    return f"the directory refuses {what}: {error.reason or 'no reason given'}"
