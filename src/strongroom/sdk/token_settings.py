"""The settings of a token, as users, roles, logins and renewals hand them on."""

from __future__ import annotations

from strongroom.barrier.record import Part


class TokenSettings(Part, frozen=True):
    """What is said of a token before it is made: by a user, a role or a login.  Times in seconds; 0 and empty: not set.

    It is handed on whole, from the user or role to the token and back at its renewal, so that no setting is lost.
    """

    bound_cidrs: tuple[str, ...] = ()
    explicit_max_ttl_s: int = 0
    max_ttl_s: int = 0
    no_default_policy: bool = False
    num_uses: int = 0
    period_s: int = 0
    policies: tuple[str, ...] = ()
    strictly_bind_ip: bool = False
    ttl_s: int = 0
    type: str = "default"
    old_names: tuple[str, ...] = ()
    """Which of the old names were used last; an answer shows those too."""
