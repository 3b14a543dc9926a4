"""What the forwarder writes to, whatever it is.

A target has three responses to a line.  It takes the line.  It can't take it now (`OSError`), and the line is sent
again.  It will never take it (`Undeliverable`), and the line is set aside so that the others can follow.
"""

from __future__ import annotations

from typing import Protocol


class Undeliverable(Exception):
    """The target refuses this line for its content: the line is too long, or has a form that the target doesn't accept.

    The text gives the reason, and quotes nothing of the line.
    """


class Target(Protocol):
    """Takes whole lines.  It may block."""

    def send(self, line: bytes) -> None:
        """Write a whole line.  This may block.

        What was sent without an error counts as delivered.  So whoever speaks to a server waits for its word, or looks
        at least whether the connection is still there: a kernel takes lines for a peer that has gone.

        Args:
            line: ends in a newline, and begins with one where part of it may have been written before.  Who frames
                lines otherwise takes both off.

        Raises:
            OSError: the target can't take the line now.  It must be sent again. Undeliverable: the target will never
                take the line.
        """
        ...

    def close(self) -> None:
        """Release everything."""
        ...
