"""Static roles: merged, checked and shown (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#create-static-role
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.database import credentials, statements
from strongroom.engines.database.driver import PASSWORD, Driver
from strongroom.engines.database.masking import without_password
from strongroom.engines.database.records import Connection
from strongroom.engines.database.static_records import StaticRole
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, CommaList, Doc, Duration, StringMap, replace
from strongroom.sdk.rotation import (
    RotationFields,
    RotationSettings,
    of_role,
    shown_of_role,
    shown_state,
    timestamp,
    ttl_s,
)

MOST_NAME_BYTES = 1024
_PAIR = 2
_PLACE = ("connection_url", "hosts", "host", "port", "url")


class StaticFields(RotationFields, frozen=True):
    """A user whose credential is kept and rotated; what isn't given stays."""

    db_name: Annotated[str | None, Doc(description="The name of the connection.")] = None
    username: Annotated[str | None, Doc(description="The user, who has to exist in the database.")] = None
    usernames: Annotated[
        CommaList | None,
        Doc(description="Two users that take turns instead: a rotation changes the password of the other one."),
    ] = None
    grace_period: Annotated[
        Duration | None,
        Doc(description="With `usernames`: how long the one before may log in. 0: until its next turn."),
    ] = None
    rotation_statements: Annotated[
        list[str] | None, Doc(description="Statements that change the password. Empty for the database's usual ones.")
    ] = None
    credential_type: Annotated[str | None, Doc(description="`password`.")] = None
    credential_config: Annotated[StringMap | None, Doc(description="`password_policy`: the policy of passwords.")] = (
        None
    )
    password: Annotated[
        str | None, Doc(description="The user's password as it is now, if it is known.", extra=SECRET)
    ] = None
    self_managed_password: Annotated[str | None, Doc(description="The old name of `password`.", extra=SECRET)] = None
    skip_import_rotation: Annotated[
        bool | None, Doc(description="Leave the password as it is until the first time of the period or schedule.")
    ] = None
    rotate_on_read: Annotated[bool | None, Doc(description="Rotate when the credential is read.")] = None
    rotate_on_read_cooldown: Annotated[
        Duration | None, Doc(description="With `rotate_on_read`: not if it was rotated so recently. A minute.")
    ] = None


def merged(role: StaticRole | None, body: StaticFields, skips: bool) -> StaticRole:
    """The role after a request's changes.

    Args:
        role: None for a new one. skips: what new roles of the connection do if the request doesn't say.

    Raises: `InvalidRequest`, with Vault's texts.
    """
    before = role or StaticRole(db_name="")
    db_name = body.db_name or before.db_name
    if not db_name:
        raise InvalidRequest("database name is a required field")
    usernames = _usernames(before, body, creates=role is None)
    if body.rotation_statements is not None:
        statements.check("rotation_statements", body.rotation_statements)
    type_ = body.credential_type or before.credential_type
    config = before.credential_config if type_ == before.credential_type else {}
    changed = replace(
        before,
        db_name=db_name,
        usernames=usernames,
        rotation=of_role(before.rotation, body, creates=role is None),
        rotation_statements=_or(
            before.rotation_statements, body.rotation_statements and tuple(body.rotation_statements)
        ),
        credential_type=type_,
        credential_config=credentials.merged(type_, config, body.credential_config),
        grace_s=_or(before.grace_s, body.grace_period),
        rotate_on_read=_or(before.rotate_on_read, body.rotate_on_read),
        cooldown_s=_or(before.cooldown_s, body.rotate_on_read_cooldown),
        skip_import_rotation=_or(before.skip_import_rotation if role else skips, body.skip_import_rotation),
    )
    _check(changed)
    return changed


def _or(before: Any, given: Any) -> Any:
    return before if given is None else given


