"""SIGTERM drains, SIGHUP reloads, and neither loses a request."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.listener.certificates import client_context, make
from tests.conformance.processes.node import CONFIG, Node, alive, open_files, running, wait_until, wait_until_read
from tests.conformance.processes.wire import Connection, ConnectionBroken, Target, request
from tests.conformance.servers import start_ours

TLS = """
listener "tcp" {
  address       = "TLS_ADDRESS"
  tls_cert_file = "{directory}/server.pem"
  tls_key_file  = "{directory}/server.key"
}
log_file = "{directory}/log/strongroom.log"
pid_file = "{directory}/pid"
"""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of two workers."""
    with running(Node(tmp_path, workers_wanted=2)) as node:
        yield node.ready()


def test_term_lets_requests_finish(node: Node) -> None:
    """A request whose body is still arriving is answered; idle connections are closed; the status is 0."""
    whole = request("POST", "sys/mounts/late", {"type": "kv"}, node.token)
    with node.connect() as idle, node.connect() as busy:
        assert idle.call("GET", "sys/health").status == 200
        busy.send(whole[:-5])
        wait_until_read(busy)
        os.kill(node.pid, signal.SIGTERM)
        assert idle.closed_by_server(30)
        busy.send(whole[-5:])
        assert busy.read().status == 204
        assert node.wait() == 0
    node.start()
    node.unseal()
    assert "late/" in node.ok("GET", "sys/mounts").data


def test_term_for_every_process_is_the_same(node: Node) -> None:
    """A service manager that signals all of them loses no request either."""
    whole = request("POST", "sys/mounts/late", {"type": "kv"}, node.token)
    with node.connect() as busy:
        busy.send(whole[:-5])
        wait_until_read(busy)
        os.killpg(node.pid, signal.SIGTERM)
        time.sleep(0.2)
        busy.send(whole[-5:])
        assert busy.read().status == 204
        assert node.wait() == 0


def test_a_terminals_signals_reach_the_supervisor_alone(node: Node) -> None:
    """SIGHUP for the whole process group reloads and ends no worker; SIGINT stops with status 0."""
    before = node.workers()
    os.killpg(node.pid, signal.SIGHUP)
    wait_until(lambda: "reloading" in node.log_text(), "no reload")
    assert node.call("GET", "sys/health").status == 200
    assert node.workers() == before
    os.killpg(node.pid, signal.SIGINT)
    assert node.wait() == 0
    assert "Traceback" not in node.log_text()


def test_hup_reopens_the_audit_file(node: Node) -> None:
    """After a rotation every worker writes to the new file, and no entry is lost between the two."""
    current, rotated = node.directory / "audit.log", node.directory / "audit.log.1"
    node.ok("PUT", "sys/audit/file", {"type": "file", "options": {"file_path": str(current)}})
    before = [node.ok("GET", "auth/token/lookup-self").json["request_id"] for _ in range(20)]
    current.rename(rotated)
    between = [node.ok("GET", "auth/token/lookup-self").json["request_id"] for _ in range(5)]
    os.kill(node.pid, signal.SIGHUP)
    wait_until(current.exists, "no new file")
    between += [node.ok("GET", "auth/token/lookup-self").json["request_id"] for _ in range(10)]
    wait_until(lambda: not any(str(rotated) in open_files(pid) for pid in node.workers()), "the old file stays open")
    size = rotated.stat().st_size
    after = [node.ok("GET", "auth/token/lookup-self").json["request_id"] for _ in range(20)]
    assert rotated.stat().st_size == size
    assert set(before) <= _audited(rotated)
    assert set(between) <= _audited(rotated) | _audited(current)
    assert set(after) <= _audited(current)


def _audited(path: Path) -> set[str]:
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    return {entry["request"]["id"] for entry in entries if entry["type"] == "response"}


