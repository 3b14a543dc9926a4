"""The settings of a token.  Users, roles, logins and renewals pass them on."""

from __future__ import annotations

from strongroom.barrier.record import Part


class TokenSettings(Part, frozen=True):
    """The settings for a token from a user, a role or a login.  Times are in seconds; 0 and empty mean "not set".

    One object carries them from the user or role to the token, and back at a renewal, so that no setting is lost.
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
    """The old names that the last request used.  Responses show them too."""
