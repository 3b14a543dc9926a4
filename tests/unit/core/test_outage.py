"""Work that fails again and again."""

from __future__ import annotations

import structlog
from structlog.testing import capture_logs

from strongroom.core.outage import Outage
from strongroom.lib.errors import StorageError


def test_a_failure_is_told_once_until_it_is_over() -> None:
    """And again after the work was done in between."""
    with capture_logs() as lines:
        outage = Outage(structlog.get_logger("core"), "nothing is written")
        for reason in ("full", "full still", "", "gone"):
            if reason:
                outage.goes_on(StorageError(detail=reason))
            else:
                outage.is_over()
    assert [(line["event"], line["reason"]) for line in lines] == [
        ("nothing is written", "full"),
        ("nothing is written", "gone"),
    ]
