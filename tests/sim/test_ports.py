"""Ports for tests: no process on this machine is given one that another was given."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from tests.ports import BLOCK, FIRST, STEP, free_port, in_use, only_user_of

DRAW = """
import sys
from tests.ports import free_port
print(*(free_port() for _ in range(120)), flush=True)
sys.stdin.read()
"""


def test_no_two_processes_are_given_the_same_port() -> None:
    """Three processes that live at the same time, and this one, draw more than a block each, and none twice."""
    ports = [free_port() for _ in range(120)]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", DRAW], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        ports += [int(word) for word in process.stdout.readline().split()]
    for process in started:
        process.communicate()
    assert len(ports) == 480
    assert len(set(ports)) == 480


def test_a_port_that_somebody_listens_on_is_passed_over() -> None:
    """A server that outlived its run doesn't get a neighbour on its port."""
    while (FIRST + BLOCK - STEP - (port := free_port())) % BLOCK == 0:
        pass  # the last of its block, whose neighbour is somebody else's
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + STEP))
        taken.listen()
        assert taken.getsockname()[1] not in [free_port() for _ in range(3)]


def test_the_kernel_gives_none_of_them_to_a_connection() -> None:
    """They are below the range from which a connection gets its own port."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(port < first for port in (free_port() for _ in range(60)))


def test_a_well_known_port_has_one_user() -> None:
    """While one test has it, others see that; afterwards it is free."""
    with only_user_of(79):
        assert in_use(79)
    assert not in_use(79)
