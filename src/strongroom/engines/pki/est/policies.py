"""Who decides about an enrolment: a role, or the certificate request itself (p)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from strongroom.engines.pki.est.records import EstConfig
from strongroom.engines.pki.path_policies import ROLE, VERBATIM
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import is_segment_name

WELL_KNOWN: Final = "est"


class Place(msgspec.Struct, frozen=True):
    """What the path of a request names.  Both are empty for paths without a label."""

    label: str = ""
    role: str = ""


def role_in(policy: str, what: str) -> str:
    """The role of a path policy; empty for `sign-verbatim`.

    Args:
        what: names the setting in an error.

    Raises: `InvalidRequest` for what is neither.
    """
    if policy == VERBATIM:
        return ""
    role = policy.removeprefix(ROLE)
    if not policy.startswith(ROLE) or not is_segment_name(role):
        raise InvalidRequest(f'{what}: "{policy}" is neither {VERBATIM} nor {ROLE}<name>')
    return role


def role_of(config: EstConfig, place: Place) -> str:
    """The role that decides; empty if the certificate request does.

    Raises: `NotFound` if EST is disabled, or doesn't serve the path.
    """
    if not config.enabled:
        raise NotFound("EST is disabled on this mount")
    if place.role:
        return place.role
    policy = config.label_to_path_policy.get(place.label) if place.label else config.default_path_policy
    if not policy:
        raise NotFound(
            f'EST has no label "{place.label}" here' if place.label else "EST has no default path policy here"
        )
    return role_in(policy, "config/est")


def claims(config: EstConfig) -> Mapping[str, str]:
    """The mount's path for each path below `/.well-known/` that it serves.

    By a role, it is the role's: the policies of clients name that path, wherever they ask.
    """
    if not config.enabled:
        return {}
    found = {
        f"{WELL_KNOWN}/{label}": _target(policy, f"est/{label}")
        for label, policy in config.label_to_path_policy.items()
    }
    if config.default_mount:
        found[WELL_KNOWN] = _target(config.default_path_policy, "est")
    return found


def _target(policy: str, otherwise: str) -> str:
    role = role_in(policy, "config/est")
    return f"roles/{role}/est" if role else otherwise
