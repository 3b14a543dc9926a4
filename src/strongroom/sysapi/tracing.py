"""Traces of requests, as the pipeline sees them."""

from __future__ import annotations

from typing import Protocol

from strongroom.lib.errors import StrongroomError
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.sysapi.served import Stages


class Tracing(Protocol):
    """Takes the traces of requests."""

    def wants(self, request: ApiRequest) -> bool:
        """Whether a request may belong to a trace, so that its stages are measured."""
        ...

    def take(self, exchange: Exchange, stages: Stages, error: StrongroomError | None, ended: float) -> None:
        """Take a request that was answered.

        Args:
            stages, ended: when it came to each stage, and when it ended, in seconds of the same clock.
            error: what it was answered with; None for a success.
        """
        ...
