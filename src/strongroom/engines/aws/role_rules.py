"""Which roles are taken, and what they read back as (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-role
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from strongroom.engines.aws.policies import compact
from strongroom.engines.aws.records import (
    ASSUMED_ROLE,
    FEDERATION_TOKEN,
    IAM_USER,
    SESSION_TOKEN,
    STS_TYPES,
    TYPES,
    Role,
)
from strongroom.lib import limits
from strongroom.lib.aws import parse_arn
from strongroom.lib.errors import InvalidRequest, UnsupportedPath
from strongroom.sdk.routing import UNSUPPORTED_PATH

_NAME = re.compile(r"\w(?:[\w.@-]{0,510}\w)?", re.ASCII)
USER_PATH = r"^\/([\x21-\x7F]{0,510}\/)?$"
_USER_PATH = re.compile(r"/([\x21-\x7F]{0,510}/)?")
MOST_WAIT_S = 30
_MOST_ARNS = 64
_USUAL = Role()
_THERE_ARE = f"; there are {', '.join(TYPES)}"
OURS = ("max_leases", "reuse", "lease_owner")
"""Options of users that Vault doesn't have; shown where they are set."""
OWNERS = ("token", "entity")
_SHOWN = (
    "policy_arns",
    "role_arns",
    "policy_document",
    "iam_groups",
    "iam_tags",
    "session_tags",
    "external_id",
    "default_sts_ttl",
    "max_sts_ttl",
    "user_path",
    "permissions_boundary_arn",
    "mfa_serial_number",
    "wait_usable",
)
NEW_STYLE = (
    "credential_type",
    "role_arns",
    "policy_arns",
    "policy_document",
    "default_sts_ttl",
    "max_sts_ttl",
    "user_path",
    "permissions_boundary_arn",
)
"""Parameters that can't be given beside the old ones."""


def check_role_name(name: str) -> None:
    """Raise `UnsupportedPath` unless it can be the name of a role: letters and digits, with `-`, `.`, `@` within."""
    if _NAME.fullmatch(name) is None:
        raise UnsupportedPath(UNSUPPORTED_PATH)


def by_old_form(text: str) -> Role:
    """The role that `arn` or `policy` stands for.

    Raises: `InvalidRequest` for what is neither an ARN of a role or policy, nor a document.
    """
    refusal = InvalidRequest(f"unable to parse supplied data: {quoted(text[:200])}")
    try:
        if not text.startswith("arn:"):
            # It may be meant for either: users come from `creds`, federated users from `sts`.
            return Role(credential_types=(IAM_USER, FEDERATION_TOKEN), policy_document=compact(text), by_path=True)
        kind = parse_arn(text).resource.split("/")[0]
    except InvalidRequest as error:
        raise refusal from error
    if kind == "role":
        return Role(credential_types=(ASSUMED_ROLE,), role_arns=(text,), by_path=True)
    if kind == "policy":
        return Role(credential_types=(IAM_USER,), policy_arns=(text,), by_path=True)
    raise refusal


def check_role(role: Role) -> None:
    """Raise `InvalidRequest` with all that is wrong with a role."""
    found = [*_of_type(role), *_of_times(role), *_of_names(role)]
    if found:
        raise InvalidRequest(f"error(s) validating supplied role data: {quoted(listed_errors(found))}")
    _check_sizes(role)


def _of_type(role: Role) -> list[str]:
    types = role.credential_types
    found = [] if types else [f"did not supply credential_type{_THERE_ARE}"]
    found += [f"unrecognized credential type: {each[:64]}{_THERE_ARE}" for each in types if each not in TYPES]
    if role.user_path and IAM_USER not in types:
        found.append(f"user_path parameter only valid for {IAM_USER} credential type")
    if role.permissions_boundary_arn and IAM_USER not in types:
        found.append(f"cannot supply permissions_boundary_arn when credential_type isn't {IAM_USER}")
    for name in ("wait_usable", *OURS):
        if getattr(role, name) != getattr(_USUAL, name) and IAM_USER not in types:
            found.append(f"{name} parameter only valid for {IAM_USER} credential type")
    if role.max_leases < 0:
        found.append("max_leases is less than 0")
    if role.lease_owner not in OWNERS:
        found.append(f"lease_owner has to be one of {', '.join(OWNERS)}")
    if (role.policy_document or role.policy_arns) and SESSION_TOKEN in types:
        found.append(f"cannot supply a policy or role when using credential_type {SESSION_TOKEN}")
    for name in ("role_arns", "session_tags", "external_id"):
        if getattr(role, name) and ASSUMED_ROLE not in types:
            found.append(f"cannot supply {name} when credential_type isn't {ASSUMED_ROLE}")
    return found


