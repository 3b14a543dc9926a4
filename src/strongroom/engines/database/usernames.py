"""Names of users, made by a template."""

from __future__ import annotations

import re
from collections.abc import Mapping

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, base62

_CALL = re.compile(
    r'\{\{\s*printf "([^"]*)"((?: \([^()]*\)| \.\w+)*)\s*(?:\|\s*truncate (\d+))?'
    r"\s*(\|\s*(?:upper|uppercase|lower\w*))?\s*\}\}"
)
_ARGUMENT = re.compile(r"\(([^()]*)\)|(\.\w+)")


def rendered(template: str, values: Mapping[str, str], random: Random, now: float) -> str:
    """The name that a template gives.

    Args:
        values: `DisplayName` and `RoleName`.

    Raises: `InvalidRequest` for a template that is none.
    """

    def argument(text: str) -> str:
        first, *filters = [part.strip() for part in text.split("|")]
        if first.startswith("."):
            out = values.get(first[1:], "")
        elif first.startswith("random "):
            out = base62(random, int(first.split()[1]))
        elif first == "unix_time":
            out = str(int(now))
        else:
            raise InvalidRequest(f"unable to initialize username template: {first} is unknown")
        for each in filters:
            out = out[: int(each.split()[1])] if each.startswith("truncate ") else out
        return out

    def call(found: re.Match[str]) -> str:
        arguments = [argument(a or b) for a, b in _ARGUMENT.findall(found[2])]
        parts = found[1].split("%s")
        out = "".join(part + (arguments[at] if at < len(arguments) else "") for at, part in enumerate(parts))
        out = out[: int(found[3])] if found[3] else out
        return out.upper() if found[4] and "upper" in found[4] else out.lower() if found[4] else out

    text = _CALL.sub(call, template)
    return re.sub(r"\{\{([^{}]*)\}\}", lambda found: argument(found[1]), text)
