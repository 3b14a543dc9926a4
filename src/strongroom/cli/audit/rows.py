"""Renders found entries, as lines for people and as JSON for programs (pure)."""

from __future__ import annotations

import json

from strongroom.cli.audit.visible import visible
from strongroom.inquiry import entries
from strongroom.inquiry.inquiry import Found

_WIDTHS = (27, 9, 9, 24, 15)
_HEAD = ("Time", "Outcome", "Operation", "Who", "Address", "Path")
_LONG = 2000


def header() -> str:
    """The headings.  Widths are fixed, because lines are shown as they are found."""
    return f"{_row(_HEAD)}\n{_row(tuple('-' * len(name) for name in _HEAD))}"


def row(found: Found) -> str:
    """One request in a line."""
    request = found.entry.request
    path = f"{request.path} (of {found.opened})" if found.opened else request.path
    return _row(
        (found.entry.time, found.outcome, request.operation, " < ".join(found.names), request.remote_address, path)
    )


def details(found: Found) -> str:
    """What else is known of it, indented."""
    entry = found.entry
    results = entry.auth.policy_results
    granting = [one.name for one in (results.granting_policies or ())] if results is not None else []
    granted = ", ".join(granting) or ("no policy" if results is not None else "")
    known = {
        "request": entry.request.id,
        "entity": entry.auth.entity_id,
        "accessor": entry.auth.accessor or entry.request.client_token_accessor,
        "policies": ", ".join(entry.auth.policies or ()),
        "granted by": granted,
        "error": " ".join(entry.error.split()),
    }
    return "\n".join(f"    {name}: {visible(value, _LONG)}" for name, value in known.items() if value)


def document(found: Found) -> str:
    """The entry as one line of JSON, with `made_by`, `opened` and `outcome` beside what the server wrote.

    Of a line that can't be read as a whole, which the server doesn't write, it says what can, and that it is `damaged`.
    """
    whole = entries.document(found.line)
    if whole is None:
        asked = found.entry.request
        request = {"id": asked.id, "operation": asked.operation, "path": asked.path}
        whole = {"time": found.entry.time, "type": found.entry.type, "request": request, "damaged": True}
    whole |= {"outcome": found.outcome, "made_by": list(found.names[1:])}
    if found.opened:
        whole["opened"] = found.opened
    # This is the only unprintable ASCII character that the encoder doesn't escape.
    return json.dumps(whole, separators=(",", ":")).replace("\x7f", "\\u007f")


def _row(cells: tuple[str, ...]) -> str:
    shown = [visible(cell) or "-" for cell in cells]
    return "  ".join([*(cell.ljust(width) for cell, width in zip(shown, _WIDTHS, strict=False)), shown[-1]])
