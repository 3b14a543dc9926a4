"""Static roles: what requests change of them, and what is shown (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#static-roles
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec.structs import replace

from strongroom.engines.ldap.records import StaticRole
from strongroom.engines.ldap.settings import MOST_BYTES
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Doc
from strongroom.sdk.rotation import RotationFields, of_role, rescheduled, shown_of_role, shown_state, ttl_s


class StaticFields(RotationFields, frozen=True):
    """An account whose password is kept; what isn't given stays."""

    username: Annotated[
        str | None, Doc(description="The account's name, by which it is searched for below `userdn`.")
    ] = None
    dn: Annotated[str | None, Doc(description="Its DN, instead of a search by its name.")] = None
    password: Annotated[
        str | None, Doc(description="Its present password, which has to be right. It is kept for now.", extra=SECRET)
    ] = None
    skip_import_rotation: Annotated[
        bool | None, Doc(description="Don't change the password when the role is created.")
    ] = None


def created(body: StaticFields) -> StaticRole:
    """A new role.  Raises `InvalidRequest`."""
    if body.username is None:
        raise InvalidRequest("username is a required field to manage a static account")
    if not body.username.strip():
        raise InvalidRequest("username must not be empty")
    role = StaticRole(username=body.username.strip(), dn=(body.dn or "").strip())
    _check(role)
    return replace(role, rotation=of_role(role.rotation, body, creates=True))


def changed(role: StaticRole, body: StaticFields, now: float) -> StaticRole:
    """The role after a request's changes.  Raises `InvalidRequest` for what can't be changed."""
    if body.username is not None and body.username.strip() != role.username:
        text = "cannot update static account username" if body.username.strip() else "username must not be empty"
        raise InvalidRequest(text)
    if body.dn is not None and body.dn.strip() not in {"", role.dn}:
        raise InvalidRequest("cannot update static account distinguished name (dn)")
    if body.skip_import_rotation is not None:
        raise InvalidRequest("skip_import_rotation has no effect on updates")
    rotation = of_role(role.rotation, body, creates=False)
    account = role.account if rotation == role.rotation else rescheduled(role.account, rotation, now)
    dn = role.dn if body.dn is None else body.dn.strip()
    return replace(role, dn=dn, rotation=rotation, account=account)


def _check(role: StaticRole) -> None:
    for name in ("username", "dn"):
        value = getattr(role, name)
        if len(value.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise InvalidRequest(f"{name} is longer than {MOST_BYTES} bytes")
        if not value.isprintable():
            raise InvalidRequest(f"{name} has characters that nobody sees")


def shown(role: StaticRole, now: float) -> dict[str, Any]:
    """A role as a response's data, without its password."""
    data = {"username": role.username, "dn": role.dn, **shown_of_role(role.rotation)}
    return {**data, **shown_state(role.account, now)}


def credentials(role: StaticRole, password: str, last_password: str, now: float) -> dict[str, Any]:
    """A role's passwords as a response's data."""
    state = shown_state(role.account, now)
    return {
        "username": role.username,
        "dn": role.dn,
        "password": password,
        "last_password": last_password,
        **shown_of_role(role.rotation),
        "last_vault_rotation": state.get("last_vault_rotation"),
        "ttl": ttl_s(role.account.next_rotation_at, now),
    }
