"""What a token of Microsoft Entra ID says (pure).

Source: https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.auth.azure.records import EVERYBODY, AzureRole
from strongroom.auth.azure.resources import Resource, parse_resource
from strongroom.lib.errors import InvalidRequest

ALGORITHMS = frozenset({"RS256"})
LEEWAY_S = 60
_MOST_GROUPS = 512
_MOST_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class Claims:
    """What counts of a token."""

    object_id: str
    app_id: str
    groups: tuple[str, ...]
    too_many_groups: bool
    """Whether the token refers to the groups elsewhere, instead of naming them."""
    assigned: Resource | None
    """`xms_az_rid`: the resource that has the identity."""
    identity: Resource | None
    """`xms_mirid`: the identity, or the resource whose own it is."""
    unreadable: tuple[str, ...] = ()
    """Those of the two claims that name no resource."""

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Those that the token names."""
        return tuple(each for each in (self.assigned, self.identity) if each is not None)


def judged(claims: Mapping[str, Any], issuer: str, audience: str, now: float) -> Claims:
    """What a token says, if it counts now and here.

    Args:
        claims: proved by a signature. issuer, audience: that it has to have. now: seconds since the epoch.

    Raises: `InvalidRequest` that names the claim and the cause.
    """
    _check_issuer(claims.get("iss"), issuer)
    _check_audience(claims.get("aud"), audience)
    _check_times(claims, now)
    object_id = _text(claims.get("oid"))
    if not object_id:
        raise InvalidRequest("the claim oid of the token is missing: it names the identity that logs in")
    groups = claims.get("groups", [])
    if not isinstance(groups, list) or len(groups) > _MOST_GROUPS or not all(map(_text, groups)):
        raise InvalidRequest("the claim groups of the token can't be read")
    names = claims.get("_claim_names")
    beyond = claims.get("hasgroups") in (True, "true") or (isinstance(names, Mapping) and "groups" in names)
    return Claims(
        object_id=object_id,
        app_id=_text(claims.get("appid")) or _text(claims.get("azp")),
        groups=tuple(groups),
        too_many_groups=beyond,
        assigned=_resource(claims.get("xms_az_rid")),
        identity=_resource(claims.get("xms_mirid")),
        unreadable=tuple(
            name for name in ("xms_az_rid", "xms_mirid") if claims.get(name) and _resource(claims[name]) is None
        ),
    )


def _check_issuer(has: Any, issuer: str) -> None:
    if has != issuer:
        cause = ""
        if isinstance(has, str) and has.rstrip("/").endswith("/v2.0"):
            cause = ". It is a token of version 2.0; request one for the resource, which is of version 1.0"
        raise InvalidRequest(f'the claim iss of the token is "{_text(has)}", and the tenant\'s is "{issuer}"{cause}')


def _check_audience(has: Any, audience: str) -> None:
    listed = [has] if isinstance(has, str) else has
    if not isinstance(listed, list) or audience not in listed:
        shown = ", ".join(_text(each) for each in listed[:8]) if isinstance(listed, list) else ""
        raise InvalidRequest(
            f'the claim aud of the token is "{shown}", and resource in the configuration is "{audience}"'
        )


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, not_before = claims.get("exp"), claims.get("nbf", 0)
    for name, value in (("exp", expires), ("nbf", not_before)):
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise InvalidRequest(f"the claim {name} of the token is no time")
    assert isinstance(expires, int | float)
    if not expires > now:
        raise InvalidRequest(f"the token has expired: its claim exp is {int(now - expires)} seconds ago")
    if not not_before <= now + LEEWAY_S:
        raise InvalidRequest("the token is not yet valid: its claim nbf is in the future")


def _resource(text: Any) -> Resource | None:
    """The resource of a claim; None for none, and for what isn't one: most roles don't need to know."""
    try:
        return parse_resource(text) if isinstance(text, str) else None
    except InvalidRequest:
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= _MOST_CHARACTERS else ""


def check_identity(role: AzureRole, name: str, claims: Claims) -> None:
    """Whether the identity, or one of its groups, is bound.  Raises `InvalidRequest` naming what isn't."""
    principals, groups = role.bound_service_principal_ids, role.bound_group_ids
    any_principal, any_group = principals in {(), (EVERYBODY,)}, groups in {(), (EVERYBODY,)}
    if any_principal and any_group:
        raise InvalidRequest(
            f'role "{name}": expected specific bound_group_ids or bound_service_principal_ids; both cannot be empty or '
            "'*'"
        )
    if not any_principal and claims.object_id not in principals:
        raise InvalidRequest(
            f'service principal not authorized: the claim oid is "{claims.object_id}", which isn\'t in '
            f'bound_service_principal_ids of role "{name}"'
        )
    if any_group or set(claims.groups) & set(groups):
        return
    if claims.too_many_groups:
        raise InvalidRequest(
            f'groups not authorized: role "{name}" demands bound_group_ids, and the token names no groups because '
            "there are too many of them; have the application's tokens name only assigned groups"
        )
    cause = "has no claim groups" if not claims.groups else f"has the claim groups {list(claims.groups[:16])}"
    raise InvalidRequest(f'groups not authorized: the token {cause}, and role "{name}" demands bound_group_ids')
