"""What the forwarder writes to, whatever it is.

A target has three answers to a line.  It takes it; or it doesn't now (`OSError`), so that the line is sent again; or
it never will (`Undeliverable`), so that the line is set aside and the others go on.
"""

from __future__ import annotations

from typing import Protocol


class Undeliverable(Exception):
    """The target refuses this line for what it is: it is too long, or not in the form that a server takes.

    The text says why, and holds nothing of the line.
    """


class Target(Protocol):
    """Takes whole lines, and may take its time."""

    def send(self, line: bytes) -> None:
        """Write a line whole, for as long as it takes.

        What was sent without an error counts as delivered.  So whoever speaks to a server waits for its word, or looks
        at least whether the connection is still there: a kernel takes lines for a peer that has gone.

        Args:
            line: ends in a newline, and begins with one where part of it may have been written before.  Who frames
                lines otherwise takes both off.

        Raises:
            OSError: not now; the line is to be sent again.
            Undeliverable: not ever.
        """
        ...

    def close(self) -> None:
        """Release everything."""
        ...
