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
NEEDED_OF_CUT = 8
"""What the usual names of MySQL have, however long the names of roles are."""
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


def check(text: str) -> None:
    """Raise `InvalidRequest` for a template by which two users could get the same name."""
    left = _left(text)
    if left < NEEDED:
        raise InvalidRequest(
            f"invalid username template: it leaves {left} random characters of the longest names, {NEEDED} needed: "
            "put random before what truncate may cut"
        )


def warnings_of(text: str, most: int) -> list[str]:
    """What is said of a template whose names may be longer than the database keeps.

    Args:
        most: how many bytes that is.
    """
    left = _left(text, most)
    if left >= NEEDED:
        return []
    return [
        f"username_template leaves {left} random characters of the longest names within the {most} bytes that the "
        "database keeps, and users of such names are refused: put random before what the database may cut"
    ]


def _left(text: str, most: int = MOST_BYTES) -> int:
    template = template_of(text)
    try:
        return template.random_characters(_LONGEST, most)
    except InvalidRequest as error:
        raise InvalidRequest(f"invalid username template: {error.text}") from error


def new_name(template: str, values: Mapping[str, str], random: Random, now: float, most: int = MOST_BYTES) -> str:
    """A user name, as the database will have it.

    Args:
        values: `DisplayName` and `RoleName`. most: how many bytes the database keeps.

    Raises: `InvalidRequest`, also for a name whose random characters the database would cut off.
    """
    parsed = template_of(template)
    name = parsed.render(values, random=random.bytes, now=now)
    if not name or "\0" in name:
        raise InvalidRequest("the username template gives an empty name, or one with a NUL byte")
    if len(name.encode()) <= most:
        return name
    name, left = parsed.render_counted(values, random=random.bytes, now=now, within=most)
    if left < NEEDED_OF_CUT:
        raise InvalidRequest(
            f"the user's name would be cut after {most} bytes, which leaves {left} random characters: shorten the "
            "names in username_template by truncate, or put random first"
        )
    return name