@pytest.fixture
def tls_node(tmp_path: Path) -> Iterator[tuple[Node, Target]]:
    """A node with a TLS listener beside the plain one, a log file and a pid file."""
    authority = make(tmp_path, "authority", authority=True)
    _install(tmp_path, make(tmp_path, "first.example", authority).cert)
    node = Node(tmp_path, workers_wanted=2)
    place = Node(tmp_path).address
    node.config = CONFIG + TLS.replace("TLS_ADDRESS", place)
    with running(node):
        node.start()
        yield node, Target(place, client_context(authority.cert), "first.example")


def _install(directory: Path, certificate: Path) -> None:
    shutil.copy(certificate, directory / "server.pem")
    shutil.copy(certificate.with_suffix(".key"), directory / "server.key")


def _accepted(target: Target, name: str) -> bool:
    try:
        with Connection(Target(target.place, target.tls, name)) as connection:
            return connection.call("GET", "sys/health").status == 501
    except (ssl.SSLError, ConnectionBroken):
        return False


def test_hup_reloads_certificates(tls_node: tuple[Node, Target], tmp_path: Path) -> None:
    """New connections get the new certificate, old ones live on; files that can't be used change nothing."""
    node, target = tls_node
    authority = tmp_path / "authority.pem"
    with Connection(target) as old:
        assert old.call("GET", "sys/health").status == 501
        (tmp_path / "server.pem").write_text("no certificate")
        os.kill(node.pid, signal.SIGHUP)
        wait_until(lambda: node_log(node).count("certificates were not reloaded") == 2, "it isn't said")
        assert all(_accepted(target, "first.example") for _ in range(6))
        second = make(tmp_path, "other-authority", authority=True)
        _install(tmp_path, make(tmp_path, "second.example", second).cert)
        newer = Target(target.place, client_context(second.cert))
        os.kill(node.pid, signal.SIGHUP)
        wait_until(lambda: all(_accepted(newer, "second.example") for _ in range(12)), "not reloaded")
        assert not _accepted(target, "first.example")
        assert old.call("GET", "sys/health").status == 501
    assert authority.exists()


def test_hup_takes_the_listeners_settings(node: Node) -> None:
    """Other headers and limits hold for old connections too, for a worker that starts later, and after sealing."""
    file = node.directory / "node.hcl"
    text = file.read_text()

    def hup(changed: str, said: str) -> None:
        before = node.log_text().count(said)
        file.write_text(changed)
        os.kill(node.pid, signal.SIGHUP)
        wait_until(lambda: node.log_text().count(said) > before, f"{said!r} isn't said")

    headers = 'custom_response_headers { "default" = { "X-Site" = ["%s"] } }\n'
    first = text.replace("tls_disable", headers % "one" + "tls_disable")
    elsewhere = Node(node.directory).address
    with node.connect() as old:
        assert "x-site" not in old.call("GET", "sys/health").headers
        hup(first, "reloading")
        wait_until(lambda: old.call("GET", "sys/health").headers.get("x-site") == "one", "no header")
        for changed, said in (
            (text.replace("listener", "listener }"), "was not read again: all stays as it was"),
            (first.replace(node.address, elsewhere), "stay as they are until a restart"),
            (
                first + text[text.index("\nlistener") :].replace(node.address, elsewhere),
                "stay as they are until a restart",
            ),
        ):
            hup(changed, said)
            assert old.call("GET", "sys/health").headers["x-site"] == "one"
    hup(text.replace("tls_disable", headers % "two" + "tls_disable"), "reloading")

    def everywhere() -> bool:
        with node.connect() as one, node.connect() as other, node.connect() as third:
            answers = [connection.call("GET", "sys/health") for connection in (one, other, third)]
        return all(answer.headers.get("x-site") == "two" for answer in answers)

    wait_until(everywhere, "not everywhere")
    before = node.workers()
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not {*before} & {*node.workers()}, "they live")
    wait_until(everywhere, "not the later ones")


def node_log(node: Node) -> str:
    """What its log file holds."""
    return (node.directory / "log" / "strongroom.log").read_text()


