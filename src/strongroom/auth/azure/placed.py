"""Whether the resource that a login names is the one that the token is of, and one that the role binds (pure).

Source: https://developer.hashicorp.com/vault/api-docs/auth/azure#login
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from strongroom.auth.azure.records import AzureRole
from strongroom.auth.azure.resources import (
    IDENTITY,
    SCALE_SET,
    VM,
    Resource,
    check_group,
    check_name,
    check_subscription,
    parse_resource,
)
from strongroom.auth.azure.tokens import Claims
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.letters import lowered


@dataclass(frozen=True, slots=True)
class Named:
    """What a login says of the resource."""

    subscription_id: str = ""
    resource_group_name: str = ""
    vm_name: str = ""
    vmss_name: str = ""
    resource_id: str = ""

    def check(self) -> None:
        """Raise `InvalidRequest` for what is no name."""
        if self.subscription_id:
            check_subscription(self.subscription_id)
        if self.resource_group_name:
            check_group(self.resource_group_name)
        if self.vm_name:
            check_name(self.vm_name, "vm_name")
        if self.vmss_name:
            check_name(self.vmss_name, "vmss_name")
        if self.resource_id:
            parse_resource(self.resource_id)


def demands_resource(role: AzureRole) -> bool:
    """Whether a role binds resources."""
    bound = (role.bound_resource_groups, role.bound_subscription_ids, role.bound_locations, role.bound_scale_sets)
    return any(bound)


def check_names(role: AzureRole, name: str, named: Named, claims: Claims) -> None:
    """What can be judged without asking Azure.  Raises `InvalidRequest` naming the claim or the constraint."""
    missing = [each for each in ("subscription_id", "resource_group_name") if not getattr(named, each)]
    if missing:
        raise InvalidRequest(
            f'{" and ".join(missing)}: required, because role "{name}" binds resources (subscription_id and '
            "resource_group_name are required)"
        )
    _check_bound(role.bound_subscription_ids, named.subscription_id, "subscription", "bound_subscription_ids", name)
    _check_bound(role.bound_resource_groups, named.resource_group_name, "resource group", "bound_resource_groups", name)
    if role.bound_scale_sets:
        if not named.vmss_name:
            raise InvalidRequest(f'role "{name}" demands bound_scale_sets: scale set requires the vmss_name field')
        _check_bound(role.bound_scale_sets, named.vmss_name, "scale set", "bound_scale_sets", name)
    if named.vmss_name:
        _check_claimed(named, claims, "vmss_name", named.vmss_name)
    elif named.vm_name:
        _check_claimed(named, claims, "vm_name", named.vm_name)
    elif named.resource_id:
        resource = parse_resource(named.resource_id)
        if not resource.is_in(named.subscription_id, named.resource_group_name):
            raise InvalidRequest("provided resource_id does not match subscription_id and resource_group_name")
        _check_same(resource, claims)
    elif role.bound_locations:
        # An identity has a location too, which isn't that of the machines to which it is assigned.
        raise InvalidRequest(
            f'role "{name}" demands bound_locations: location is empty, so one of vm_name, vmss_name or resource_id '
            "must be provided"
        )
    elif not claims.app_id:
        raise InvalidRequest("one of vm_name, vmss_name, resource_id, or the claim appid must be provided")


def _check_bound(bound: Collection[str], value: str, what: str, field: str, role: str) -> None:
    if bound and lowered(value) not in {lowered(each) for each in bound}:
        raise InvalidRequest(f'{what} not authorized: "{value}" isn\'t in {field} of role "{role}"')


def _check_claimed(named: Named, claims: Claims, field: str, value: str) -> None:
    """The token has to be of the machine itself: its claims name the resource that has the identity."""
    if not claims.resources and claims.unreadable:
        raise InvalidRequest(
            f"{field} can't be proved: the claim {claims.unreadable[0]} of the token names no resource"
        )
    if not claims.resources:
        raise InvalidRequest(
            f"{field} can't be proved: the claims xms_az_rid and xms_mirid are missing from the token. Entra ID leaves "
            "them out of tokens for an audience of the own tenant; request the token for the resource "
            "https://management.azure.com/ and configure that, or bind bound_service_principal_ids alone"
        )
    inside = [each for each in claims.resources if each.is_in(named.subscription_id, named.resource_group_name)]
    if any(_is(each, field, lowered(value)) for each in inside):
        return
    raise InvalidRequest(f"the token isn't of {field} {value}: {_told(claims)}")


def _check_same(resource: Resource, claims: Claims) -> None:
    """A token that names where it comes from isn't good for another resource to which the identity is assigned too."""
    named = [each for each in claims.resources if each.type != IDENTITY]
    if any(_is_within(each, resource) for each in named):
        return
    if named or resource.type == VM or resource.type.startswith(SCALE_SET):  # a machine's token always can name it
        raise InvalidRequest(f"the token isn't of resource_id {resource.type}/{resource.name}: {_told(claims)}")


def _is_within(part: Resource, resource: Resource) -> bool:
    if not part.is_in(resource.subscription, resource.group):
        return False
    if (part.type, part.name) == (resource.type, resource.name):
        return True
    if resource.type == SCALE_SET:
        return _is(part, "vmss_name", resource.name)
    return part.type.startswith(f"{resource.type}/") and part.name.startswith(f"{resource.name}/")


def _told(claims: Claims) -> str:
    told = "; ".join(
        f"{claim} is {each.type}/{each.name} of the resource group {each.group}, subscription {each.subscription}"
        for claim, each in (("xms_az_rid", claims.assigned), ("xms_mirid", claims.identity))
        if each is not None
    )
    return f"its claim {told}" if told else "it has neither the claim xms_az_rid nor xms_mirid"


def _is(resource: Resource, field: str, name: str) -> bool:
    if field == "vm_name":
        return resource.type == VM and resource.name == name
    if resource.type == VM:  # a machine of a flexible scale set is named after it
        return resource.name.startswith(f"{name}_")
    return resource.type.startswith(SCALE_SET) and resource.name.split("/")[0] == name


def check_found(role: AzureRole, name: str, claims: Claims, location: str, principals: Collection[str]) -> None:
    """What Azure has told.

    Args:
        location: of the resource; empty if it isn't known. principals: the ids of its identities.

    Raises: `InvalidRequest` naming the claim or the constraint.
    """
    if claims.object_id not in principals:
        raise InvalidRequest(
            f'token object id does not match expected identities: the claim oid is "{claims.object_id}", which the '
            "resource doesn't have"
        )
    check_location(role, name, location)


def check_location(role: AzureRole, name: str, location: str) -> None:
    """Where a resource has to be.  Raises `InvalidRequest`."""
    if role.bound_locations and not location:
        raise InvalidRequest(f'role "{name}" demands bound_locations: location is empty')
    _check_bound(role.bound_locations, location, "location", "bound_locations", name)
