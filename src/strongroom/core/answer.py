"""The result of a request, before it is serialized."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.audit.channel import Sink
from strongroom.core.attempt import Attempt
from strongroom.lib.errors import StrongroomError
from strongroom.sdk.request import Operation
from strongroom.sdk.response import Response, SecondFactor
from strongroom.services.quotas.limiter import Count
from strongroom.services.quotas.limits import RateLimits
from strongroom.services.tokens import Bearer


class Envelope(msgspec.Struct, frozen=True):
    """The JSON object that almost every response has."""

    request_id: str
    lease_id: str = ""
    renewable: bool = False
    lease_duration: int = 0
    data: Any = None
    wrap_info: dict[str, Any] | None = None
    warnings: list[str] | None = None
    auth: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Envelope({self.request_id})"


class Receipt(msgspec.Struct, frozen=True):
    """What an answer was made of that may be given again to who asks the same."""

    attempt: Attempt
    sinks: tuple[Sink, ...]
    """The audit devices that have its entries."""
    counts: tuple[Count, ...] = ()
    """What the request was counted as, for the rate limits."""
    limits: RateLimits | None = None
    """Those in force then."""

    def __repr__(self) -> str:
        return "Receipt(…)"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: a response, nothing (204), or an error."""

    request_id: str
    operation: Operation
    response: Response | None = None
    auth: dict[str, Any] | None = None
    wrap: dict[str, Any] | None = None
    lease_id: str = ""
    lease_duration_s: int = 0
    renewable: bool = False
    planned: bool = False
    """Whether the lease's secret is still to be made."""
    second_factor: SecondFactor | None = None
    """What is still to be proved before the login has a token."""
    error: StrongroomError | None = None
    bearer: Bearer | None = None
    """The token of a login that a request brought along."""
    login_failed: bool = False
    """Whether the error is that of such a login, and nothing else was done."""
    receipt: Receipt | None = None
    """Of an answer that may be given again."""
    headers: tuple[tuple[str, str], ...] = ()
    """What it tells of the rate limits."""

    def __repr__(self) -> str:
        return f"Answer({self.request_id} {self.operation}, error={type(self.error).__name__})"

    @property
    def is_plain(self) -> bool:
        """Whether it says what was asked for, in status 200, and nothing was made for it."""
        response = self.response
        if response is None or self.error is not None or response.status not in {0, 200}:
            return False
        if response.raw is not None and response.raw.stream is not None:
            return False
        return self.auth is None and self.wrap is None and not self.lease_id

    def envelope(self) -> Envelope:
        """The answer in its envelope."""
        response = self.response
        if self.wrap is not None:
            return Envelope(request_id="", wrap_info=self.wrap)
        return Envelope(
            request_id=self.request_id,
            lease_id=self.lease_id,
            renewable=self.renewable,
            lease_duration=self.lease_duration_s,
            data=response.data if response is not None else None,
            warnings=(response.warnings or None) if response is not None else None,
            auth=self.auth,
        )
