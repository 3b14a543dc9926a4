"""Names of users, made by a template (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.engines.database.driver import Cutting, Driver
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


def longest(driver: Driver) -> int:
    """How many bytes of a user's name the database keeps; what is longer, it cuts without a word."""
    return driver.most_name_bytes if isinstance(driver, Cutting) else MOST_BYTES


def check(text: str, most: int = MOST_BYTES) -> None:
    """Raise `InvalidRequest` for a template by which two users could get the same name.

    Args:
        most: how many bytes the database keeps.
    """
    template = template_of(text)
    try:
        left = template.random_characters(_LONGEST, most)
    except InvalidRequest as error:
        raise InvalidRequest(f"invalid username template: {error.text}") from error
    if left < NEEDED:
        raise InvalidRequest(
            f"invalid username template: it leaves {left} random characters of the longest names, {NEEDED} needed "
            f"within {most} bytes: put random before what truncate or the database may cut"
        )


def new_name(template: str, values: Mapping[str, str], random: Random, now: float, most: int = MOST_BYTES) -> str:
    """A user name, as the database will have it.

    Args:
        values: `DisplayName` and `RoleName`. most: how many bytes the database keeps.

    Raises: `InvalidRequest`.
    """
    name = template_of(template).render(values, random=random.bytes, now=now)
    if not name or "\0" in name:
        raise InvalidRequest("the username template gives an empty name, or one with a NUL byte")
    return name.encode()[:most].decode(errors="ignore")
