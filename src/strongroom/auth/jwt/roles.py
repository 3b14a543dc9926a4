"""Checks roles (p)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from strongroom.auth.jwt import policy_templates
from strongroom.auth.jwt.claims import GLOB, STRING, as_list
from strongroom.auth.jwt.records import Role
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest

JWT, OIDC = "jwt", "oidc"
CLIENT, DIRECT, DEVICE = "client", "direct", "device"
TOKEN_KINDS = ("access_token", "id_token", "refresh_token")
MOST_CLAIMS = 256
_RESERVED = "role"
_CLI_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def check(role: Role) -> None:
    """Raise `InvalidRequest` for a role that can't be used."""
    if role.role_type not in {JWT, OIDC}:
        raise InvalidRequest(f"invalid 'role_type': {role.role_type}; it may be {JWT} or {OIDC}")
    if role.bound_claims_type not in {STRING, GLOB}:
        raise InvalidRequest(f"invalid 'bound_claims_type': {role.bound_claims_type}; it may be {STRING} or {GLOB}")
    _check_bound_claims(role.bound_claims or {}, role.bound_claims_type)
    _check_mappings(role.claim_mappings or {})
    for kind in role.oauth2_metadata or ():
        if kind not in TOKEN_KINDS:
            raise InvalidRequest(f"Unrecognized oauth2 metadata name {kind}")
    if not role.user_claim:
        raise InvalidRequest("a user claim must be defined on the role")
    if role.callback_mode not in {CLIENT, DIRECT, DEVICE}:
        raise InvalidRequest(f"invalid 'callback_mode': {role.callback_mode}; it may be {CLIENT}, {DIRECT} or {DEVICE}")
    if role.poll_interval_s < 0:
        raise InvalidRequest("'poll_interval' cannot be negative")
    _check_limits(role)
    if role.role_type == OIDC and not role.allowed_redirect_uris and role.callback_mode != DEVICE:
        raise InvalidRequest("'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified.")
    if role.role_type == JWT and not is_bound(role):
        raise InvalidRequest("must have at least one bound constraint when creating/updating a role")
    if role.require_group_match and not role.groups_claim:
        raise InvalidRequest("'require_group_match' needs a 'groups_claim'")
    if role.token_policies_template_claims:
        policy_templates.check(role.token.policies)


def is_bound(role: Role) -> bool:
    """Whether anything restricts who logs in by a signed token."""
    return bool(role.bound_audiences or role.bound_subject or role.bound_claims or role.token.bound_cidrs)


def warnings_of(role: Role) -> list[str]:
    """What whoever writes the role should know."""
    warnings = []
    if role.verbose_oidc_logging:
        warnings.append(
            "verbose_oidc_logging has been enabled for this role. This is not recommended in production since "
            "sensitive information may be present in OIDC responses."
        )
    if role.role_type == JWT and not role.bound_audiences:
        warnings.append("bound_audiences is empty: tokens with aud will be refused")
    if role.role_type == OIDC and role.callback_mode == CLIENT:
        uris = role.allowed_redirect_uris or ()
        if not any(_is_of_command_line(uri) for uri in uris):
            warnings.append(
                "allowed_redirect_uris has no http://localhost:8250/oidc/callback: the command line can't log in"
            )
    return warnings


def _is_of_command_line(uri: str) -> bool:
    parts = urlsplit(uri)
    return parts.hostname in _CLI_HOSTS and parts.path == "/oidc/callback"


def _check_bound_claims(bound: dict[str, Any], type_: str) -> None:
    if len(bound) > MOST_CLAIMS:
        raise InvalidRequest(f"bound_claims has more than {MOST_CLAIMS} claims")
    for name, wanted in bound.items():
        values = as_list(wanted)
        if values is None:
            raise InvalidRequest(f'bound claim "{name}" is not a string, bool, number or list')
        if type_ == GLOB and not all(isinstance(value, str) for value in values):
            raise InvalidRequest(f'bound claim "{name}" is not a string, as bound_claims_type "glob" needs it')
        if not all(isinstance(value, str | bool | int | float) for value in values):
            raise InvalidRequest(f'a value of bound claim "{name}" is not a string, bool or number')


def _check_mappings(mappings: dict[str, str]) -> None:
    limits.check_map("claim_mappings", mappings)
    targets = set()
    for target in mappings.values():
        if target == _RESERVED:
            raise InvalidRequest(f'metadata key "{target}" is reserved and may not be a mapping destination')
        if target in targets:
            raise InvalidRequest(f'multiple keys are mapped to metadata key "{target}"')
        targets.add(target)


def _check_limits(role: Role) -> None:
    for name in ("user_claim", "groups_claim", "bound_subject"):
        limits.check_name(name, getattr(role, name))
    lists: dict[str, Collection[str]] = {
        "bound_audiences": role.bound_audiences or (),
        "oidc_scopes": role.oidc_scopes or (),
        "allowed_redirect_uris": role.allowed_redirect_uris or (),
    }
    for name, items in lists.items():
        limits.check_names(name, items)
