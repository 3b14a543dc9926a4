"""Documents: read, written, and read again, because only that tells what was taken."""

from __future__ import annotations

from typing import Any

from strongroom.importing.calling import Absent, Caller, Rejected, Unreadable
from strongroom.importing.destination.comparing import document_differences, without_values
from strongroom.importing.destination.standing import Presence, Standing
from strongroom.importing.inventory import Document, Lack

_NOT_KEPT = "the destination keeps another value, or knows no such field"
_OPERATION = "its path is an operation of the destination, and no object that could be there"
_UNKNOWN_FIELDS = "Endpoint ignored these unrecognized parameters"


def look(caller: Caller, namespace: str, document: Document) -> Standing:
    """What is there of it.

    Raises: as `Caller.get`, and `Rejected` for a path that can only be written.  Names come from the source, which may
        be hostile: a role that is called `web/custom-secret-id` would give it a secret id of the destination's role.
    """
    if document.read_path is None:
        return Standing(Presence.ABSENT)
    try:
        there = _document(caller, namespace, document.read_path or document.path)
    except Unreadable:
        raise Rejected(_OPERATION) from None
    except Rejected:
        if not document.refused_if_absent:
            raise
        there = None
    if there is None:
        return Standing(Presence.ABSENT)
    differences = document_differences(document, there)
    return Standing(Presence.OTHER if differences else Presence.SAME, tuple(differences))


def write(caller: Caller, namespace: str, document: Document) -> tuple[Lack, ...]:
    """Write it, and tell what wasn't taken.  Raises as `Caller.put`, without any value of the document in the text."""
    body = {name: value for name, value in document.body.items() if value is not None or document.exact}
    try:
        answer = caller.put(namespace, document.path, body)
    except Rejected as error:
        raise Rejected(without_values(str(error), body)) from None
    told = tuple(
        Lack("warning", without_values(str(text), body))
        for text in answer.get("warnings") or ()
        if not str(text).startswith(_UNKNOWN_FIELDS)
    )
    standing = look(caller, namespace, document)
    if standing.presence is Presence.ABSENT and document.read_path is not None:
        raise Rejected("it was taken, and isn't there")
    return (*(Lack(name, _NOT_KEPT) for name in standing.differences), *told)


def read(caller: Caller, namespace: str, path: str) -> dict[str, Any] | None:
    """The data at a path, None if nothing is there."""
    try:
        return _document(caller, namespace, path)
    except Unreadable:
        return None


def _document(caller: Caller, namespace: str, path: str) -> dict[str, Any] | None:
    """The data at a path, None if nothing is there.  Raises `Unreadable`."""
    try:
        answer = caller.get(namespace, path)
    except Unreadable:
        raise
    except Absent:
        return None
    data = answer.get("data")
    return dict(data) if isinstance(data, dict) else {}
