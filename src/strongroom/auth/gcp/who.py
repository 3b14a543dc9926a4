"""Who a role lets in (pure): each constraint alone decides.

Source: https://developer.hashicorp.com/vault/api-docs/auth/gcp#create-update-role
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.auth.gcp.google import Account
from strongroom.auth.gcp.records import EVERYBODY, GcpRole
from strongroom.lib.errors import InvalidRequest


def check_account(role: GcpRole, account: Account) -> None:
    """Let a service account in.  Raises `InvalidRequest` naming the constraint that isn't met."""
    if role.bound_projects and account.project_id not in role.bound_projects:
        raise InvalidRequest(
            f'service account "{account.email}" (project "{account.project_id}") not in bound projects: the constraint '
            "bound_projects isn't met"
        )
    check_binding(role, account)


def check_binding(role: GcpRole, account: Account) -> None:
    """Whether a service account is among those that a role binds, if it binds any.  Raises `InvalidRequest`."""
    bound = role.bound_service_accounts
    if not bound or bound == (EVERYBODY,):
        return
    if not {account.email, account.unique_id} - {""} & set(bound):
        raise InvalidRequest(
            f"service account {account.email} (id: {account.unique_id}) is not authorized for role: the constraint "
            "bound_service_accounts isn't met"
        )


def check_place(role: GcpRole, project: str, zone: str) -> None:
    """Where an instance has to be.  Raises `InvalidRequest` naming the constraint that isn't met."""
    if role.bound_projects and project not in role.bound_projects:
        raise InvalidRequest(f'instance of project "{project}": the constraint bound_projects isn\'t met')
    if role.bound_zones:
        if zone not in role.bound_zones:
            raise InvalidRequest(f'instance in zone "{zone}": the constraint bound_zones isn\'t met')
    elif role.bound_regions and region_of(zone) not in role.bound_regions:
        raise InvalidRequest(f'instance in region "{region_of(zone)}": the constraint bound_regions isn\'t met')


def check_labels(role: GcpRole, labels: Mapping[str, str]) -> None:
    """Which labels an instance has to have, all of them.  Raises `InvalidRequest` naming the first that it hasn't."""
    for key, value in role.bound_labels.items():
        if labels.get(key) != value:
            raise InvalidRequest(f'instance doesn\'t have the label "{key}:{value}" that bound_labels demands')


def region_of(zone: str) -> str:
    """The region of a zone."""
    return zone.rpartition("-")[0]
