"""What rules say of one name (p)."""

from __future__ import annotations

import msgspec


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules say of one name that a client asks for."""

    kind: str
    """`common_name`, or what an alternative name is: `dns`, `email`, `ip`, `uri` or `other`."""
    name: str
    """As the client wrote it."""
    rule: str = ""
    """The field of the role that allows it, with the value that fits.  Empty if it is refused."""
    refusal: str = ""
    """The error.  Empty if it is allowed."""
    written: str = ""
    """As it is written among the alternative names; empty if it isn't written there."""

    @property
    def allowed(self) -> bool:
        """Whether the role allows the name."""
        return not self.refusal
