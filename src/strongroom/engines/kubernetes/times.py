"""How long tokens live (p)."""

from __future__ import annotations

from strongroom.engines.kubernetes.records import Role
from strongroom.lib.durations import format_duration_s
from strongroom.lib.errors import InvalidRequest

LEAST_S = 600
"""The API makes no token for less.

Source: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
"""


def ttl_of(role: Role, wanted_s: int, default_s: int, most_s: int) -> tuple[int, list[str]]:
    """The life of a token, and what is to be told of it.

    Args:
        wanted_s: by the request; 0 for what the role says. default_s, most_s: of the mount.

    Raises: `InvalidRequest` for a life that the API would refuse.
    """
    ttl_s, told = wanted_s or role.token_default_ttl or default_s, []
    if 0 < role.token_max_ttl < ttl_s:
        told.append(
            f"ttl of {format_duration_s(ttl_s)} is greater than the role's token_max_ttl of "
            f"{format_duration_s(role.token_max_ttl)}; capping accordingly"
        )
        ttl_s = role.token_max_ttl
    if ttl_s > most_s:
        told.append(
            f"ttl of {format_duration_s(ttl_s)} is greater than the mount's max lease ttl {format_duration_s(most_s)}; "
            "capping accordingly"
        )
        ttl_s = most_s
    if ttl_s < LEAST_S:
        raise InvalidRequest(
            f"the token would live for {format_duration_s(ttl_s)}, and Kubernetes makes none for less than "
            f"{LEAST_S // 60} minutes"
        )
    return ttl_s, told


def difference(token_s: int, lease_s: int) -> list[str]:
    """What is to be told when the cluster gives a token another life than was asked for."""
    if not token_s or token_s == lease_s:
        return []
    text = f"the created Kubernetes service account token TTL {format_duration_s(token_s)} is"
    if token_s > lease_s:
        return [f"{text} greater than the lease TTL {format_duration_s(lease_s)}"]
    return [f"{text} less than the lease TTL {format_duration_s(lease_s)}; capping the lease TTL accordingly"]
