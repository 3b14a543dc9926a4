"""Runs a login of the installed program against a server that gives prepared answers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import Answering, answering

DONE = {"auth": {"client_token": "hvs.done", "accessor": "acc", "policies": ["default"], "lease_duration": 60}}


def login(
    home: Path, method: str, *words: str, answers: Mapping[str, Any] | None = None, **environment: str
) -> tuple[subprocess.CompletedProcess[str], Answering]:
    """What the program did, and what the server was asked; without prepared answers every login works."""
    with answering(answers or {}, otherwise=DONE) as server:
        done = subprocess.run(
            [forked(OURS), "login", f"-method={method}", f"-address={server.address}", "-no-store", *words],
            env={"PATH": os.environ["PATH"], "HOME": str(home), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    return done, server
