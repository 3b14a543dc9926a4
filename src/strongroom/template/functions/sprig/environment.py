"""The environment's variables (p).

OpenBao's agent has these two, HashiCorp's leaves them out.  They tell what `env` tells as well.

Source: https://masterminds.github.io/sprig/os.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import check_bytes
from strongroom.template.surroundings import Surroundings

_PLAIN = r"(?P<special>[*#$@!?0-9-])|(?P<name>[A-Za-z_]\w*)"
_REFERENCE = re.compile(rf"\$(?:\{{(?P<braced>[^}}]*)\}}|{_PLAIN})", re.A)
_BEHIND_ALL_BRACES = re.compile(rf"\$(?:\{{(?P<braced>)|{_PLAIN})", re.A)
"""Where no `}` follows.  To look for one from each `${` on would take time by the square of the text."""


def _env(around: Surroundings, name: str) -> str:
    return around.environment().get(name, "")


def _expand_env(around: Surroundings, text: str) -> str:
    """The text with values in place of `$name` and `${name}`."""
    variables, size = around.environment(), len(text)

    def value(reference: re.Match[str]) -> str:
        nonlocal size
        found = variables.get(reference["braced"] or reference["special"] or reference["name"] or "", "")
        size += len(found)
        check_bytes(size)
        return found

    end = text.rfind("}") + 1
    return _REFERENCE.sub(value, text[:end]) + _BEHIND_ALL_BRACES.sub(value, text[end:])


FUNCTIONS: Mapping[str, Function] = {
    "env": Function(_env, (Kind.STRING,), around=True),
    "expandenv": Function(_expand_env, (Kind.STRING,), around=True),
}
