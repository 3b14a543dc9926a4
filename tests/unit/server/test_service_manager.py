"""What the service manager is told, over a real socket of its kind."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.server.supervisor.service_manager import ServiceManager


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A manager's socket, by a file or without one; and how it is called in the environment."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        name = str(tmp_path / "notify") if request.param == "path" else f"@strongroom-test-{os.getpid()}"
        sock.bind(name.replace("@", "\0", 1))
        sock.setblocking(False)
        yield sock, name


def heard(sock: socket.socket) -> list[str]:
    """What has come."""
    found = []
    while True:
        try:
            found.append(sock.recv(4096).decode())
        except BlockingIOError:
            return found


def test_the_states_of_a_node_are_told(manager: tuple[socket.socket, str]) -> None:
    """Ready, reloading with the time of the monotonic clock, ready again, a status once, stopping."""
    sock, name = manager
    told = ServiceManager({"NOTIFY_SOCKET": name})
    told.ready()
    before = time.monotonic_ns() // 1000
    told.reloading()
    told.ready()
    told.status("sealed")
    told.status("sealed")
    told.status("unsealed")
    told.alive(0.0)
    told.stopping()
    ready, reloading, *rest = heard(sock)
    assert ready == "READY=1"
    assert reloading.startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert before <= int(reloading.rpartition("=")[2]) <= time.monotonic_ns() // 1000
    assert rest == ["READY=1", "STATUS=sealed", "STATUS=unsealed", "STOPPING=1"]


def test_the_watchdog_hears_twice_within_its_limit(manager: tuple[socket.socket, str]) -> None:
    """With a limit of ten seconds every five; for another process, or without one, never."""
    sock, name = manager
    told = ServiceManager({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())})
    for now in (100.0, 101.0, 104.9, 105.0, 109.0, 110.1):
        told.alive(now)
    assert heard(sock) == ["WATCHDOG=1"] * 3
    for environment in ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "many"}, {}):
        ServiceManager({"NOTIFY_SOCKET": name, **environment}).alive(100.0)
    assert heard(sock) == []


@pytest.mark.parametrize("name", ["", "relative", "vsock:2:1", "/nowhere/at/all", "@nobody-listens"])
def test_nobody_there_is_no_obstacle(name: str) -> None:
    """A manager that has gone, or that can't be reached from here, ends nothing."""
    told = ServiceManager({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1000"})
    told.ready()
    told.alive(1.0)
    told.stopping()


def test_a_manager_that_reads_nothing_stops_nobody(manager: tuple[socket.socket, str]) -> None:
    """More is told than fits: what doesn't is lost, and the server goes on."""
    told = ServiceManager({"NOTIFY_SOCKET": manager[1]})
    for _ in range(5000):
        told.ready()
    assert 0 < len(heard(manager[0])) < 5000
