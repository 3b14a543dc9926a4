"""The requests of an audit log, each kind once, with how often it was made (p)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from strongroom.inquiry.entries import TEST_PATH, document

MOST_KINDS = 100_000
"""Kinds of requests that are held in memory."""


class Kind(NamedTuple):
    """Requests that policies can't tell apart, but for their parameters."""

    operation: str
    path: str
    namespace: str
    policies: tuple[str, ...]
    entity_id: str
    token_namespace: str


class RequestsMade:
    """Counts the requests of a log.

    `unreadable` is the number of lines that are no entries, `left_out` that of requests for which there was no room.
    """

    def __init__(self) -> None:
        self._counts: Counter[Kind] = Counter()
        self.unreadable = 0
        self.left_out = 0

    def read(self, lines: Iterable[bytes]) -> None:
        """Count the requests of some lines.  Answers are passed over, and so is what needed no token."""
        for line in lines:
            if not line:
                continue
            entry = document(line)
            if not isinstance(entry, dict):
                self.unreadable += 1
                continue
            kind = _kind(entry)
            if kind is None:
                continue
            if kind not in self._counts and len(self._counts) >= MOST_KINDS:
                self.left_out += 1
            else:
                self._counts[kind] += 1

    def batches(self, size: int) -> Iterator[list[dict[str, Any]]]:
        """The kinds as the server takes them, the most frequent first."""
        ordered = self._counts.most_common()
        for start in range(0, len(ordered), size):
            yield [{**kind._asdict(), "count": count} for kind, count in ordered[start : start + size]]


def _kind(entry: dict[str, Any]) -> Kind | None:
    """The kind of an entry; None for an answer, for a request without a token, and for root's."""
    asked, auth = entry.get("request"), entry.get("auth")
    if entry.get("type") != "request" or not isinstance(asked, dict) or not isinstance(auth, dict):
        return None
    policies = auth.get("token_policies") or auth.get("policies")
    operation, path = asked.get("operation"), asked.get("path")
    if not isinstance(policies, list) or "root" in policies or path == TEST_PATH:
        return None
    if not isinstance(path, str) or operation not in _OPERATIONS:
        return None
    namespace = asked.get("namespace")
    results = auth.get("policy_results")
    return Kind(
        operation=operation,
        path=path,
        namespace=str(namespace.get("path") or "") if isinstance(namespace, dict) else "",
        policies=tuple(sorted(str(name) for name in policies)),
        entity_id=str(auth.get("entity_id") or ""),
        token_namespace=_home(results.get("granting_policies") if isinstance(results, dict) else None),
    )


_OPERATIONS = frozenset({"create", "read", "update", "patch", "delete", "list", "scan"})


def _home(granting: object) -> str:
    """The id of the token's namespace, which an entry names only if the request was allowed."""
    first = granting[0] if isinstance(granting, list) and granting else None
    return str(first.get("namespace_id") or "") if isinstance(first, dict) else ""
