"""A node in a network namespace that is cut off from its database, while another goes on, and is let in again."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.conformance.postgres import PostgresqlServer, newest_binaries, running_postgresql
from tests.conformance.processes.agreement import new_token
from tests.conformance.processes.node import Node, running, wait_until
from tests.ports import free_port

_CONFIG = """
workers = {workers}
storage "postgresql" {
  connection_url = "URL"
  timeout        = "1s"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""
PATIENCE_S = 60.0


def _command(*words: str, check: bool = True) -> bool:
    return subprocess.run(words, check=check, capture_output=True).returncode == 0


class Apart:
    """A network namespace that reaches this machine by one cable.

    Args:
        number: makes names and addresses of this process's own.
    """

    def __init__(self, number: int) -> None:
        self.name = f"strongroom-{number}"
        self._cable = f"sr{number}"
        self.here = f"10.211.{number % 250}.1"
        self.there = f"10.211.{number % 250}.2"

    def make(self) -> None:
        """Make the namespace and the cable.  Raises `CalledProcessError` where that isn't allowed."""
        ip = ("ip", "-n", self.name)
        _command("ip", "netns", "add", self.name)
        _command("ip", "link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _command("ip", "addr", "add", f"{self.here}/30", "dev", self._cable)
        _command("ip", "link", "set", self._cable, "up")
        _command(*ip, "addr", "add", f"{self.there}/30", "dev", "eth0")
        _command(*ip, "link", "set", "eth0", "up")
        _command(*ip, "link", "set", "lo", "up")

    def remove(self) -> None:
        """Take both away."""
        _command("ip", "link", "del", self._cable, check=False)
        _command("ip", "netns", "del", self.name, check=False)

    @contextlib.contextmanager
    def cut_off_from(self, port: int) -> Iterator[None]:
        """Packets to and from a port here vanish, as when a switch dies: nothing is told to either side."""
        rules = [
            ("OUTPUT", "-p", "tcp", "--dport", str(port), "-j", "DROP"),
            ("INPUT", "-p", "tcp", "--sport", str(port), "-j", "DROP"),
        ]
        inside = ("ip", "netns", "exec", self.name, "iptables")
        for rule in rules:
            _command(*inside, "-A", *rule)
        try:
            yield
        finally:
            for rule in rules:
                _command(*inside, "-D", *rule)


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    """A namespace."""
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("iptables"):
        pytest.skip("needs root, and the Debian packages iproute2 and iptables")
    made = Apart(os.getpid() % 60_000)
    try:
        try:
            made.make()
        except subprocess.CalledProcessError as error:
            pytest.skip(f"network namespaces can't be made here: {error.stderr.decode().strip()}")
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def database(apart: Apart) -> Iterator[PostgresqlServer]:
    """A server that the namespace reaches."""
    if newest_binaries() is None:
        pytest.skip("needs the Debian package postgresql")
    with running_postgresql() as server:
        with (server.directory / "data/pg_hba.conf").open("a") as file:
            file.write(f"host all all {apart.there}/32 scram-sha-256\n")
        server.stop()
        reachable = dataclasses.replace(server, addresses=f"127.0.0.1,{apart.here}")
        reachable.start()
        yield reachable


@pytest.fixture(scope="module")
def nodes(apart: Apart, database: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """One node here, and one in the namespace."""
    url = database.url.replace("127.0.0.1", apart.here)
    here = Node(tmp_path_factory.mktemp("here"), _CONFIG.replace("URL", database.url), workers_wanted=1)
    there = Node(
        tmp_path_factory.mktemp("there"),
        _CONFIG.replace("URL", url),
        workers_wanted=1,
        runs_as=("ip", "netns", "exec", apart.name),
        address=f"{apart.there}:{free_port()}",
    )
    with running(here), running(there):
        here.ready()
        there.keys, there.threshold, there.token = here.keys, here.threshold, here.token
        there.start()
        there.unseal()
        here.ok("POST", "sys/mounts/kv", {"type": "kv"})
        yield [here, there]


@pytest.mark.timeout(180)
def test_a_node_that_is_cut_off_serves_nothing_old(nodes: list[Node], apart: Apart, database: PostgresqlServer) -> None:
    """It is 503 with `Retry-After`, the other goes on, and in its first answer all is as the other left it."""
    here, there = nodes
    token = new_token(here, "root")
    here.ok("POST", "kv/a", {"value": "before"})
    assert there.ok("GET", "kv/a", token=token).data["value"] == "before"
    with apart.cut_off_from(database.port):
        here.ok("POST", "kv/a", {"value": "meanwhile"})
        here.ok("POST", "auth/token/revoke", {"token": token})
        for method, path in (("GET", "kv/a"), ("POST", "kv/b"), ("GET", "auth/token/lookup-self")):
            refused = there.call(method, path, {"value": 1} if method == "POST" else None, token)
            assert refused.status == 503, refused
            assert int(refused.headers["retry-after"]) >= 1
        wait_until(lambda: there.call("GET", "sys/health").status == 503, "health does not see it", PATIENCE_S)
        here.ok("POST", "kv/a", {"value": "last"})
        assert here.ok("GET", "kv/a").data["value"] == "last"

    def answers() -> bool:
        answer = there.call("GET", "kv/a", token=token)
        assert answer.status in (403, 503), answer
        return answer.status == 403

    wait_until(answers, "it does not come back", PATIENCE_S)
    assert there.ok("GET", "kv/a").data["value"] == "last"
    there.ok("POST", "kv/a", {"value": "theirs"})
    assert here.ok("GET", "kv/a").data["value"] == "theirs"


@pytest.mark.timeout(180)
def test_the_roles_of_a_node_that_is_cut_off_pass_on(
    nodes: list[Node], apart: Apart, database: PostgresqlServer
) -> None:
    """Whoever had the role, tokens end at their time while one of both is cut off."""
    here, there = nodes
    there.ok("PUT", "sys/step-down")
    here.ok("PUT", "sys/step-down")
    made = here.ok("POST", "auth/token/create", {"ttl": "2s", "policies": ["default"]}).json["auth"]
    with apart.cut_off_from(database.port):
        wait_until(
            lambda: made["accessor"] not in here.ok("LIST", "auth/token/accessors").data["keys"],
            "nobody ends what is due",
            PATIENCE_S,
        )
    wait_until(lambda: there.call("GET", "sys/health").status == 200, "it does not come back", PATIENCE_S)
