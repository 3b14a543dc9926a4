"""What the proxy does when tokens end, servers die and processes are killed; with real servers and logins."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.agent.proxy.proxies import LISTENER, Answer, RunningProxy, ask, proxy
from tests.conformance.program import OURS, environment, wait_until
from tests.conformance.servers import Server, ours, peer, start_ours

__all__ = ["ours", "peer"]

BY_ROLE = """
auto_auth {
  method "approle" {
    config = { role_id_file_path = "{directory}/role", remove_secret_id_file_after_reading = false }
    min_backoff = "1s"
  }
}
api_proxy { use_auto_auth_token = true }
"""
PERSIST = 'cache {\n  persist "file" { path = "{directory}/kept", key_file = "{directory}/key" }\n}\n'
ROLE = {"bind_secret_id": False, "secret_id_bound_cidrs": ["127.0.0.0/8"]}
POLICY = """
path "secret/*" { capabilities = ["read", "list", "create", "update"] }
path "auth/token/create" { capabilities = ["update"] }
path "sys/monitor" { capabilities = ["read", "sudo"] }
"""


@dataclass(frozen=True)
class Place:
    """A server with a role to log in by, and a directory for a proxy's files."""

    server: Server
    directory: Path

    def call(self, path: str, method: str = "GET", body: Any = None) -> Answer:
        """Ask the server itself, as its administrator."""
        return ask(self.server.address, f"/v1/{path}", method, body, self.server.token)

    def accessors(self) -> set[str]:
        """Which tokens there are.  Those of other tests may just be ending."""
        return set(self.call("auth/token/accessors", "LIST").json["data"]["keys"])


def _prepared(server: Server, directory: Path) -> Place:
    place = Place(server, directory)
    place.call("sys/auth/approle", "POST", {"type": "approle"})
    place.call("sys/policies/acl/behaviour", "POST", {"policy": POLICY})
    for name, ttl in (("agent", "1h"), ("client", "1h"), ("brief", "3s")):
        settings = {"token_ttl": ttl, "token_policies": ["behaviour"], "role_id": f"role-{name}"}
        made = place.call(f"auth/approle/role/{name}", "POST", {**ROLE, **settings})
        assert made.status == 204, made.body
    assert place.call("secret/data/behaviour", "POST", {"data": {"x": "y"}}).status == 200
    (directory / "role").write_text("role-agent")
    (directory / "key").write_bytes(os.urandom(32))
    return place


@pytest.fixture(params=["ours", "peer"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Of either server."""
    return _prepared(request.getfixturevalue(request.param), tmp_path)


@pytest.fixture
def running(place: Place) -> Iterator[RunningProxy]:
    """A proxy that is logged in."""
    with proxy(place.directory, place.server, LISTENER + BY_ROLE + PERSIST) as each:
        assert each.ask("/v1/secret/data/behaviour").status == 200
        yield each


def login(proxy_: RunningProxy, name: str = "client") -> Answer:
    """A client logs in through the proxy."""
    return proxy_.ask("/v1/auth/approle/login", "PUT", {"role_id": f"role-{name}"})


def own_accessors(place: Place) -> dict[str, str]:
    """The tokens of the agent's role: their accessors, by themselves."""
    found = {}
    for accessor in place.call("auth/token/accessors", "LIST").json["data"]["keys"]:
        told = place.call("auth/token/lookup-accessor", "POST", {"accessor": accessor})
        if told.status == 200 and (told.json["data"].get("meta") or {}).get("role_name") == "agent":
            found[accessor] = accessor
    return found


def test_a_token_that_is_revoked_elsewhere_hangs_nobody(place: Place, running: RunningProxy) -> None:
    """Five requests while it happens: all are answered with the next login's token."""
    for accessor in own_accessors(place):
        assert place.call("auth/token/revoke-accessor", "POST", {"accessor": accessor}).status == 204
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(running.ask, ["/v1/secret/data/behaviour"] * 5))
    assert [answer.status for answer in answers] == [200] * 5
    assert len(own_accessors(place)) == 1


def test_two_hundred_equal_logins_are_one(place: Place, running: RunningProxy) -> None:
    """The server makes one token, and all get it; the proxy counts."""
    before = place.accessors()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: login(running), range(200)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["auth"]["client_token"] for answer in answers}) == 1
    assert sorted(answer.cache for answer in answers) == ["HIT"] * 199 + ["MISS"]
    assert len(place.accessors() - before) == 1
    counters = running.ask("/proxy/v1/metrics").json["Counters"]
    assert {each["Name"]: each["Count"] for each in counters}["vault.proxy.cache.hit"] == 199


