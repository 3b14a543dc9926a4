"""Regular expressions of RE2, whose time is linear in the text: a stranger's text can't make one hang.

Source: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from strongroom.lib.cel.errors import CelError, no_overload
from strongroom.lib.cel.steps import Steps
from strongroom.lib.extras import install_command

_PATTERN_CHARACTERS = 1000
_MEMORY_BYTES = 1 << 20


def check_available() -> None:
    """Raise `CelError` unless the package is there."""
    try:
        import re2  # noqa: F401, PLC0415 - an extra, which few expressions need
    except ImportError:
        raise CelError(f"matches() needs the package google-re2. Run: {install_command('cel')}") from None


def matches(steps: Steps, text: Any, pattern: Any) -> bool:
    """Whether the pattern is anywhere in the text.  Raises `CelError`."""
    if not isinstance(text, str) or not isinstance(pattern, str):
        raise no_overload()
    steps.use_text(len(text) * 4)
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    check_available()
    import re2  # noqa: PLC0415 - as above

    if len(pattern) > _PATTERN_CHARACTERS:
        raise CelError(f"a pattern has more than {_PATTERN_CHARACTERS} characters")
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise CelError(f"error parsing regexp: {shown}") from None
