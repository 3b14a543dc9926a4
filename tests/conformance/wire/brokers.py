"""A RabbitMQ broker for the cases of its secrets engine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.sim.rabbitmq import running


@contextlib.contextmanager
def rabbitmq(directory: Path) -> Iterator[dict[str, str]]:
    """One broker that both servers make users of."""
    (directory / "broker").mkdir()
    with running(directory / "broker") as broker:
        broker.vhost("/orders")
        broker.admin("plain", "plain-password", "management")
        yield {"uri": broker.url}
