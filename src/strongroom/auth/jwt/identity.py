"""Who a token's claims say that somebody is, and what they get (p)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.auth.jwt import claims as claims_
from strongroom.auth.jwt import policy_templates
from strongroom.auth.jwt.records import Role
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Auth, token_fields


def login(name: str, role: Role, claims: Mapping[str, Any], extra: Mapping[str, str] | None = None) -> Auth:
    """The login that a role gives for proved claims.

    Args:
        name: of the role. extra: metadata that only the token gets.

    Raises: `InvalidRequest` for claims that the role doesn't let in.
    """
    user = claims_.user_name(claims, role.user_claim, by_pointer=role.user_claim_json_pointer)
    metadata = {**claims_.mapped(claims, role.claim_mappings or {}), "role": name}
    groups = groups_of(role, claims)
    claims_.check_bound(claims, role.bound_claims or {}, role.bound_claims_type)
    settings = role.token
    if role.token_policies_template_claims:
        filled = policy_templates.policies(settings.policies, claims)
        settings = msgspec.structs.replace(settings, policies=filled)
    auth = token_fields.grant(
        settings,
        alias=user,
        metadata={**metadata, **(extra or {})},
        internal={"role": name, "role_type": "native", "policies": fingerprint(role)},
    )
    return msgspec.structs.replace(
        auth, alias_metadata=metadata, group_aliases=groups, group_required=role.require_group_match
    )


def groups_of(role: Role, claims: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The names of the user's groups; None if the role asks for none.  Raises `InvalidRequest`."""
    if not role.groups_claim:
        return None
    value = claims_.claim(claims, role.groups_claim)
    if value is not None:
        return claims_.group_names(value, role.groups_claim)
    if claims_.is_sent_by_reference(claims, role.groups_claim):
        raise InvalidRequest("failed to fetch groups: groups sent by reference; set provider_config")
    if role.groups_claim_optional:
        return ()
    raise InvalidRequest(f'failed to fetch groups: "{role.groups_claim}" claim not found in token')


def fingerprint(role: Role) -> str:
    """A digest of the role's policies where they are templates, whose claims a renewal doesn't have; else empty."""
    if not role.token_policies_template_claims:
        return ""
    return hashlib.sha256(json.dumps(sorted(role.token.policies)).encode()).hexdigest()
