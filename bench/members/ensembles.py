"""Clusters of three members on free ports of the loopback interface."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from tests.ports import free_port
from tests.sim.zookeeper import JARS, UNSYNCED

from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Storage
from strongroom.storage.consul import ConsulSettings, open_consul
from strongroom.storage.etcd import EtcdSettings, open_etcd

NUMBERS = (0, 1, 2)
_START_S = 60.0
_JAVA = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.admin.enableServer=false")


class Ensemble(Protocol):
    """One kind of cluster."""

    def command(self, number: int) -> list[str]:
        """What starts a member."""
        ...

    def leads(self, number: int) -> bool:
        """Whether a member says that it is the leader.  Raises `OSError` if it doesn't answer."""
        ...

    def opener(self) -> Callable[[], Storage]:
        """Opens the store in any process."""
        ...


class Members:
    """The processes of a cluster.

    Args:
        kind: what they are. folder: of their files.
    """

    def __init__(self, kind: Ensemble, folder: Path) -> None:
        self.kind = kind
        self._folder = folder
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, number: int) -> None:
        """Start a member; its files are those of an earlier start."""
        with (self._folder / f"log{number}").open("ab") as log:
            command = self.kind.command(number)
            self._running[number] = subprocess.Popen(  # noqa: S603 - a program of this machine
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def leader(self) -> int:
        """The leader, once there is one."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            for number in self._running:
                with contextlib.suppress(OSError, ValueError):
                    if self.kind.leads(number):
                        return number
            time.sleep(0.1)
        raise TimeoutError(f"there is no leader; see {self._folder}")

    def kill(self, number: int) -> None:
        """End a member as `kill -9` does."""
        process = self._running.pop(number)
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()

    def signal(self, number: int, what: signal.Signals) -> None:
        """Send a member a signal."""
        self._running[number].send_signal(what)

    def stop(self) -> None:
        """End all."""
        for number in list(self._running):
            self.kill(number)


def _get(url: str, content: bytes | None = None) -> Any:
    asked = urllib.request.Request(url, content)  # noqa: S310 - of the loopback
    with urllib.request.urlopen(asked, timeout=2) as answer:  # noqa: S310 - of the loopback
        return json.loads(answer.read())


def open_etcd_at(urls: list[str]) -> Storage:
    """With the limits that a server has."""
    return open_etcd(EtcdSettings(urls, "/members/"), SystemClock(), SystemRandom())


class Etcd:
    """Three members of etcd, of Debian's package etcd-server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clients = [f"http://127.0.0.1:{free_port()}" for _ in NUMBERS]
        self._peers = [f"http://127.0.0.1:{free_port()}" for _ in NUMBERS]

    def command(self, number: int) -> list[str]:
        """Of one member."""
        client, peer = self._clients[number], self._peers[number]
        cluster = ",".join(f"m{other}={self._peers[other]}" for other in NUMBERS)
        return [
            *("etcd", "--name", f"m{number}", "--data-dir", str(self._folder / f"data{number}")),
            *("--listen-client-urls", client, "--advertise-client-urls", client),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", cluster),
            *("--logger", "zap", "--log-level", "error"),
        ]

    def leads(self, number: int) -> bool:
        """By its status."""
        status = _get(f"{self._clients[number]}/v3/maintenance/status", b"{}")
        return bool(status.get("leader")) and status["leader"] == status["header"]["member_id"]

    def opener(self) -> Callable[[], Storage]:
        """With the addresses of all."""
        return partial(open_etcd_at, self._clients)


def open_consul_at(urls: list[str]) -> Storage:
    """With the limits that a server has."""
    return open_consul(ConsulSettings(urls, "members/"), SystemClock(), SystemRandom())


class Consul:
    """Three servers of Consul: the program is that of `CONSUL_BIN`, or of the PATH."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = os.environ.get("CONSUL_BIN") or shutil.which("consul") or "consul"
        self._ports = [{name: free_port() for name in ("http", "serf-lan", "server")} for _ in NUMBERS]
        (folder / "settings.hcl").write_text(
            "raft_protocol = 3\nperformance { raft_multiplier = 1 }\ndisable_update_check = true\n"
            # The clients are one address.
            "limits { http_max_conns_per_client = 1000 }\n"
        )

    def command(self, number: int) -> list[str]:
        """Of one member."""
        return [
            *(self._program, "agent", "-server", "-bootstrap-expect=3", f"-node=m{number}"),
            *(f"-data-dir={self._folder / f'data{number}'}", f"-config-file={self._folder / 'settings.hcl'}"),
            *("-bind=127.0.0.1", "-client=127.0.0.1", "-log-level=warn"),
            *("-dns-port=-1", "-grpc-port=-1", "-grpc-tls-port=-1", "-serf-wan-port=-1"),
            *(f"-{name}-port={port}" for name, port in self._ports[number].items()),
            *(f"-retry-join=127.0.0.1:{ports['serf-lan']}" for ports in self._ports),
            "-retry-interval=1s",
        ]

    def leads(self, number: int) -> bool:
        """By its status, which names the leader's address."""
        ports = self._ports[number]
        leader = _get(f"http://127.0.0.1:{ports['http']}/v1/status/leader")
        return bool(leader == f"127.0.0.1:{ports['server']}")

    def opener(self) -> Callable[[], Storage]:
        """With the addresses of all."""
        return partial(open_consul_at, [f"http://127.0.0.1:{ports['http']}" for ports in self._ports])


def open_zookeeper_at(address: str) -> Storage:
    """With the limits that a server has."""
    from strongroom.storage.zookeeper import ZookeeperSettings, open_zookeeper  # noqa: PLC0415 - the package is an extra
    from strongroom.storage.zookeeper.client import Access  # noqa: PLC0415 - likewise

    return open_zookeeper(ZookeeperSettings(Access(address), "/members"), SystemClock(), SystemRandom())


class Zookeeper:
    """Three servers of ZooKeeper, of Debian's package zookeeper."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clients = [free_port() for _ in NUMBERS]
        members = "".join(f"server.{n + 1}=127.0.0.1:{free_port()}:{free_port()}\n" for n in NUMBERS)
        for number in NUMBERS:
            data = folder / f"data{number}"
            data.mkdir()
            (data / "myid").write_text(f"{number + 1}")
            (folder / f"{number}.cfg").write_text(
                f"tickTime=500\ninitLimit=20\nsyncLimit=6\ndataDir={data}\nclientPort={self._clients[number]}\n"
                "clientPortAddress=127.0.0.1\n4lw.commands.whitelist=srvr\nadmin.enableServer=false\n"
                f"maxClientCnxns=0\nmaxSessionTimeout=20000\n{members}"
            )

    def command(self, number: int) -> list[str]:
        """Of one member."""
        jars = ":".join(str(jar) for jar in JARS.glob("*.jar"))
        main = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
        return ["java", *_JAVA, UNSYNCED, "-cp", jars, main, str(self._folder / f"{number}.cfg")]

    def leads(self, number: int) -> bool:
        """By its answer to a command of four letters."""
        with socket.create_connection(("127.0.0.1", self._clients[number]), 2) as asked:
            asked.sendall(b"srvr")
            asked.shutdown(socket.SHUT_WR)
            return b"Mode: leader" in asked.makefile("rb").read()

    def opener(self) -> Callable[[], Storage]:
        """With the addresses of all."""
        return partial(open_zookeeper_at, ",".join(f"127.0.0.1:{port}" for port in self._clients))


KINDS: dict[str, Callable[[Path], Ensemble]] = {"etcd": Etcd, "consul": Consul, "zookeeper": Zookeeper}
