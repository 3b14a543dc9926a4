"""Starts what sends a node's numbers and traces, as far as the configuration asks for it."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from strongroom.core.node import Node
from strongroom.server.telemetry.sender import Sender
from strongroom.server.telemetry.settings import TelemetrySettings

if TYPE_CHECKING:
    from strongroom.server.telemetry.traces import OtlpTracing

_PACKAGE = "strongroom.server.telemetry."


def senders(settings: TelemetrySettings, node: Node) -> list[Coroutine[Any, Any, None]]:
    """What sends the node's numbers, to be run in one of its processes."""
    hostname, found = socket.gethostname(), []
    if settings.targets:
        found.append(Sender(settings, node.measured, hostname).run_forever())
    if settings.otlp is not None and settings.otlp.metrics:
        # Only where it is wanted: the library takes memory and a tenth of a second.
        otlp = importlib.import_module(f"{_PACKAGE}otlp")
        found.append(otlp.OtlpSender(settings.otlp, node.measured, hostname).run_forever())
    return found


def tracing(settings: TelemetrySettings, node: Node) -> OtlpTracing | None:
    """What takes the traces of this process's requests; None if none are wanted."""
    if settings.otlp is None:
        return None
    traces = importlib.import_module(f"{_PACKAGE}traces")
    made: OtlpTracing = traces.tracing(settings.otlp, socket.gethostname(), node.random)
    return made
