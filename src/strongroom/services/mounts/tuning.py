"""Parses, checks and shows the settings of a mount, which `config` and `tune` set (pure).

Source: https://developer.hashicorp.com/vault/api-docs/system/mounts#tune-mount-configuration
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from strongroom.lib.durations import parse_duration_s
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_signed_seconds, to_text
from strongroom.sdk.fields import Body, CommaList, Doc, JsonMap, Normal, OneOf
from strongroom.sdk.near_miss import Keys
from strongroom.sdk.token_fields import KEEP, NARROW, REFUSE
from strongroom.services.mounts.records import BUILT_IN_VERSION, Lockout, MountConfig

SECRET = "secret"  # noqa: S105 - the name of a mount table
AUTH = "auth"

LOCKOUT_TYPES = frozenset({"approle", "ldap", "userpass"})
"""Auth methods whose users can be locked out."""

_SYSTEM = "system"
_TOKEN_HEADER = "x-vault-token"  # noqa: S105 - a header's name
_SEMANTIC = re.compile(r"v?[0-9]{1,9}(\.[0-9]{1,9}){0,2}([-+~][0-9A-Za-z.+~-]{1,99})?")
_DISABLE = "lockout_disable"
_WITH_PASSWORDS = "userpass"
_SCOPE = "lockout_scope"
_SCOPES = {"user": False, "user_and_source": True}
_LOCKOUT = frozenset({"lockout_threshold", "lockout_duration", "lockout_counter_reset_duration", _DISABLE, _SCOPE})
LOCKOUT_KEYS = Keys(_LOCKOUT)
_VISIBILITIES = frozenset({"", "unauth", "hidden"})
_TOKEN_TYPES = frozenset({"", "default-service", "default-batch", "service", "batch"})
DEFAULT_TOKEN_TYPE = "default-service"  # noqa: S105 - a kind of token
_CREATIONS = frozenset({"", "auto", "existing"})
_ON_POLICY_CHANGE = frozenset({"", REFUSE, KEEP, NARROW})
_LISTS = (
    "allowed_managed_keys",
    "allowed_response_headers",
    "audit_non_hmac_request_keys",
    "audit_non_hmac_response_keys",
    "delegated_auth_accessors",
    "passthrough_request_headers",
)


class ConfigBody(Body, frozen=True):
    """The settings of both enabling and tuning; None for one that the request doesn't name."""

    default_lease_ttl: Annotated[
        str | None, Doc(description="How long leases last; `system` as the server says."), Normal(_seconds)
    ] = None
    max_lease_ttl: Annotated[str | None, Doc(description="How long renewals can prolong leases."), Normal(_seconds)] = (
        None
    )
    audit_non_hmac_request_keys: Annotated[
        CommaList | None, Doc(description="Fields of requests that audit logs show as they are.")
    ] = None
    audit_non_hmac_response_keys: Annotated[
        CommaList | None, Doc(description="Fields of answers that audit logs show as they are.")
    ] = None
    listing_visibility: Annotated[
        str | None, Doc(description="`unauth` to be seen without a token, or `hidden`."), OneOf("unauth", "hidden")
    ] = None
    passthrough_request_headers: Annotated[
        CommaList | None, Doc(description="Headers of requests that the engine may see.")
    ] = None
    allowed_response_headers: Annotated[
        CommaList | None, Doc(description="Headers that the engine may put on answers.")
    ] = None
    allowed_managed_keys: Annotated[CommaList | None, Doc(description="Managed keys that the engine may use.")] = None
    delegated_auth_accessors: Annotated[
        CommaList | None,
        Doc(description="Accessors of auth methods that the engine may have clients without a token logged in by."),
    ] = None
    token_type: Annotated[str | None, Doc(description="The kind of token that logging in gives.")] = None
    plugin_version: Annotated[str | None, Doc(description="The version to run; only the built-in one exists.")] = None
    identity_creation: Annotated[
        str | None, Doc(description="`auto` makes an entity at a first login, `existing` refuses a login without one.")
    ] = None
    on_policy_change: Annotated[
        str | None,
        Doc(
            description="What becomes of a renewal when the policies of the user or role have changed: `refuse`, "
            "`keep` the token's, `narrow` them to those that both have. Empty for what the method does of itself."
        ),
    ] = None
    self_service_password: Annotated[
        bool | None, Doc(description="Whether users may change their own passwords, for userpass.")
    ] = None
    list_scoped: Annotated[
        bool | None, Doc(description="Whether listings show a client only the names that it may read.")
    ] = None
    user_lockout_config: Annotated[
        JsonMap | None,
        Doc(description="When failed logins lock a user out (`lockout_threshold`, …)."),
        LOCKOUT_KEYS,
    ] = None


class EnableConfigBody(ConfigBody, frozen=True):
    """The `config` of a new mount."""

    force_no_cache: Annotated[bool, Doc(description="Stored and shown for compatibility. It has no effect.")] = False
    plugin_name: Annotated[
        str, Doc(description="Older way to name the type: with `type` set to `plugin`, this is the type.")
    ] = ""