def test_what_ends_is_renewed_and_what_is_revoked_is_not_given_again(place: Place, running: RunningProxy) -> None:
    """A token of three seconds is good after four, and gone when a client revokes it."""
    first = login(running, "brief")
    token = first.json["auth"]["client_token"]
    wait_until(lambda: _renewed(running) >= 2, "it wasn't renewed twice")
    again = login(running, "brief")
    assert (again.cache, again.json["auth"]["client_token"]) == ("HIT", token)
    assert running.ask("/v1/secret/data/behaviour", token=token).status == 200
    child = running.ask("/v1/auth/token/create", "POST", {"ttl": "1h"}, token=token)
    assert running.ask("/v1/auth/token/create", "POST", {"ttl": "1h"}, token=token).cache == "HIT"
    assert running.ask("/v1/auth/token/revoke-self", "POST", {}, token=token).status == 204
    assert login(running, "brief").json["auth"]["client_token"] != token
    assert place.call("auth/token/lookup", "POST", {"token": child.json["auth"]["client_token"]}).status == 403


def _renewed(proxy_: RunningProxy) -> int:
    counters = proxy_.ask("/proxy/v1/metrics").json["Counters"]
    return int({each["Name"]: each["Count"] for each in counters}["vault.proxy.cache.renewed"])


def test_a_killed_proxy_issues_nothing_twice(place: Place) -> None:
    """The next one has the same token and the same answers; what it kept tells nobody anything."""
    config = LISTENER + BY_ROLE + PERSIST
    with proxy(place.directory, place.server, config) as first:
        token = login(first).json["auth"]["client_token"]
        child = first.ask("/v1/auth/token/create", "POST", {"ttl": "1h"}).json["auth"]["client_token"]
        before = place.accessors()
        first.program.kill()
    for file in (place.directory / "kept").iterdir():
        assert token.encode() not in file.read_bytes()
    with proxy(place.directory, place.server, config) as second:
        assert (login(second).cache, login(second).json["auth"]["client_token"]) == ("HIT", token)
        again = second.ask("/v1/auth/token/create", "POST", {"ttl": "1h"})
        assert (again.cache, again.json["auth"]["client_token"]) == ("HIT", child)
        assert place.accessors() <= before


def test_a_stream_passes_as_it_comes(place: Place, running: RunningProxy) -> None:
    """The server's log, line by line, until the client goes."""
    host, _, port = running.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(b"GET /v1/sys/monitor?log_level=debug HTTP/1.1\r\nHost: a\r\n\r\n")
        reader = connection.makefile("rb")
        assert reader.readline().split()[1] == b"200"
        while reader.readline().strip():
            continue
        assert place.call("sys/mounts/monitored", "POST", {"type": "kv"}).status == 204
        # A mount that moves is logged.
        assert place.call("sys/remount", "POST", {"from": "monitored", "to": "moved"}).status == 200
        assert int(reader.readline(), 16) > 0
        assert reader.readline()
    assert place.call("sys/mounts/moved", "DELETE").status == 204
    assert running.ask("/v1/secret/data/behaviour").status == 200


def test_a_server_that_is_killed(tmp_path: Path) -> None:
    """Requests get an error at once, which says what is wrong; the proxy goes on, and tells how it is."""
    (tmp_path / "server").mkdir()
    with start_ours(tmp_path / "server") as server:
        place = _prepared(server, tmp_path)
        with proxy(tmp_path, server, LISTENER + BY_ROLE + "cache {}\n") as running:
            assert running.ask("/v1/secret/data/behaviour").status == 200
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()
            answer = running.ask("/v1/secret/data/behaviour")
            assert (answer.status, answer.headers["retry-after"]) == (502, "1")
            assert answer.json["errors"][0].startswith(f"no answer from {place.server.url}: dial tcp")
            assert running.ask("/v1/sys/health").status == 502
            status = running.ask("/proxy/v1/status").json
            assert status["session"]["number"] == 1
            assert "accessor" not in status["session"]


