"""Takes back what a test's code has said about the log of its process.

A function of the server that a test calls may set up logging, as it would in a process of its own.  Tests that follow
in this process would miss the lines that they look for.
"""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from strongroom.lib.redaction import Redaction
from strongroom.server.logs import log

_configure = structlog.configure


def pytest_configure() -> None:
    """Let no logger keep for good what holds when it is used first."""
    structlog.configure = _unkept


def _unkept(**settings: Any) -> None:
    _configure(**{**settings, "cache_logger_on_first_use": False})


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Set logging up as it was before the first test."""
    if structlog.is_configured():
        structlog.reset_defaults()
        log._hidden.clear()
        log._output.redaction = Redaction()
        log._output.configure("info", None)