def enabled(given: EnableConfigBody, table: str, type_: str, system_max_s: int) -> MountConfig:
    """The settings of a new mount.

    Args:
        system_max_s: the server's `max_lease_ttl`.

    Raises: `InvalidRequest` for values that can't be read or don't fit together.
    """
    default_s = _seconds(given.default_lease_ttl, "unable to parse default TTL of {}: ")
    max_s = _seconds(given.max_lease_ttl, "unable to parse max TTL of {}: ")
    if max_s and default_s > max_s:
        raise InvalidRequest("given default lease TTL greater than given max lease TTL")
    if not max_s and default_s > system_max_s:
        raise InvalidRequest(f"given default lease TTL greater than system max lease TTL of {system_max_s}")
    if given.plugin_version not in {None, "", BUILT_IN_VERSION}:
        raise InvalidRequest(f"cannot select non-builtin version of {_kind(table)} plugin {type_}")
    config = MountConfig(default_lease_ttl_s=default_s, max_lease_ttl_s=max_s, force_no_cache=given.force_no_cache)
    if table != AUTH:
        given = msgspec.structs.replace(given, token_type=None)
    return _with_common(config, given, table, type_)


def tuned(config: MountConfig, given: ConfigBody, table: str, path: str, type_: str) -> MountConfig:
    """The settings after a tuning.

    Raises: `InvalidRequest` for values that can't be read, don't fit together, or aren't for this mount.
    """
    default_s, max_s = config.default_lease_ttl_s, config.max_lease_ttl_s
    if given.default_lease_ttl:
        default_s = _seconds(given.default_lease_ttl)
    if given.max_lease_ttl:
        max_s = _seconds(given.max_lease_ttl)
    if (default_s, max_s) != (config.default_lease_ttl_s, config.max_lease_ttl_s) and max_s and default_s > max_s:
        raise InvalidRequest(
            f"backend max lease TTL of {max_s} would be less than backend default lease TTL of {default_s}"
        )
    if given.token_type is not None:
        if table != AUTH:
            raise InvalidRequest("'token_type' can only be modified on auth mounts")
        if path == "token/":
            raise InvalidRequest("'token_type' cannot be set for 'token' or 'ns_token' auth mounts")
    _check_version(given.plugin_version, type_)
    config = msgspec.structs.replace(config, default_lease_ttl_s=default_s, max_lease_ttl_s=max_s)
    return _with_common(config, given, table, type_)


def shown(config: MountConfig, table: str) -> dict[str, Any]:
    """The `config` of a mount in listings.  A time is 0 where the server's default applies."""
    data = common(config, table)
    data |= {"default_lease_ttl": config.default_lease_ttl_s, "max_lease_ttl": config.max_lease_ttl_s}
    if config.lockout is not None:
        data["user_lockout_config"] = _shown_lockout(config.lockout)
    return data


def shown_tuning(config: MountConfig, table: str, default_ttl_s: int, max_ttl_s: int) -> dict[str, Any]:
    """The settings in the response of `tune`, with the effective times."""
    data = common(config, table)
    data |= {
        "default_lease_ttl": config.default_lease_ttl_s or default_ttl_s,
        "max_lease_ttl": config.max_lease_ttl_s or max_ttl_s,
    }
    if config.lockout is not None:
        data |= _shown_lockout(config.lockout)
    return data


def common(config: MountConfig, table: str) -> dict[str, Any]:
    """The fields that listings and `tune` share.  Settings that aren't set are left out."""
    data: dict[str, Any] = {"force_no_cache": config.force_no_cache}
    for name in _LISTS:
        if values := getattr(config, name):
            data[name] = list(values)
    if config.listing_visibility:
        data["listing_visibility"] = config.listing_visibility
    if config.list_scoped:
        data["list_scoped"] = True
    if table == AUTH:
        data["token_type"] = config.token_type or DEFAULT_TOKEN_TYPE
        if config.identity_creation:
            data["identity_creation"] = config.identity_creation
        if config.on_policy_change:
            data["on_policy_change"] = config.on_policy_change
        if config.self_service_password:
            data["self_service_password"] = True
    return data


def options_with(
    options: Mapping[str, str] | None, given: Mapping[str, str], type_: str
) -> tuple[dict[str, str], tuple[int, int] | None]:
    """The options after a tuning.

    Returns: the options; and the old and the new version, if a `kv` mount changes its version.

    Raises: `InvalidRequest` for a version that isn't one, or an older one.
    """
    merged = {**(options or {}), **given}
    if "version" not in given:
        return merged, None
    try:
        new = int(given["version"])
    except ValueError as error:
        raise InvalidRequest(
            f'unable to parse options: strconv.ParseInt: parsing "{given["version"]}": invalid syntax'
        ) from error
    old = int((options or {}).get("version") or 1)
    if new < old:
        raise InvalidRequest(f"cannot downgrade mount from version {old}")
    return merged, (old, new) if new != old and type_ in {"kv", "generic"} else None


def _check_version(version: str | None, type_: str) -> None:
    if version in {None, BUILT_IN_VERSION}:
        return
    if _SEMANTIC.fullmatch(version or "") is None:
        raise InvalidRequest(f'version "{version}" is not a valid semantic version: malformed version: {version}')
    raise InvalidRequest(f"plugin not found in the catalog: {type_}, version={version}")


