"""Regular expressions in filters: RE2, whose time is linear in the text.

The paths that they are matched with come from clients, and a pattern that backtracks could be made to hang.

Source: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.extras import install_command

_MOST_CHARACTERS: Final = 1000
_MEMORY_BYTES: Final = 1 << 20


class Pattern(msgspec.Struct, frozen=True):
    """A pattern that `pattern` has checked."""

    text: str

    def is_in(self, text: str) -> bool:
        """Whether it is anywhere in a text."""
        return _compiled(self.text).search(text) is not None


def pattern(text: str) -> Pattern:
    """The pattern of a filter.  Raises `InvalidRequest`."""
    if len(text) > _MOST_CHARACTERS:
        raise InvalidRequest(f"a pattern of a filter has {_MOST_CHARACTERS} characters at most")
    _compiled(text)
    return Pattern(text)


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Any:
    try:
        import re2  # noqa: PLC0415 - an extra, which few filters need
    except ImportError:
        raise InvalidRequest(f'"matches" needs the package google-re2. Run: {install_command("cel")}') from None
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        raise InvalidRequest("a pattern of a filter is no regular expression of RE2") from error
