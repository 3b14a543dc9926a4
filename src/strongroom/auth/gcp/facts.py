"""What entities are known by, and what is told of them (pure).

Source: https://developer.hashicorp.com/vault/api-docs/auth/gcp#configure
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.auth.gcp.google import Account
from strongroom.auth.gcp.tokens import InstanceClaims
from strongroom.lib.errors import InvalidRequest

IAM_ALIASES = frozenset({"role_id", "unique_id"})
GCE_ALIASES = frozenset({"role_id", "instance_id"})
OF_ACCOUNTS = ("project_id", "role", "service_account_email", "service_account_id")
OF_INSTANCES = (
    *OF_ACCOUNTS,
    "instance_creation_timestamp",
    "instance_id",
    "instance_name",
    "project_number",
    "zone",
)


def checked(fields: tuple[str, ...], known: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The names of what is to be told.  Raises `InvalidRequest` for one that isn't known."""
    if fields == ("default",):
        return fields
    for field in fields:
        if field not in known:
            raise InvalidRequest(f"{name}: {field[:64]!r} isn't one of: [{', '.join(sorted(known))}]")
    return tuple(sorted(set(fields)))


def wanted(fields: tuple[str, ...], known: tuple[str, ...]) -> list[str]:
    """The names of what is told."""
    return sorted(known) if fields == ("default",) else list(fields)


def facts(role: str, account: Account, instance: InstanceClaims | None) -> Mapping[str, str]:
    """What is known of an entity."""
    known = {
        "role": role,
        "service_account_id": account.unique_id,
        "service_account_email": account.email,
        "project_id": account.project_id,
    }
    if instance is not None:
        known |= {
            "project_id": instance.project_id,
            "project_number": instance.project_number,
            "zone": instance.zone,
            "instance_id": instance.instance_id,
            "instance_name": instance.instance_name,
            "instance_creation_timestamp": instance.created,
        }
    return known