def _kind(table: str) -> str:
    return "auth" if table == AUTH else "secrets"


def _seconds(text: str | None, prefix: str = "") -> int:
    if text in {None, "", _SYSTEM}:
        return 0
    try:
        return parse_duration_s(text)
    except InvalidRequest as error:
        raise InvalidRequest(prefix.format(text) + error.text) from error


def _with_common(config: MountConfig, given: ConfigBody, table: str, type_: str) -> MountConfig:
    changes: dict[str, Any] = {}
    for name in _LISTS:
        values = getattr(given, name)
        if values is not None:
            changes[name] = tuple(values) or None
    if any(name.lower() == _TOKEN_HEADER for name in given.passthrough_request_headers or ()):
        raise InvalidRequest("X-Vault-Token cannot be passed through: an engine never sees its client's token")
    if given.listing_visibility is not None:
        if given.listing_visibility not in _VISIBILITIES:
            raise InvalidRequest(f"invalid listing_visibility {given.listing_visibility}: unauth or hidden")
        changes["listing_visibility"] = given.listing_visibility
    if given.token_type is not None:
        if given.token_type not in _TOKEN_TYPES:
            raise InvalidRequest("invalid value for 'token_type': default-service, default-batch, service or batch")
        changes["token_type"] = given.token_type
    if given.identity_creation is not None:
        if table != AUTH:
            raise InvalidRequest("'identity_creation' can only be set on auth mounts")
        if given.identity_creation not in _CREATIONS:
            raise InvalidRequest("invalid value for 'identity_creation': auto or existing")
        changes["identity_creation"] = "" if given.identity_creation == "auto" else given.identity_creation
    if given.on_policy_change is not None:
        if table != AUTH:
            raise InvalidRequest("'on_policy_change' can only be set on auth mounts")
        if given.on_policy_change not in _ON_POLICY_CHANGE:
            raise InvalidRequest("invalid value for 'on_policy_change': refuse, keep or narrow")
        changes["on_policy_change"] = given.on_policy_change
    if given.list_scoped is not None:
        changes["list_scoped"] = given.list_scoped
    if given.self_service_password is not None:
        if type_ != _WITH_PASSWORDS:
            raise InvalidRequest("'self_service_password' can only be set on auth mounts of the type userpass")
        changes["self_service_password"] = given.self_service_password
    if given.plugin_version is not None:
        changes["plugin_version"] = given.plugin_version
    if given.user_lockout_config:
        if table != AUTH or type_ not in LOCKOUT_TYPES:
            raise InvalidRequest(f'tuning of user lockout configuration for auth type "{type_}" not allowed')
        changes["lockout"] = _lockout(config.lockout or Lockout(), given.user_lockout_config)
    return msgspec.structs.replace(config, **changes)


def _lockout(lockout: Lockout, given: Mapping[str, Any]) -> Lockout:
    changes: dict[str, Any] = {}
    named = {name: value for name, value in given.items() if name in _LOCKOUT and value is not None}
    # In a mount's settings only a JSON boolean is a boolean, and a boolean is nothing else.
    if any(_is_flag(value) is not (name == _DISABLE) for name, value in named.items()):
        raise InvalidRequest("unable to convert given user lockout config information")
    try:
        if threshold := to_text(named.get("lockout_threshold")):
            changes["threshold"] = _unsigned(threshold)
        for name, attribute in (
            ("lockout_duration", "duration_s"),
            ("lockout_counter_reset_duration", "counter_reset_s"),
        ):
            if named.get(name, "") != "":
                changes[attribute] = to_signed_seconds(named[name])
                if changes[attribute] < 0:
                    raise InvalidRequest(f"{name} cannot be negative")
    except FieldError as error:
        raise InvalidRequest(str(error)) from error
    if _DISABLE in named:
        changes["disabled"] = named[_DISABLE]
    if _SCOPE in named:
        if named[_SCOPE] not in _SCOPES:
            raise InvalidRequest(f"{_SCOPE} must be one of {', '.join(_SCOPES)}")
        changes["by_source"] = _SCOPES[named[_SCOPE]]
    return msgspec.structs.replace(lockout, **changes)


def _is_flag(value: Any) -> bool | None:
    """True for a boolean, False for a string or number, None for anything else."""
    return isinstance(value, bool) if isinstance(value, bool | str | int | float) else None


def _unsigned(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:20]) >= 2**63:
        raise InvalidRequest(
            f'unable to parse user lockout threshold: strconv.ParseUint: parsing "{text}": invalid syntax'
        )
    return int(text)


def _shown_lockout(lockout: Lockout) -> dict[str, Any]:
    scope = {f"user_{_SCOPE}": "user_and_source"} if lockout.by_source else {}
    return scope | {
        "user_lockout_counter_reset_duration": lockout.counter_reset_s,
        "user_lockout_disable": lockout.disabled,
        "user_lockout_duration": lockout.duration_s,
        "user_lockout_threshold": lockout.threshold,
    }
