"""What the forwarder writes to, whatever it is.

A target has three responses to a line.  It takes the line.  It can't take it now (`OSError`), and the line is sent
again.  It will never take it (`Undeliverable`), and the line is set aside so that the others can follow.

A target that has to wait for its peer's word takes several lines at once, and waits once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Undeliverable(Exception):
    """The target refuses this line for its content: the line is too long, or has a form that the target doesn't accept.

    The text gives the reason, and quotes nothing of the line.
    """


class Target(Protocol):
    """Takes whole lines.  It may block."""

    @property
    def at_once(self) -> int:
        """The most lines that one call of `send` gets."""
        ...

    def send(self, lines: Sequence[bytes]) -> int:
        """Write whole lines, in their order.  This may block.

        What was sent without an error counts as delivered.  So whoever speaks to a server waits for its word, or looks
        at least whether the connection is still there: a kernel takes lines for a peer that has gone.

        Args:
            lines: at least one.  Each ends in a newline.  The first begins with one where part of it may have been
                written before.  Who frames lines otherwise takes both off.

        Returns: how many are delivered, from the first on; at least one.

        Raises:
            OSError: the target can't take the first line now.  It must be sent again. Undeliverable: the target will
                never take the first line.
        """
        ...

    def close(self) -> None:
        """Release everything."""
        ...
