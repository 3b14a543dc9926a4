"""A token from before this process: whether it is tried before somebody logs in (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field

from strongroom.agent.methods.method import GONE


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A token that an earlier process got.

    Attributes:
        written_at: seconds since the epoch.
        owns_leases: whether leases that are still used were taken with it.
    """

    token: str = field(repr=False)
    written_at: float
    owns_leases: bool = False


def is_tried(kept: KeptToken, given_at: float | None, configured_at: float) -> bool:
    """Whether a kept token is tried first.

    It is where a login would use up what can't be had again, as a secret id.  But whoever gave a new one since, or
    changed the configuration, wants a login by that.

    Args:
        given_at: when what a login uses up was given, as `LoginMethod` has it.
        configured_at: when the configuration was changed, in seconds since the epoch.
    """
    if kept.owns_leases or given_at == GONE:
        return True
    return given_at is not None and kept.written_at >= max(given_at, configured_at)
