"""Opens a link in the person's browser, which knows nothing of the terminal."""

from __future__ import annotations

import subprocess
import sys

_PATIENCE_S = 10.0
"""A browser that is still running after this time has been opened in the foreground."""
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def open_link(url: str) -> bool:
    """Whether a browser could be opened.

    It runs in a session of its own and without our streams: its messages don't mix with the token on standard output,
    and Ctrl-C at the terminal doesn't end it.
    """
    command = [sys.executable, "-I", "-c", _OPEN, url]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        child = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]  # noqa: S603 - no shell
        return bool(child.wait(_PATIENCE_S) == 0)
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False
