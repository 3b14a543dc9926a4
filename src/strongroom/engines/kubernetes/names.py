"""The names of what is made in the cluster (p).

All objects of one secret have one name.  It has to be new: what is made under it is deleted by it, and a broken request
doesn't know any more what of it has been made.

Source: https://developer.hashicorp.com/vault/api-docs/secret/kubernetes#name_template
"""

from __future__ import annotations

import re
from collections.abc import Callable

from strongroom.engines.kubernetes.syntax import is_object_name
from strongroom.lib import go_template
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import base62

USUAL = (
    '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 8) (.RoleName | truncate 8) (unix_time) (random 24) '
    "| truncate 62 | lowercase }}"
)
LEAST_RANDOM = 8
_TRIED = {"DisplayName": "d" * 80, "RoleName": "r" * 80}
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]")


def check_template(text: str) -> list[str]:
    """Warnings for a template whose names are too much alike.  Raises `InvalidRequest` for what is no template."""
    if not text:
        return []
    try:
        random = go_template.parse(text).random_characters(_TRIED)
    except InvalidRequest as error:
        raise InvalidRequest(f"unable to initialize name template: {error.text}") from error
    if random >= LEAST_RANDOM:
        return []
    return [
        f"name_template gives names with fewer than {LEAST_RANDOM} random characters, so {LEAST_RANDOM} are put "
        "behind each name: what has a name of its own can be deleted by it"
    ]


def new_name(text: str, display_name: str, role: str, random: Callable[[int], bytes], now: float) -> str:
    """A name by a template; empty for the usual one.  Raises `InvalidRequest` for a name that the API would refuse."""
    values = {"DisplayName": display_name, "RoleName": role}
    if not text:  # the API takes no underscores, for example, and roles here may have them
        values = {name: _NOT_IN_NAMES.sub("-", value.lower()) for name, value in values.items()}
    template = go_template.parse(text or USUAL)
    name, left = template.render_counted(values, random=random, now=now)
    if left < LEAST_RANDOM:
        name = f"{name}-{base62(_Source(random), LEAST_RANDOM).lower()}"
    if not is_object_name(name):
        raise InvalidRequest(
            f'name_template gave "{name[:128]}"; objects of Kubernetes have names of lower case letters, digits, '
            '"-" and "." that begin and end with a letter or a digit'
        )
    return name


class _Source:
    def __init__(self, draw: Callable[[int], bytes]) -> None:
        self._draw = draw

    def bytes(self, count: int) -> bytes:
        return self._draw(count)
