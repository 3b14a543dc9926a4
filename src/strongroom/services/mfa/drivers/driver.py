"""What every driver offers."""

from __future__ import annotations

from typing import Protocol

import msgspec

from strongroom.services.mfa.drivers.outgoing import Outgoing
from strongroom.services.mfa.records import MethodRecord


class Question(msgspec.Struct, frozen=True):
    """Whom another system has to ask."""

    username: str
    passcode: str
    """Empty for a push."""
    address: str
    """The client's IP address; empty if it is unknown."""

    def __repr__(self) -> str:
        return "Question(…)"


class Driver(Protocol):
    """Asks one kind of system."""

    async def prove(self, outgoing: Outgoing, method: MethodRecord, question: Question) -> None:
        """Return if the user has proved the second factor.

        Raises: `PermissionDenied` if the user hasn't, `UpstreamFailed` if the system gave no usable answer.
        """
        ...
