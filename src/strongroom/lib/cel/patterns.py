"""Regular expressions of RE2, whose time is linear in the text: a stranger's text can't make one hang.

Source: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from strongroom.lib.cel.errors import CelError, no_overload
from strongroom.lib.cel.steps import Steps
from strongroom.lib.extras import install_command

_PATTERN_CHARACTERS = 1000
_MEMORY_BYTES = 1 << 18
# What a pattern costs in steps, by measurement.
_READING = 50
_CLASSES = re.compile(r"\\[pP]")
_OF_A_CLASS = 500
"""Of Unicode, some hundred ranges of characters."""
_FAILURE = 4000
_INSTRUCTIONS_TO_COMPILE = 4
_INSTRUCTIONS_TO_RUN = 128


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
    if len(pattern) > _PATTERN_CHARACTERS:
        raise CelError(f"a pattern has more than {_PATTERN_CHARACTERS} characters")
    is_new = steps.is_new("pattern", pattern)
    if is_new:  # both may come from the token: a stranger could have thousands of patterns compiled
        steps.use(_READING + len(pattern) + _OF_A_CLASS * len(_CLASSES.findall(pattern)))
    compiled, reason = _compiled(pattern)
    size = compiled.programsize if compiled is not None else _FAILURE
    if is_new:
        steps.use(size // _INSTRUCTIONS_TO_COMPILE)
    if compiled is None:
        raise CelError(f"error parsing regexp: {reason}")
    # Linear in the text means that each character can cost as much as the pattern has instructions.
    steps.use_text(len(text) * 4)
    steps.use(len(text) * size // _INSTRUCTIONS_TO_RUN)
    return compiled.search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[Any, str]:
    """The pattern in its compiled form, or None and what is wrong with it."""
    check_available()
    import re2  # noqa: PLC0415 - as above

    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    try:
        return re2.compile(pattern, options), ""
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return None, reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
