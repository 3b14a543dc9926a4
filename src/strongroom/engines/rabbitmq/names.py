"""The names of users (p).

Source: https://developer.hashicorp.com/vault/api-docs/secret/rabbitmq#username_template
"""

from __future__ import annotations

from collections.abc import Callable

from strongroom.engines.rabbitmq.records import USERNAME_TEMPLATE
from strongroom.lib import go_template
from strongroom.lib.errors import InvalidRequest

MOST_BYTES = 255
LEAST_RANDOM = 8
"""Random characters, below which two users may soon get the same name."""
_TRIED = {"DisplayName": "d" * 80, "RoleName": "r" * 80}


def check_segment(what: str, name: str) -> None:
    """Raise `InvalidRequest` for a name that can't stand in the path of an address: it would lead to another one."""
    if name in {".", ".."}:
        raise InvalidRequest(f"{what} must not be \"{name}\", which the broker's API can't be asked for")


def check_template(text: str) -> list[str]:
    """Warnings for a template that gives the same name too often.  Raises `InvalidRequest` for one that gives none."""
    try:
        template = go_template.parse(text or USERNAME_TEMPLATE)
    except InvalidRequest as error:
        raise InvalidRequest(f"unable to initialize username template: {error.text}") from error
    try:
        random = template.random_characters(_TRIED)
    except InvalidRequest as error:
        raise InvalidRequest(f"invalid username template: {error.text}") from error
    if random >= LEAST_RANDOM:
        return []
    return [
        f"username_template gives names with fewer than {LEAST_RANDOM} random characters; "
        "credentials are refused while a user of the same name exists"
    ]


def new_name(text: str, display_name: str, role: str, random: Callable[[int], bytes], now: float) -> str:
    """A name by a template; empty for the usual one.  Raises `InvalidRequest` for a name that no user can have."""
    values = {"DisplayName": display_name, "RoleName": role}
    name = go_template.parse(text or USERNAME_TEMPLATE).render(values, random=random, now=now)
    if not name or not name.isprintable() or len(name.encode()) > MOST_BYTES:
        raise InvalidRequest(f"username_template gave a name that is empty, not printable, or over {MOST_BYTES} bytes")
    check_segment("the name of a user", name)
    return name