def _of_times(role: Role) -> list[str]:
    found = []
    for name in ("default_sts_ttl", "max_sts_ttl"):
        if getattr(role, name) and not STS_TYPES.intersection(role.credential_types):
            kinds = f"{ASSUMED_ROLE}, {FEDERATION_TOKEN}, and {SESSION_TOKEN}"
            found.append(f"{name} parameter only valid for {kinds} credential types")
    if 0 < role.max_sts_ttl < role.default_sts_ttl:
        found.append('"default_sts_ttl" value must be less than or equal to "max_sts_ttl" value')
    if role.wait_usable > MOST_WAIT_S:
        found.append(f"wait_usable is longer than {MOST_WAIT_S} seconds")
    return found


def _of_names(role: Role) -> list[str]:
    found = []
    if role.user_path and not _USER_PATH.fullmatch(role.user_path):
        found.append(f'the specified value for user_path is invalid. It must match "{USER_PATH}" regexp')
    if role.permissions_boundary_arn and (reason := _no_policy(role.permissions_boundary_arn)):
        found.append(f"invalid permissions_boundary_arn parameter: {reason}")
    for name in ("role_arns", "policy_arns"):
        found += [
            f'invalid {name} parameter: "{each[:200]}" is no ARN' for each in getattr(role, name) if not _arn(each)
        ]
    return found


def _arn(text: str) -> bool:
    try:
        parse_arn(text)
    except InvalidRequest:
        return False
    return True


def _no_policy(text: str) -> str:
    """Why an ARN isn't that of a policy; empty if it is."""
    try:
        arn = parse_arn(text)
    except InvalidRequest as error:
        return error.text
    if arn.service != "iam":
        return f"expected a service of iam but got {arn.service}"
    return "" if arn.resource.startswith("policy/") else f"expected a resource type of policy but got {arn.resource}"


def _check_sizes(role: Role) -> None:
    limits.check_names("role_arns", role.role_arns, _MOST_ARNS)
    limits.check_names("policy_arns", role.policy_arns, _MOST_ARNS)
    limits.check_names("iam_groups", role.iam_groups, _MOST_ARNS)
    limits.check_map("iam_tags", role.iam_tags)
    limits.check_map("session_tags", role.session_tags)
    for name in ("external_id", "mfa_serial_number", "permissions_boundary_arn"):
        limits.check_name(name, getattr(role, name), 2048)


def shown(role: Role) -> dict[str, Any]:
    """The data of a read."""
    data = {name: _plain(getattr(role, name)) for name in _SHOWN}
    types = list(role.credential_types)
    ours = {name: value for name in OURS if (value := getattr(role, name)) != getattr(_USUAL, name)}
    return {"credential_type": ",".join(types), "credential_types": types, **data, **ours}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def merged(role: Role, given: dict[str, Any]) -> Role:
    """The role after a request's changes.  Raises `InvalidRequest` for a document that is no JSON."""
    if "policy_document" in given:
        try:
            given = {**given, "policy_document": compact(given["policy_document"])}
        except InvalidRequest as error:
            text = f"cannot parse policy document: {quoted(given['policy_document'][:200])}"
            raise InvalidRequest(text) from error
    if "credential_type" in given:
        given = {**given, "credential_types": (given["credential_type"],)}
        del given["credential_type"]
    return msgspec.structs.replace(role, **given, by_path=False)


def listed_errors(found: list[str]) -> str:
    """Several errors as Vault writes them."""
    count = "1 error" if len(found) == 1 else f"{len(found)} errors"
    return f"{count} occurred:\n" + "".join(f"\t* {each}\n" for each in found) + "\n"


def quoted(text: str) -> str:
    """A text in quotes, with signs that aren't printed as Go writes them.  Source: https://pkg.go.dev/strconv#Quote"""
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return f'"{out}"'