def test_hup_reopens_the_log_and_takes_its_level(tls_node: tuple[Node, Target]) -> None:
    """After a rotation the log goes on in a new file; the configuration's level counts again; the pid file goes."""
    node, _ = tls_node
    assert (node.directory / "pid").read_text() == f"{node.pid}\n"
    log = node.directory / "log" / "strongroom.log"
    os.kill(node.pid, signal.SIGHUP)
    # Each process opens the file anew.  Before all have, one may make the new file while others write to the old one.
    wait_until(lambda: "reloaded" in node_log(node), lambda: node_log(node))
    log.rename(log.with_suffix(".1"))
    os.kill(node.pid, signal.SIGHUP)
    wait_until(lambda: log.exists() and "reloaded" in node_log(node), "no new file")
    file = node.directory / "node.hcl"
    file.write_text(file.read_text() + 'log_level = "error"\n')
    os.kill(node.pid, signal.SIGHUP)
    wait_until(lambda: "taken_over=log_level" in node_log(node), lambda: node_log(node))
    log.rename(log.with_suffix(".2"))
    os.kill(node.pid, signal.SIGHUP)
    wait_until(log.exists, "no newer file")
    assert "reloading" not in node_log(node)
    assert node.stop() == 0
    assert "stopping" not in node_log(node)
    assert not (node.directory / "pid").exists()


def test_hup_tells_what_it_took_over_and_what_not(node: Node) -> None:
    """A line for each setting that counts from the next start, by its name; one for what counts now; and the fault."""
    file = node.directory / "node.hcl"
    text = file.read_text()
    changed = text.replace("workers = 2", 'workers = 3\napi_addr = "https://CANARY"\nlog_level = "debug"\nfurther = 1')
    changed = changed.replace("tls_disable", "max_request_size = 5000\n  tls_disable").replace("/store", "/CANARY")
    assert changed.count("CANARY") == 2
    file.write_text(changed)
    os.kill(node.pid, signal.SIGHUP)
    wait_until(lambda: "the configuration was read again" in node.log_text(), node.log_text)
    log = node.log_text()
    for name in ("workers", "api_addr", "storage"):
        assert f"changed, and counts from the next start: setting={name}\n" in log
    assert "unknown or unsupported field further" in log
    listener = rf"listener \"tcp\" {node.address}: max_request_size"
    assert f'the configuration was read again: taken_over="log_level, {listener}"' in log
    assert "CANARY" not in log
    file.write_text(text + "\nlistener {")
    os.kill(node.pid, signal.SIGHUP)
    wait_until(lambda: "was not read again: all stays as it was" in node.log_text(), node.log_text)
    assert re.search(rf'was not read again: all stays as it was: reason="{file}:\d+:\d+: ', node.log_text())
    assert node.call("GET", "sys/health").status == 200


@pytest.mark.parametrize("dev", [True, False])
def test_usr1_and_usr2_write_diagnostics(tmp_path: Path, dev: bool) -> None:
    """Each process tells state, threads and tasks, at any level of the log; nothing ends, no secret is shown."""
    if dev:
        with start_ours(tmp_path) as server:
            asked(server.process.pid, [server.process.pid], server.log_text)
            assert server.process.poll() is None
        return
    with running(Node(tmp_path, workers_wanted=2, config=CONFIG + 'log_level = "error"\n')) as node:
        node.start()
        first = node.workers()
        node.init()  # after which one of them is replaced
        node.unseal()
        wait_until(lambda: len({*first} & {*node.workers()}) == 1 and len(node.workers()) == 2, "two workers", 30)
        before = node.workers()
        wait_until(lambda: all(node.call("GET", "sys/health").status == 200 for _ in range(8)), "no answer", 30)
        asked(node.pid, [node.pid, *before], node.log_text)
        for worker in before:
            asked(worker, [worker], node.log_text)
        assert node.workers() == before
        assert node.token not in node.log_text()
        assert node.keys[0] not in node.log_text()


