"""Critical options and extensions of a certificate (p).

The two lists of a role mean opposite things when they are empty: any critical option may be asked for then, and no
extension.  Defaults count only where nothing is asked for, and no list limits them.

Source: https://openbao.org/api-docs/secret/ssh/#create-role
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

from strongroom.engines.ssh.lists import items
from strongroom.engines.ssh.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import FieldError
from strongroom.sdk.fields import to_text

MOST_BYTES: Final = 16 * 1024
"""Of all names and values of one certificate's options, and of its extensions."""


def texts(field: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Options with values that are texts.

    Raises: `InvalidRequest` for other values, for names that nothing can have, and for too much of both.
    """
    out = {}
    for name, value in given.items():
        if not name or not name.isprintable() or "," in name:
            raise InvalidRequest(f"{field} has a name that is empty, or has commas or control characters")
        try:
            out[name] = to_text(value)
        except FieldError as error:
            raise InvalidRequest(f'error converting input for field "{field}": the value of "{name}" is no text') from (
                error
            )
        if "\0" in out[name]:
            raise InvalidRequest(f'{field}: the value of "{name}" has a zero byte')
    if sum(len(name.encode()) + len(value.encode()) for name, value in out.items()) > MOST_BYTES:
        raise InvalidRequest(f"{field} has more than {MOST_BYTES} bytes")
    return out


def critical_options(role: RoleRecord, name: str, asked: Mapping[str, Any]) -> dict[str, str]:
    """The critical options of a certificate.

    Args:
        name: of the role. asked: by the client; empty for none.

    Raises: `InvalidRequest` for one that isn't allowed, or that no server could read.
    """
    given = texts("critical_options", asked) or role.default_critical_options
    allowed = items(role.allowed_critical_options)
    # The text decides, not its items: a list that names nothing, such as ",", was written to allow nothing.
    if asked and role.allowed_critical_options:
        refused = [option for option in given if option not in allowed]
        if refused:
            raise InvalidRequest(
                f"critical options not on allowed list: [{' '.join(refused)}]; "
                f'see allowed_critical_options of the role "{name}"'
            )
    _check_addresses(given.get("source-address"))
    return dict(given)


def check_extensions(role: RoleRecord, name: str, asked: Mapping[str, str]) -> None:
    """Raise `InvalidRequest` for extensions that the role (`name`) lets nobody ask for."""
    allowed = items(role.allowed_extensions)
    if "*" in allowed:
        return
    refused = [extension for extension in asked if extension not in allowed]
    if refused:
        raise InvalidRequest(
            f'extensions [{" ".join(refused)}] are not on allowed list; see allowed_extensions of the role "{name}"'
        )


def _check_addresses(text: str | None) -> None:
    """Refuse a list of addresses that a server couldn't read: it would let nobody in, and not say why."""
    if text is None:
        return
    try:
        parsed = [ipaddress.ip_network(item, strict=False) for item in items(text)]
    except ValueError as error:
        raise InvalidRequest("the critical option source-address is a list of addresses or CIDR blocks") from error
    if not parsed:
        raise InvalidRequest("the critical option source-address is a list of addresses or CIDR blocks")
