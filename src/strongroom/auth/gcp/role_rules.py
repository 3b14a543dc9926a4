"""Which settings of a role fit together (pure).

Source: https://developer.hashicorp.com/vault/api-docs/auth/gcp#create-update-role
"""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.auth.gcp.records import EVERYBODY, GCE, IAM, GcpRole
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest

LISTS = ("bound_projects", "bound_service_accounts", "bound_zones", "bound_regions", "bound_instance_groups")
FOR_IAM = ("max_jwt_exp", "allow_gce_inference")
FOR_GCE = ("bound_zones", "bound_regions", "bound_instance_groups", "bound_labels")
MOST_JWT_EXP_S = 3600
MOST_GROUPS = 32
"""Each is asked for, in one or two places."""


def check_role(role: GcpRole) -> list[str]:
    """Warnings about settings.  Raises `InvalidRequest` for settings that don't fit together."""
    if role.type not in {IAM, GCE}:
        raise InvalidRequest(f"role type '{role.type[:64]}' is invalid: it may be iam or gce")
    for name in LISTS:
        limits.check_names(name, getattr(role, name))
        if "" in getattr(role, name):
            raise InvalidRequest(f"an item of {name} is empty")
    limits.check_map("bound_labels", role.bound_labels)
    accounts = role.bound_service_accounts
    if EVERYBODY in accounts and len(accounts) > 1:
        raise InvalidRequest(
            f"cannot provide IAM service account wildcard '{EVERYBODY}' (for all service accounts) with other service "
            "accounts"
        )
    if not role.bound_projects and (not accounts or EVERYBODY in accounts):
        # Anybody can have a project of their own, with accounts and instances of any name and label.
        raise InvalidRequest(
            "the role would let in everybody who has a project of Google Cloud: bound_projects must be set, or "
            "bound_service_accounts to other than '*'"
        )
    return _check_iam(role) if role.type == IAM else _check_gce(role)


def _check_iam(role: GcpRole) -> list[str]:
    if not role.bound_service_accounts:
        raise InvalidRequest("IAM role type must have at least one service account: bound_service_accounts is empty")
    if role.max_jwt_exp_s > MOST_JWT_EXP_S:
        raise InvalidRequest(f"max_jwt_exp cannot be more than {MOST_JWT_EXP_S // 60} minutes")
    return []


def _check_gce(role: GcpRole) -> list[str]:
    if role.bound_instance_groups and not (role.bound_zones or role.bound_regions):
        raise InvalidRequest("region or zone information must be specified if an instance group is given")
    if len(role.bound_instance_groups) > MOST_GROUPS:
        raise InvalidRequest(f"bound_instance_groups has more than {MOST_GROUPS} items")
    if role.bound_regions and role.bound_zones:
        return [
            'Given both "bound_regions" and "bound_zones" fields for role type "gce", "bound_regions" will be ignored '
            'in favor of the more specific "bound_zones" field. To fix this warning, update the role to remove either '
            'the "bound_regions" or "bound_zones" field.'
        ]
    return []


def labels_of(items: Iterable[str]) -> dict[str, str]:
    """Labels out of `key:value`.  Raises `InvalidRequest` naming those that are none."""
    pairs = [item.split(":") for item in items]
    wrong = [":".join(pair) for pair in pairs if len(pair) != 2 or not pair[0]]
    if wrong:
        raise InvalidRequest(f"invalid labels given: {[text[:64] for text in wrong[:8]]}")
    return {pair[0]: pair[1] for pair in pairs}


def last_part(link: str) -> str:
    """The name at the end of a link, as `https://…/zones/us-east1-b` has it."""
    return link.rstrip("/").rpartition("/")[2]
