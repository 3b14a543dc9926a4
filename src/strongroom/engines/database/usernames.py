"""Names of users, made by a template (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.go_template import Template, parse
from strongroom.sdk import Random

MOST_BYTES = 255
NEEDED = 10
"""Random characters that keep the names of a million users apart."""
_LONGEST = {"DisplayName": "x" * 80, "RoleName": "x" * 80}


def template_of(text: str, what: str = "username template") -> Template:
    """A template.  Raises `InvalidRequest`."""
    try:
        return parse(text, limit=MOST_BYTES)
    except InvalidRequest as error:
        raise InvalidRequest(f"unable to initialize {what}: {error.text}") from error


def check(text: str) -> None:
    """Raise `InvalidRequest` for a template by which two users could get the same name."""
    template = template_of(text)
    try:
        left = template.random_characters(_LONGEST)
    except InvalidRequest as error:
        raise InvalidRequest(f"invalid username template: {error.text}") from error
    if left < NEEDED:
        raise InvalidRequest(
            f"invalid username template: it leaves {left} random characters of the longest names, {NEEDED} needed: put "
            "random before what truncate may cut"
        )


def new_name(template: str, values: Mapping[str, str], random: Random, now: float) -> str:
    """A user name.

    Args:
        values: `DisplayName` and `RoleName`.

    Raises: `InvalidRequest`.
    """
    name = template_of(template).render(values, random=random.bytes, now=now)
    if not name or "\0" in name:
        raise InvalidRequest("the username template gives an empty name, or one with a NUL byte")
    return name
