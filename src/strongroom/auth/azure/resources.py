"""Names of Azure's resources (pure): `/subscriptions/…/resourceGroups/…/providers/…`.

Names are compared whole and without regard to case: a part of one, as `vm` of `vm-of-others`, is another name.

Source: https://learn.microsoft.com/en-us/rest/api/resources/resources/get-by-id
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.letters import lowered

VM = "microsoft.compute/virtualmachines"
SCALE_SET = "microsoft.compute/virtualmachinescalesets"
IDENTITY = "microsoft.managedidentity/userassignedidentities"

_MOST = 1024
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_GROUP = re.compile(r"[-\w._()]{0,89}[-\w_()]")
_NAME = re.compile(r"[a-zA-Z0-9](?:[-\w._]{0,78}[a-zA-Z0-9_])?", re.ASCII)
_SEGMENT = re.compile(r"[-\w.()]{1,128}")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource, in lower case."""

    subscription: str
    group: str
    type: str
    """With the provider: `microsoft.compute/virtualmachines`."""
    name: str
    """Of a resource below another one, the names are joined by slashes."""

    def is_in(self, subscription: str, group: str) -> bool:
        """Whether it is in this resource group."""
        return (self.subscription, self.group) == (lowered(subscription), lowered(group))


def parse_resource(text: str) -> Resource:
    """The resource of an id.  Raises `InvalidRequest` for anything else."""
    parts = lowered(text).strip("/").split("/")
    fits = (
        len(text) <= _MOST
        and len(parts) >= 8
        and len(parts) % 2 == 0
        and (parts[0], parts[2], parts[4]) == ("subscriptions", "resourcegroups", "providers")
        and all(_SEGMENT.fullmatch(part) and part not in {".", ".."} for part in parts)
    )
    if not fits:
        raise InvalidRequest(f"{text[:200]!r} is no id of a resource: /subscriptions/…/resourceGroups/…/providers/…")
    return Resource(parts[1], parts[3], "/".join((parts[5], *parts[6::2])), "/".join(parts[7::2]))


def check_subscription(text: str) -> None:
    """Raise `InvalidRequest` for what is no subscription id."""
    if _GUID.fullmatch(text) is None:
        raise InvalidRequest(f"invalid subscription id {text[:64]!r}")


def check_group(text: str) -> None:
    """Raise `InvalidRequest` for what is no name of a resource group."""
    if _GROUP.fullmatch(text) is None:
        raise InvalidRequest(f"invalid resource group name {text[:100]!r}")


def check_name(text: str, field: str) -> None:
    """Raise `InvalidRequest` naming the field, for what is no name of a machine or scale set."""
    if _NAME.fullmatch(text) is None:
        raise InvalidRequest(f"invalid {field} {text[:100]!r}")
