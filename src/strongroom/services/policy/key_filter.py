"""The setting `list_scan_response_keys_filter_path` of a policy: which names of a listing a client sees (pure).

The setting is a path template: `secret/data/{{ .key }}`, or `{{ .path }}{{ .key }}` with the path that was listed.  A
name is shown if the client may read the path that the template makes of it.  If the name ends in a slash, the client
must be allowed to list that path instead.

Source: https://openbao.org/docs/concepts/policies/
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from strongroom.lib.errors import InvalidRequest

SETTING: Final = "list_scan_response_keys_filter_path"
_ACTION: Final = re.compile(r"\{\{([^{}]*)\}\}")


class KeyFilter(msgspec.Struct, frozen=True):
    """A parsed path template."""

    places: tuple[tuple[str, str], ...]
    """A text, and the variable after it: `.key`, `.path` or nothing."""

    def path_of(self, listed: str, key: str) -> str:
        """The path that decides on one name.

        Args:
            listed: the path that was listed, with a slash at its end.
        """
        values = {".key": key, ".path": listed, "": ""}
        return "".join(text + values[place] for text, place in self.places)


def parse_key_filter(text: str) -> KeyFilter:
    """Read the setting.  Raises `InvalidRequest` for anything but text, `{{ .key }}` and `{{ .path }}`."""
    places: list[tuple[str, str]] = []
    end = 0
    for action in _ACTION.finditer(text):
        place = action[1].strip()
        if place not in {".key", ".path"}:
            raise InvalidRequest(
                f"unable to compile template for {SETTING}: only {{{{ .key }}}} and {{{{ .path }}}} can stand in it, "
                f"found {action[0]}"
            )
        places.append((text[end : action.start()], place))
        end = action.end()
    if "{{" in text[end:]:
        raise InvalidRequest(f"unable to compile template for {SETTING}: unable to parse template: unclosed action")
    if all(place != ".key" for _, place in places):
        raise InvalidRequest(f"{SETTING} resulted in same path for two different keys")
    return KeyFilter((*places, (text[end:], "")))
