"""Which credentials a request gets (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#generate-credentials
"""

from __future__ import annotations

from strongroom.engines.aws.records import FEDERATION_TOKEN, IAM_USER, Role
from strongroom.lib.errors import InvalidRequest

USUAL_S = 3600


def credential_type(role: Role, *, by_sts: bool) -> str:
    """The type of credentials.

    Args:
        by_sts: whether they were asked for at `sts`, instead of `creds`.

    Raises: `InvalidRequest` where a role of the old form gives that type at the other path alone.
    """
    types = role.credential_types
    # One by `policy` has two.
    kind = types[0] if len(types) == 1 else FEDERATION_TOKEN if by_sts else IAM_USER
    # Who may read one of the two paths isn't meant to get what the other one gives.
    if role.by_path and (kind == IAM_USER) == by_sts:
        where = "sts" if by_sts else "creds"
        text = (
            f"attempted to retrieve {kind} credentials through the {where} path; this is not allowed for legacy roles"
        )
        raise InvalidRequest(text)
    return kind


def checked_arn(name: str, role: Role, wanted: str) -> str:
    """The role of AWS to assume.  Raises `InvalidRequest` for one that isn't allowed, or if none is clear."""
    if not wanted:
        if len(role.role_arns) != 1:
            raise InvalidRequest("did not supply a role_arn parameter and unable to determine one")
        return role.role_arns[0]
    if wanted not in role.role_arns:
        raise InvalidRequest(f'role_arn "{wanted[:200]}" not in allowed role arns for Vault role "{name}"')
    return wanted


def lifetime(wanted_s: int | None, role: Role, mount_s: int) -> int:
    """How long a session lasts, in seconds.

    Args:
        wanted_s: by the request; None for nothing. mount_s: the longest lease of the mount.
    """
    seconds = wanted_s if wanted_s is not None else role.default_sts_ttl or USUAL_S
    return min(seconds, role.max_sts_ttl or mount_s)
