"""What thousands of namespaces cost: python -m tools.load.namespaces [NUMBER]

Starts a server with a SQLite store in a temporary directory, makes namespaces by its API, each with four mounts, a
policy and a user, and prints what a creation, a read, a start and an unsealing take with one of them and with all.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

_CONFIG = """
storage "sqlite" {{ path = "{directory}/data" }}
listener "tcp" {{
  address = "127.0.0.1:{port}"
  tls_disable = true
}}
workers = 2
"""
_DIGEST = "$2b$10$abcdefghijklmnopqrstuuIRPWC0J0gAQXfRzQOYHZ2mC8BGCzUBq"
"""A bcrypt digest of nothing in particular, so that making users costs no hashing."""
_MAKERS = 8
_READ_S = 4.0


class Client:
    """One connection with the root token."""

    def __init__(self, port: int, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._token = token

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded answer.  Raises `RuntimeError` for a refusal."""
        headers = {"X-Vault-Token": self._token} if self._token else {}
        text = None if body is None else json.dumps(body)
        self._connection.request(method, f"/v1/{path}", text, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {raw[:200]!r}")
        return json.loads(raw) if raw else None


class Server:
    """The server's processes."""

    def __init__(self, config: Path, port: int) -> None:
        self._config = config
        self.port = port

    def start(self) -> float:
        """Start it.  Returns the seconds until it answers."""
        begun = time.perf_counter()
        command = [str(Path(sys.executable).with_name("strongroom")), "server", f"-config={self._config}"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own program
        while True:
            try:
                Client(self.port).ask("GET", "sys/seal-status")
            except (OSError, RuntimeError):
                time.sleep(0.02)
            else:
                return time.perf_counter() - begun

    def unseal(self, key: str) -> float:
        """Unseal it.  Returns the seconds until it says so."""
        begun = time.perf_counter()
        client = Client(self.port)
        client.ask("PUT", "sys/unseal", {"key": key})
        while client.ask("GET", "sys/seal-status")["sealed"]:
            time.sleep(0.01)
        return time.perf_counter() - begun

    def stop(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(60)

    def memory_mib(self) -> int:
        """What the supervisor and its workers have in memory, together."""
        processes = {self._process.pid}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(status.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == self._process.pid:
                processes.add(int(status.parent.name))
        pages = sum(int(Path(f"/proc/{process}/statm").read_text().split()[1]) for process in processes)
        return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def make(client: Client, name: str) -> float:
    """Make a namespace with its contents.  Returns the seconds that the namespace alone took."""
    begun = time.perf_counter()
    client.ask("POST", f"sys/namespaces/{name}")
    took = time.perf_counter() - begun
    for mount in ("kv", "more"):
        client.ask("POST", f"{name}/sys/mounts/{mount}", {"type": "kv"})
    for method in ("userpass", "people"):
        client.ask("POST", f"{name}/sys/auth/{method}", {"type": "userpass"})
    client.ask("PUT", f"{name}/sys/policies/acl/p", {"policy": 'path "kv/*" { capabilities = ["read"] }'})
    client.ask("POST", f"{name}/auth/userpass/users/eva", {"password_hash": _DIGEST, "token_policies": "p"})
    client.ask("POST", f"{name}/kv/x", {"a": "b"})
    return took


def reads_a_second(port: int, token: str, names: list[str]) -> int:
    """Secrets read by one connection, of one namespace after the other."""
    client, count, end = Client(port, token), 0, time.perf_counter() + _READ_S
    while time.perf_counter() < end:
        client.ask("GET", f"{names[count % len(names)]}/kv/x")
        count += 1
    return int(count / _READ_S)


def _make_all(port: int, token: str, names: list[str]) -> None:
    waiting = list(reversed(names))

    def work() -> None:
        client = Client(port, token)
        while waiting:
            make(client, waiting.pop())

    threads = [threading.Thread(target=work) for _ in range(_MAKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _report(what: str, server: Server, token: str, names: list[str]) -> None:
    one, after_one = reads_a_second(server.port, token, names[:1]), server.memory_mib()
    many, after_all = reads_a_second(server.port, token, names), server.memory_mib()
    print(f"{what}: {one} reads a second of one ({after_one} MiB), {many} of all in turn ({after_all} MiB)", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int, nargs="?", default=3000)
    number = parser.parse_args().number
    with tempfile.TemporaryDirectory() as directory, socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        found.close()
        config = Path(directory) / "server.hcl"
        config.write_text(_CONFIG.format(directory=directory, port=port))
        server = Server(config, port)
        server.start()
        made = Client(port).ask("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
        key, token = made["keys"][0], made["root_token"]
        server.unseal(key)
        client = Client(port, token)
        names = [f"team{count}" for count in range(number)]
        make(client, names[0])
        server.stop()
        print(f"with 1: start {server.start():.2f} s, unseal {server.unseal(key):.2f} s", flush=True)
        _report("with 1", server, token, names[:1])
        client = Client(port, token)
        first = [make(client, name) for name in names[1:11]]
        _make_all(port, token, names[11:-10])
        last = [make(client, name) for name in names[-10:]]
        print(f"a creation: {statistics.median(first) * 1000:.1f} ms of the first ten, ", end="")
        print(f"{statistics.median(last) * 1000:.1f} ms of the last ten (medians)", flush=True)
        _report(f"with {number}", server, token, names)
        server.stop()
        print(f"with {number}: start {server.start():.2f} s, unseal {server.unseal(key):.2f} s", flush=True)
        _report(f"with {number}, started anew", server, token, names)
        server.stop()


if __name__ == "__main__":
    main()
