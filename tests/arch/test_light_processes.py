"""What the processes beside the workers load.  Each start, each sealing and each test pays for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

_LOADED = "import {module}, sys; print(*sorted(sys.modules), sep='\\n')"


@pytest.mark.parametrize(
    "module", ["strongroom.server.main", "strongroom.server.forwarding", "strongroom.server.certificates.process"]
)
def test_only_workers_load_the_engines(module: str) -> None:
    """A supervisor, a forwarder and the process for certificates load neither engines nor what serves requests."""
    asked = subprocess.run(
        [sys.executable, "-c", _LOADED.format(module=module)], capture_output=True, text=True, check=True
    )
    loaded = asked.stdout.split()
    assert module in loaded
    for heavy in ("strongroom.engines", "strongroom.auth", "strongroom.sysapi.system", "strongroom.core"):
        assert heavy not in loaded