def asked(pid: int, answering: list[int], log: Callable[[], str]) -> None:
    """Ask a process by both signals, and wait for the answers of all who are to answer."""
    start = len(log())

    def told(pattern: str) -> bool:
        return all(re.search(pattern % each, log()[start:]) for each in answering)

    for number, pattern in (
        (signal.SIGUSR1, r"diagnostics: state: .*pid=%d .*sealed=False"),
        (signal.SIGUSR2, r'diagnostics: stack: of="thread MainThread" .* < .*pid=%d'),
    ):
        next_at = 0.0

        def answered(number: signal.Signals = number, pattern: str = pattern) -> bool:
            nonlocal next_at
            if time.monotonic() >= next_at:  # asked again and again: a worker may not be unsealed yet
                os.kill(pid, number)
                next_at = time.monotonic() + 2
            return told(pattern)

        wait_until(answered, log, 30)


def test_signals_of_pipes_and_terminals_end_nobody(node: Node) -> None:
    """Sent to every process of the node, none of them ends, stops or forgets its keys."""
    before = node.workers()
    for number in (signal.SIGPIPE, signal.SIGTTOU, signal.SIGTTIN, signal.SIGWINCH, signal.SIGURG, signal.SIGCHLD):
        os.killpg(node.pid, number)
    for pid in before:  # and what a worker hears of from its supervisor alone
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            os.kill(pid, number)
    for _ in range(8):
        assert node.ok("GET", "auth/token/lookup-self").status == 200
    assert node.workers() == before


def test_quit_tells_the_stacks_and_ends_at_once(node: Node) -> None:
    """A terminal's Ctrl-\\: what is under way isn't waited for, the workers end with the supervisor."""
    before = node.workers()
    os.killpg(node.pid, signal.SIGQUIT)
    assert node.wait(20) == 0
    assert 'diagnostics: stack: of="thread MainThread"' in node.log_text()
    wait_until(lambda: not any(alive(pid) for pid in before), "workers live")


def test_the_service_manager_is_told(tmp_path: Path) -> None:
    """Over a real socket: ready once the listeners answer, state, watchdog, a reload from end to end, the end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        name = f"@strongroom-test-node-{os.getpid()}"
        manager.bind(name.replace("@", "\0"))
        manager.settimeout(30)
        heard: list[str] = []

        def until(wanted: str) -> None:
            while not any(each.startswith(wanted) for each in heard):
                heard.append(manager.recv(4096).decode())

        node = Node(tmp_path, workers_wanted=2, environment={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1000000"})
        with running(node):
            node.launch()
            until("READY=1")
            assert node.call("GET", "sys/health").status == 501
            until("STATUS=sealed, 2 of 2 workers serve")
            until("WATCHDOG=1")
            node.init()
            node.unseal()
            until("STATUS=unsealed, 2 of 2 workers serve")
            node.settle(replaced=1)
            heard.clear()
            os.kill(node.pid, signal.SIGHUP)
            until("RELOADING=1\nMONOTONIC_USEC=")
            until("READY=1")
            kinds = [each.partition("=")[0] for each in heard if each.startswith(("RELOADING", "READY"))]
            assert kinds == ["RELOADING", "READY"]
            heard.clear()
            assert node.seal().status == 204
            until("STATUS=sealed, 2 of 2 workers serve")
            heard.clear()
            os.kill(node.pid, signal.SIGTERM)
            until("STOPPING=1")
            assert node.wait() == 0
            for pid in node.workers():
                assert b"NOTIFY_SOCKET" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_the_json_log_is_as_collectors_read_it(tmp_path: Path) -> None:
    """Every line of the log of a whole node is an object with the four names; the time has its microseconds."""
    file = tmp_path / "log" / "strongroom.log"
    with running(
        Node(tmp_path, workers_wanted=2, config=CONFIG + f'log_format = "json"\nlog_file = "{file}"\n')
    ) as node:
        node.start()
        os.kill(node.pid, signal.SIGUSR2)
        wait_until(lambda: '"of": "thread MainThread"' in file.read_text(), "no stacks", 30)
        assert node.stop() == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) > 4
    for line in lines:
        assert line["@level"] in {"debug", "info", "warn", "error"}
        assert line["@message"]
        assert line["@module"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["@timestamp"])
    assert any(line.get("pid") for line in lines)
