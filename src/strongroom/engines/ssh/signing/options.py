"""Critical options and extensions of a certificate (p).

The two lists of a role mean opposite things when they are empty: any critical option may be asked for then, and no
extension.  Defaults count where nothing is asked for, and no list limits them.  As critical options restrict a
certificate, defaults that the list doesn't name count always.

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
from strongroom.sdk.coercion import to_text

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


def critical_options(role: RoleRecord, name: str, asked: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The critical options of a certificate, and warnings.

    A default that the client may not ask for stays beside what it asks for.  It restricts the certificate, and would be
    gone otherwise for whoever asks for any other option.

    Args:
        name: of the role. asked: by the client; empty for none.

    Raises: `InvalidRequest` for one that isn't allowed, or that no server could read.
    """
    given = texts("critical_options", asked)
    if given:
        _check_allowed(role, name, given)
    defaults = role.default_critical_options
    kept = {option: value for option, value in defaults.items() if not given or not _may_ask(role, option)}
    critical = {**kept, **given}
    _check_addresses(critical.get("source-address"))
    left_out = [option for option in defaults if option not in critical]
    if not left_out:
        return critical, []
    return critical, [
        f"the certificate doesn't have [{' '.join(left_out)}] of default_critical_options of the role "
        f'"{name}", because other critical options were asked for'
    ]


def _may_ask(role: RoleRecord, option: str) -> bool:
    # The text decides, not its items: a list that names nothing, such as ",", was written to allow nothing.
    return not role.allowed_critical_options or option in items(role.allowed_critical_options)


def _check_allowed(role: RoleRecord, name: str, given: Mapping[str, str]) -> None:
    refused = [option for option in given if not _may_ask(role, option)]
    if refused:
        raise InvalidRequest(
            f"critical options not on allowed list: [{' '.join(refused)}]; "
            f'see allowed_critical_options of the role "{name}"'
        )


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
