"""Databases for the cases of their engine."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port
from tests.sim.mariadb import ROOT, ROOT_PASSWORD, run


@contextlib.contextmanager
def mariadb(_: Path) -> Iterator[dict[str, str]]:
    """One MariaDB that both servers ask."""
    with run() as server:
        yield {
            "root": ROOT,
            "password": ROOT_PASSWORD,
            "host": f"127.0.0.1:{server.port}",
            "nowhere": f"127.0.0.1:{free_port()}",
            "ca": json.dumps(server.ca_pem)[1:-1],
        }
