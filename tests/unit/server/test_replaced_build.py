"""What is told of a package that was replaced beneath a server."""

from __future__ import annotations

import selectors

from structlog.testing import capture_logs

from strongroom.server.build import Build
from strongroom.server.messages.to_worker import Start
from strongroom.server.sources import Sources
from strongroom.server.supervisor.workers import Workers


def test_another_build_is_told_once() -> None:
    """However often a place is tried; again when it is replaced by yet another one."""
    running = Build("1.0.0", "digest")
    workers = Workers([[], []], Start(Sources((), {}), 1), running, 0, selectors.DefaultSelector())
    assert (workers.counts().restart_needed, workers.starved) == (False, False)
    with capture_logs() as lines:
        for slot, version in ((0, "2.0.0"), (1, "2.0.0"), (0, "2.0.0"), (1, "3.0.0"), (0, "3.0.0")):
            workers.refused(slot, version)
    assert [line["event"] for line in lines] == [
        f"the package was replaced by version {version} while this server runs version 1.0.0: restart it; "
        "until then no process of the node is started"
        for version in ("2.0.0", "3.0.0")
    ]
    assert (workers.counts().restart_needed, workers.starved) == (True, True)
