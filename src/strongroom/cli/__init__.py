"""The command line: Vault's commands, flags and output, against any server that speaks its API."""

import os
import sys

_LINKS = frozenset({"vault", "bao"})
"""Names under which scripts call this program by a link."""


def _called() -> str:
    name = os.path.basename(sys.argv[0]) if sys.argv else ""  # noqa: PTH119 - pathlib is slow to import
    return name if name in _LINKS else "strongroom"


PROGRAM = _called()
"""The name that the program was called by.  Help and hints use it, so that commands copied from them work."""


def as_called(text: str) -> str:
    """A text with its examples (`strongroom …`) under the name that the program was called as."""
    return text.replace("strongroom ", f"{PROGRAM} ")
