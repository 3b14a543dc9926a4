"""What this process has done, counted once for each request whatever becomes of its attempts."""

from __future__ import annotations

from collections import Counter
from typing import Final

from strongroom.sdk import Number, Request

ISSUED: Final = "certificates_issued_total"
REVOKED: Final = "certificates_revoked_total"
_OCSP: Final = "ocsp_answers_total"
_LISTS: Final = "lists_made_total"
_HELP: Final = {
    ISSUED: "Certificates that this process has issued.",
    REVOKED: "Certificates that this process has revoked.",
    _OCSP: "Questions by OCSP that this process has answered.",
    _LISTS: "Lists of revoked certificates that this process has made.",
}
_LABELS: Final = {
    ISSUED: ("", ("",)),
    REVOKED: ("", ("",)),
    _OCSP: ("status", ("successful", "unauthorized", "malformed")),
    _LISTS: ("kind", ("complete", "delta")),
}
_counts: Final[Counter[tuple[str, str]]] = Counter()
"""Of the process, as its memory and its open files are: all mounts together, and lost with it."""


def count(request: Request, what: str) -> None:
    """Count what a request does: `ISSUED` or `REVOKED`."""
    _once(request, what, "")


def count_answer(request: Request, status: str) -> None:
    """Count an answer by OCSP: `successful`, `unauthorized` or `malformed`."""
    _once(request, _OCSP, status)


def count_list(kind: str) -> None:
    """Count a list that is signed: `complete` or `delta`."""
    _counts[_LISTS, kind] += 1


def numbers() -> tuple[Number, ...]:
    """All counts; those of what never happened are 0."""
    return tuple(
        Number(f"pki.{name}", _counts[name, value], _HELP[name], {label: value} if label else {})
        for name, (label, values) in _LABELS.items()
        for value in values
    )


def _once(request: Request, what: str, value: str) -> None:
    request.once(f"pki counted {what}", lambda: _counts.update([(what, value)]))