def _usernames(before: StaticRole, body: StaticFields, *, creates: bool) -> tuple[str, ...]:
    given = tuple(body.usernames or ()) or ((body.username,) if body.username else ())
    if body.usernames and body.username:
        raise InvalidRequest("username and usernames were both specified; only one of them can be provided")
    if creates and not given:
        raise InvalidRequest("username is a required field to create a static account")
    if not creates and given and given != before.usernames:
        raise InvalidRequest("cannot update static account username")
    if (body.usernames and len(given) != _PAIR) or len(set(given)) != len(given):
        raise InvalidRequest("usernames needs two different names")
    for name in given:
        if not name or len(name.encode("utf-8", "surrogatepass")) > MOST_NAME_BYTES or "\0" in name:
            raise InvalidRequest(f"a username has between 1 and {MOST_NAME_BYTES} bytes")
    return given or before.usernames


def _check(role: StaticRole) -> None:
    if not role.grace_s:
        return
    if len(role.usernames) != _PAIR:
        raise InvalidRequest("grace_period needs usernames: a single user has one password at a time")
    if 0 < role.rotation.period_s < role.grace_s:
        raise InvalidRequest("grace_period can't be longer than rotation_period")


def check_type(role: StaticRole, driver: Driver) -> None:
    """Raise `InvalidRequest` for a kind of credential that the database, or a static role, doesn't have."""
    if role.credential_type != PASSWORD or PASSWORD not in driver.credential_types:
        raise InvalidRequest(f'unsupported credential_type: "{role.credential_type}"')


def same_place(one: Connection, other: Connection) -> bool:
    """Whether two connections lead to the same database server, as far as their texts tell."""
    return _place(one) == _place(other)


def _place(connection: Connection) -> list[str]:
    return [without_password(str(connection.details.get(name, ""))) for name in _PLACE]


def next_username(role: StaticRole) -> str:
    """Whose password the next rotation changes."""
    now = role.account.current.get("username")
    return next((name for name in role.usernames if name != now), role.usernames[0])


def shown(role: StaticRole, now: float) -> dict[str, Any]:
    """A role as a response's data."""
    data: dict[str, Any] = {
        "db_name": role.db_name,
        "rotation_statements": list(role.rotation_statements),
        "credential_type": role.credential_type,
        **shown_of_role(role.rotation),
        **shown_state(role.account, now),
    }
    if len(role.usernames) == _PAIR:
        data |= {"usernames": list(role.usernames), "grace_period": role.grace_s}
    else:
        data["username"] = role.usernames[0]
    if role.credential_config:
        data["credential_config"] = role.credential_config
    if role.rotate_on_read:
        data |= {"rotate_on_read": True, "rotate_on_read_cooldown": role.cooldown_s}
    if role.skip_import_rotation:
        data["skip_import_rotation"] = True
    return data


def creds(role: StaticRole, now: float) -> dict[str, Any]:
    """What clients get of a role."""
    account = role.account
    data: dict[str, Any] = {**account.current, **shown_of_role(role.rotation)}
    if account.rotated_at:
        data["last_vault_rotation"] = timestamp(account.rotated_at)
    if role.rotation.automated:
        data["ttl"] = ttl_s(account.next_rotation_at, now)
    else:
        data.pop("rotation_period", None)
    if len(role.usernames) == _PAIR and account.previous:
        until = account.previous_until or account.next_rotation_at
        data["previous"] = {
            "username": account.previous["username"],
            "valid_until": timestamp(until) if until else None,
        }
    return data


def reads_rotate(role: StaticRole, now: float) -> bool:
    """Whether reading the credential rotates it."""
    return role.rotate_on_read and now - role.account.rotated_at >= role.cooldown_s


def settings_changed(before: StaticRole, after: StaticRole) -> bool:
    """Whether the next time has to be counted anew."""
    return _timing(before.rotation) != _timing(after.rotation)


def _timing(settings: RotationSettings) -> tuple[Any, ...]:
    return settings.period_s, settings.schedule, settings.timezone, settings.disabled
