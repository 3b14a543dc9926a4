"""What a login gave, and who has one (values and a protocol only)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Login:
    """A token that the agent may use.

    Attributes:
        number: grows with each login; a renewal keeps it.
        ends_at: by the monotonic clock, when the token ends unless it is renewed; infinite for one that doesn't.
        last_end_at: by the monotonic clock, what no renewal goes beyond, as far as it is known.
        wrapping: what stands for the token where the method has it wrapped, for sinks.  Then `token` is empty.
    """

    number: int
    token: str = field(repr=False)
    accessor: str
    renewable: bool
    ends_at: float
    last_end_at: float
    wrapping: Mapping[str, Any] | None = field(default=None, repr=False)


class Session(Protocol):
    """Who is logged in.  There is one of the agent, and everything that needs a token asks it."""

    @property
    def current(self) -> Login | None:
        """The login in force; None before the first one, and after the token was refused."""

    async def after(self, number: int) -> Login:
        """The login in force, as soon as there is one with a greater number than this."""

    def refused(self, login: Login) -> None:
        """Tell that the server refused the token as invalid.  A new login begins, if it is still the current one."""

    async def holds(self, login: Login) -> bool:
        """Whether the server still knows the token.

        For whoever was denied something and can't tell why: an unknown token and a policy get answers that are alike.
        """

    async def lasting(self, seconds: float) -> Login:
        """A login that lasts so long, as far as the server allows: a new one, if the current one ends before.

        For whoever is about to take a lease that would end with the token.
        """
