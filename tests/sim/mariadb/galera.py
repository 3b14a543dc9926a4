"""A cluster of two MariaDB servers that replicate by Galera, on ports of their own of the loopback."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.sim import mariadb
from tests.sim.mariadb import Mariadb

PROVIDER = Path("/usr/lib/galera/libgalera_smm.so")
_OPTIONS = ("--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON", f"--wsrep-provider={PROVIDER}")
_QUICK = "evs.suspect_timeout=PT3S;evs.inactive_timeout=PT6S;gcache.size=8M"


def require() -> None:
    """Skip the test where a part of it is missing."""
    mariadb.require()
    if not PROVIDER.exists():
        pytest.skip("needs the Debian package galera-4")
    if shutil.which("rsync") is None:
        pytest.skip("needs the Debian package rsync")


@contextlib.contextmanager
def run() -> Iterator[tuple[Mariadb, Mariadb]]:
    """Two servers, which both take writes, until the block ends."""
    require()
    port = free_port()
    first = (*mariadb.DURABLE, *_member(port), "--wsrep-cluster-address=gcomm://")
    second = (*mariadb.DURABLE, *_member(free_port()), f"--wsrep-cluster-address=gcomm://127.0.0.1:{port}")
    with mariadb.run(*first, "--wsrep-new-cluster") as one, mariadb.run(*second) as two:
        yield one, two


def _member(port: int) -> tuple[str, ...]:
    """The options of a member that listens on this port."""
    provider = f"gmcast.listen_addr=tcp://127.0.0.1:{port};ist.recv_addr=127.0.0.1:{free_port()};{_QUICK}"
    return (
        *_OPTIONS,
        "--wsrep-cluster-name=strongroom",
        f"--wsrep-node-address=127.0.0.1:{port}",
        f"--wsrep-provider-options={provider}",
        "--wsrep-sst-method=rsync",
        f"--wsrep-sst-receive-address=127.0.0.1:{free_port()}",
    )
