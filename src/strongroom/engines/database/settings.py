"""What a connection's configuration means: merged, checked and shown (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from strongroom.engines.database import demands, statements, usernames
from strongroom.engines.database.config_fields import OWN, ConfigFields
from strongroom.engines.database.decoding import number_of, text_of
from strongroom.engines.database.driver import Driver
from strongroom.engines.database.masking import without_password
from strongroom.engines.database.records import SUPPLIED, Connection
from strongroom.lib import limits
from strongroom.lib.durations import parse_duration_s
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_bool, to_int, to_text

MOST_DETAILS = 64
MOST_BYTES = 256 * 1024
"""Of all details together."""
MOST_TEXT_BYTES = 8 * 1024
BUILTIN_VERSION = "v0.0.0+builtin"


def _go_text(value: Any) -> Any:
    """A time as a text with a unit, which Go reads."""
    text = to_text(value)
    return f"{text}s" if text.isdecimal() else value


_TYPES: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("max_open_connections", "max_idle_connections", "port"), to_int),
    **dict.fromkeys(("disable_escaping", "tls", "insecure_tls"), to_bool),
    "connect_timeout": parse_duration_s,
    "max_connection_lifetime": _go_text,
}
"""How details are shown, however they were written.  A command line writes all as texts.

Terraform's provider ends with a panic, and the whole plan with it, for a number that is a text.
Source: https://github.com/hashicorp/terraform-provider-vault/issues/3018
"""


class PoolSizes(msgspec.Struct, frozen=True):
    """How many connections are kept."""

    max_open: int = 4
    max_idle: int = 0
    lifetime_s: float = 0.0


def pool_of(details: Mapping[str, Any]) -> PoolSizes:
    """The sizes of a connection's pool.  Raises `InvalidRequest`."""
    most_open, most_idle = number_of(details, "max_open_connections"), number_of(details, "max_idle_connections")
    text = text_of(details, "max_connection_lifetime")
    try:
        lifetime_s = parse_duration_s(text) if text else 0
    except InvalidRequest as error:
        raise InvalidRequest(f'invalid max_connection_lifetime: time: invalid duration "{text[:64]}"') from error
    return PoolSizes(most_open or 4, most_idle, float(max(0, lifetime_s)))


def may_use(role: str, connection: Connection) -> bool:
    """Whether a role may use a connection: it is named, or fits a pattern."""
    return any(_fits(role, allowed) for allowed in connection.allowed_roles)


def _fits(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern, in which * stands for any characters."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    if not name.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1]:
        found = name.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(name) - at >= len(rest[-1]) and name.endswith(rest[-1])


def check_details(details: Mapping[str, Any]) -> None:
    """Raise `InvalidRequest` for more than can be kept."""
    if len(details) > MOST_DETAILS:
        raise InvalidRequest(f"a connection has more than {MOST_DETAILS} details")
    try:
        size = len(msgspec.msgpack.encode(details))
    except OverflowError as error:
        raise InvalidRequest("a number in the details of a connection is larger than 64 bits") from error
    if size > MOST_BYTES:
        raise InvalidRequest(f"the details of a connection have more than {MOST_BYTES} bytes")
    pool_of(details)


def merged(
    before: Connection | None, plugin: str, driver: Driver, body: ConfigFields, data: Mapping[str, Any]
) -> Connection:
    """The connection after a request's changes, with the id and the revision that it had.

    Args:
        data: the request's, with the details that the driver knows.

    Raises: `InvalidRequest`.
    """
    changes = _own(body)
    if body.username_template:
        usernames.check(body.username_template)
    given = {name: value for name, value in data.items() if name not in OWN}
    details = {**(before.details if before else {}), **given}
    details = {name: value for name, value in details.items() if value is not None}
    check_details(details)
    connection = before or Connection(id="", revision="", plugin=plugin)
    changed = msgspec.structs.replace(connection, **changes, plugin=plugin, details=driver.check(plugin, details))
    demands.check_connection(driver, changed)
    if before is not None:
        demands.check_place(driver, before, changed, data)
    if (changed.username, changed.password) != (connection.username, connection.password):
        changed = msgspec.structs.replace(changed, password_origin=SUPPLIED)
    return changed


def _own(body: ConfigFields) -> dict[str, Any]:
    """The changes of what the engine keeps itself."""
    if body.plugin_version and body.plugin_version not in {"builtin", BUILTIN_VERSION}:
        raise InvalidRequest(f"there is only the built-in version, and no {body.plugin_version[:64]}")
    changes: dict[str, Any] = {}
    for name in ("password_policy", "username_template", "username", "password", "verify_connection"):
        value = getattr(body, name)
        if value is not None:
            changes[name] = value
    for name in ("password_policy", "username_template", "username", "password"):
        limits.check_name(name, changes.get(name, ""), MOST_TEXT_BYTES)
    for name in ("terminate_sessions", "skip_static_role_import_rotation"):
        if getattr(body, name) is not None:
            changes[name] = getattr(body, name)
    if body.allowed_roles is not None:
        limits.check_names("allowed_roles", body.allowed_roles)
        changes["allowed_roles"] = tuple(body.allowed_roles)
    if body.root_rotation_statements is not None:
        statements.check("root_rotation_statements", body.root_rotation_statements)
        changes["root_rotation_statements"] = tuple(body.root_rotation_statements)
    return changes


def known() -> frozenset[str]:
    """The declared parameters, for what may have been meant by others."""
    return frozenset({*OWN, *ConfigFields.__struct_fields__}) - {"name"}


def ignored(connection: Connection, data: Mapping[str, Any]) -> list[str]:
    """The parameters of a request that neither the engine nor the driver keeps."""
    known = {*OWN, *connection.details}
    return sorted(name for name, value in data.items() if name not in known and value is not None)


def shown(connection: Connection, hidden: frozenset[str]) -> dict[str, Any]:
    """A connection as a response's data.

    Args:
        hidden: the details that are never shown.
    """
    details = {name: _typed(name, value) for name, value in connection.details.items() if name not in hidden}
    if isinstance(url := details.get("connection_url"), str):
        details["connection_url"] = without_password(url)
    if connection.username:
        details["username"] = connection.username
    if connection.username_template:
        details["username_template"] = connection.username_template
    if connection.terminate_sessions:
        details["terminate_sessions"] = True
    return {
        "plugin_name": connection.plugin,
        "plugin_version": connection.plugin_version,
        "connection_details": details,
        "allowed_roles": list(connection.allowed_roles),
        "root_credentials_rotate_statements": list(connection.root_rotation_statements),
        "password_policy": connection.password_policy,
    }


def _typed(name: str, value: Any) -> Any:
    """A detail in its own type, or as it was written where that isn't possible."""
    try:
        return _TYPES[name](value) if name in _TYPES else value
    except (FieldError, InvalidRequest):
        return value
