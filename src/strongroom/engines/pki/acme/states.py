"""The states of challenges, authorizations, orders and accounts, as tables (pure).

Source: RFC 8555, section 7.1.6
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

Table = Mapping[tuple[str, str], str]

CHALLENGE: Final[Table] = {
    ("pending", "answered"): "processing",
    ("processing", "answered"): "processing",
    ("processing", "failed for now"): "processing",
    ("processing", "proved"): "valid",
    ("processing", "failed"): "invalid",
}
AUTHORIZATION: Final[Table] = {
    ("pending", "proved"): "valid",
    ("pending", "failed"): "invalid",
    ("pending", "deactivated"): "deactivated",
    ("valid", "deactivated"): "deactivated",
}
ORDER: Final[Table] = {
    ("pending", "all proved"): "ready",
    ("pending", "one failed"): "invalid",
    ("ready", "issued"): "valid",
}
"""A request for a certificate that is refused leaves its order ready: another one may be right."""
ACCOUNT: Final[Table] = {
    ("valid", "deactivated"): "deactivated",
    ("valid", "disabled"): "revoked",
    ("revoked", "enabled"): "valid",
}


class IllegalMove(Exception):
    """There is no such move from a state.  Nothing has changed."""


def moved(table: Table, state: str, event: str) -> str:
    """The state after an event.  Raises `IllegalMove` if the state has no such event."""
    try:
        return table[state, event]
    except KeyError:
        raise IllegalMove(f"{state}: {event}") from None


def authorization_at(state: str, expires_at: float, now: float) -> str:
    """The state of an authorization at a time: those that were open or valid expire."""
    return "expired" if state in {"pending", "valid"} and now >= expires_at else state


def order_at(state: str, expires_at: float, authorizations: Iterable[str], now: float) -> str:
    """The state of an order, by the states of its authorizations."""
    if state != "pending":
        return state
    states = set(authorizations)
    if states - {"pending", "valid"} or now >= expires_at:
        return moved(ORDER, state, "one failed")
    return moved(ORDER, state, "all proved") if states == {"valid"} else state