def test_an_agent_serves_clients_too(place: Place) -> None:
    """Beside what it does itself: its sink has the token that clients act with."""
    sink = '  sink "file" { config = { path = "{directory}/sink" } }\n'
    config = LISTENER + BY_ROLE.replace("  method", f"{sink}  method", 1) + "cache {}\n"
    with proxy(place.directory, place.server, config, word="agent") as running:
        assert running.ask("/v1/secret/data/behaviour").status == 200
        assert [login(running).cache for _ in range(2)] == ["MISS", "HIT"]
        wait_until((place.directory / "sink").exists, "the sink isn't written")
        token = (place.directory / "sink").read_text()
        children = [running.ask("/v1/auth/token/create", "POST", {"ttl": "1h"}, each).cache for each in ("", token)]
        assert children == ["MISS", "HIT"]
        counters = {each["Name"]: each["Count"] for each in running.ask("/agent/v1/metrics").json["Counters"]}
        assert (counters["vault.agent.auth.success"], counters["vault.agent.cache.hit"]) == (1, 2)


def test_an_agent_says_what_its_files_lack(place: Place) -> None:
    """At its listener and to whoever asks by a signal: which file waits for what, and since when; no secret."""
    shown = '{{ with secret \\"secret/data/%s\\" }}{{ .Data.data.x }}{{ end }}'
    files = "".join(
        f'template {{ contents = "{shown % name}", destination = "{{directory}}/{name}" }}\n'
        for name in ("behaviour", "lacking")
    )
    with proxy(place.directory, place.server, LISTENER + BY_ROLE + files, word="agent") as running:
        wait_until((place.directory / "behaviour").exists, "the file isn't written")

        def told() -> dict[str, Any]:
            return {each["name"]: each for each in running.ask("/agent/v1/status").json["rendering"]["dependencies"]}

        wait_until(lambda: told()["read secret/data/lacking"]["trouble"] is not None, "nothing is lacking")
        templates = running.ask("/agent/v1/status").json["rendering"]["templates"]
        assert [each["phase"] for each in templates] == ["rendered", "waiting"]
        assert templates[1]["waits_for"] == ["read secret/data/lacking"]
        fresh = told()["read secret/data/behaviour"]
        assert fresh["trouble"] is None
        assert 0 < fresh["next_in_s"] < 300
        numbers = {each["Name"]: each["Value"] for each in running.ask("/agent/v1/metrics").json["Gauges"]}
        assert (numbers["vault.agent.rendering.templates"], numbers["vault.agent.rendering.lacking"]) == (2, 1)
        running.program.process.send_signal(signal.SIGUSR1)
        reason = "read secret/data/lacking: no secret exists at secret/data/lacking"
        wait_until(lambda: f' failures="{reason}"' in running.program.log_text(), running.program.log_text)


def test_the_program_ends_as_it_should(place: Place) -> None:
    """By a signal and by a client; it reads its configuration again by another signal, and tells its process id."""
    pid_file = place.directory / "pid"
    quits = LISTENER.replace("true\n", "true\n  proxy_api { enable_quit = true }\n")
    config = f'pid_file = "{pid_file}"\n' + quits + BY_ROLE
    with proxy(place.directory, place.server, config) as running:
        wait_until(pid_file.exists, "there is no pid file")
        assert pid_file.read_text() == f"{running.program.pid}\n"
        running.program.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "read the configuration again" in running.program.log_text(), "it wasn't reloaded")
        assert running.ask("/proxy/v1/quit", "POST", {}).status == 200
        assert running.program.wait() == 0
    assert not pid_file.exists()


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ("", "expected a listener"),
        ('listener "tcp" {\n}\n', "expected tls_cert_file and tls_key_file"),
        (LISTENER + "api_proxy { use_auto_auth_token = true }\n", "expected auto_auth beside use_auto_auth_token"),
        (LISTENER.replace("{address}", "{taken}"), "is in use by another process"),
        (LISTENER + PERSIST.replace("/key", "/none"), "can't be read: No such file"),
        (LISTENER + 'auto_auth { method "unknown" {} }\n', "expected one of the methods"),
    ],
)
def test_what_cannot_be_served_is_told_at_the_start(tmp_path: Path, config: str, problem: str) -> None:
    """In a line on standard error, with the place, and an exit status of 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        file = tmp_path / "proxy.hcl"
        text = config.replace("{address}", "127.0.0.1:0").replace("{directory}", str(tmp_path))
        file.write_text(text.replace("{taken}", address))
        done = _started(file)
    assert done.returncode == 1
    assert problem in done.stderr


def _started(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(OURS), "proxy", f"-config={file}"],
        capture_output=True,
        text=True,
        env=environment(file.parent),
        timeout=60,
        check=False,
    )
