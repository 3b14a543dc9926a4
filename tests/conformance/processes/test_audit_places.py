"""Audit devices on a real node: where they may be, stanzas of the configuration, and the way out of a broken one."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.processes.node import CONFIG, Node, running, wait_until


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of two workers, ready."""
    with running(Node(tmp_path / "node", workers_wanted=2)) as node:
        yield node.ready()


def _enable(node: Node, path: Path | str, name: str = "file", **options: str) -> tuple[int, str]:
    wanted = {"type": "file", "options": {"file_path": str(path), **options}}
    answer = node.call("PUT", f"sys/audit/{name}", wanted)
    return answer.status, answer.body.decode()


def _state(directory: Path) -> dict[Path, tuple[int, bytes]]:
    return {
        path: (path.stat().st_mode, path.read_bytes())
        for path in directory.rglob("*")
        if path.is_file() and path.parent.name != "store" and path.suffix != ".log"
    }


def test_nothing_but_a_log_is_written_to(node: Node) -> None:
    """The attacks of whoever may make devices: each is refused, changes no byte and no mode, and leaves no device."""
    home = node.directory
    (home / ".bashrc").write_text("alias ll='ls -l'\n")
    (home / "tls.key").write_text("-----BEGIN PRIVATE KEY-----\n")
    (home / "tls.key").chmod(0o600)
    (home / "link").symlink_to(home / "tls.key")
    (home / "new").symlink_to(home / "nowhere.txt")
    os.link(home / "tls.key", home / "second")
    before = _state(home)
    store = sorted(path.name for path in (home / "store").iterdir())
    for path in (
        home / ".bashrc",
        home / ".profile",
        home / "tls.key",
        home / "link",
        home / "new",
        home / "second",
        home / "node.hcl",
        home / "more.hcl",
        home / "store" / "strongroom.db",
        home / "store" / "new.log",
        home / "store" / "audit-spool" / "new.log",
        "/proc/self/comm",
        "/proc/self/oom_score_adj",
        "/proc/sys/kernel/core_pattern",
        "/sys/kernel/mm/ksm/run",
        "/dev/null",
        "/dev/full",
        "/dev/shm/audit.log",
        "/etc/cron.d/audit",
        f"{home}/store/../store/strongroom.db",
    ):
        for options in ({}, {"mode": "0640"}, {"mode": "0644"}):
            status, text = _enable(node, path, **options)
            assert status == 400, (path, status, text)
    assert _state(home) == before
    assert sorted(path.name for path in (home / "store").iterdir()) == store
    assert node.ok("GET", "sys/audit").data == {}
    assert not Path("/etc/cron.d/audit").exists()
    assert not (home / "nowhere.txt").exists()


def test_named_directories_are_the_only_ones(tmp_path: Path) -> None:
    """With `audit_directories`, a device is made below them, with directories for the owner alone, and nowhere else."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "way-out").symlink_to(tmp_path)
    config = CONFIG + f'audit_directories = ["{logs}"]\n'
    with running(Node(tmp_path / "node", config, workers_wanted=2)) as node:
        node.ready()
        for path in (tmp_path / "a.log", logs / ".." / "a.log", logs / "way-out" / "a.log", tmp_path / "logs-2"):
            status, text = _enable(node, path)
            assert status == 400
            assert "audit_directories" in text
            assert not (tmp_path / "a.log").exists()
        assert _enable(node, logs / "of" / "node" / "a.log")[0] == 204
        assert (logs / "of").stat().st_mode & 0o777 == 0o700


def test_a_log_is_taken_up_again_and_another_stores_is_not(node: Node, tmp_path: Path) -> None:
    """After a disabling, a rotation and a restart the server knows its own file; that of another server it leaves."""
    log = node.directory / "audit.log"
    assert _enable(node, log)[0] == 204
    node.ok("DELETE", "sys/audit/file")
    assert _enable(node, log)[0] == 204
    log.rename(node.directory / "audit.log.1")
    os.kill(node.pid, signal.SIGHUP)
    wait_until(lambda: node.ok("GET", "sys/mounts") is not None and log.exists(), "no new file after the reload")
    node.ok("DELETE", "sys/audit/file")
    assert _enable(node, node.directory / "audit.log.1")[0] == 204
    node.restart()
    node.unseal()
    node.ok("GET", "sys/mounts")
    assert "audit device failed" not in node.log_text()
    with running(Node(tmp_path / "other", workers_wanted=1)) as other:
        other.ready()
        size = log.stat().st_size
        status, text = _enable(other, log)
        assert (status, log.stat().st_size) == (400, size)
        assert "no audit log of this server" in text


def test_what_a_shell_would_execute_is_escaped(node: Node) -> None:
    """`$` and backquotes never stand in the file, also with `log_raw`; who reads it as JSON gets them back."""
    log = node.directory / "raw.log"
    assert _enable(node, log, log_raw="true")[0] == 204
    node.ok("POST", "cubbyhole/a$(id)`id`", {"v": "$(touch /tmp/x) `id` $HOME"})
    data = log.read_bytes()
    assert b"$" not in data
    assert b"`" not in data
    found = [json.loads(line)["request"].get("data") for line in data.splitlines()]
    assert {"v": "$(touch /tmp/x) `id` $HOME"} in found


STANZA = """
audit "file" "main" {
  description = "of the configuration"
  options {
    file_path = "{directory}/logs/main.log"
  }
}
"""


def test_the_configuration_makes_and_removes_devices(tmp_path: Path) -> None:
    """A stanza's device is there after the start, the API can't remove it, and it goes with its stanza at SIGHUP."""
    with running(Node(tmp_path / "node", CONFIG + STANZA, workers_wanted=2)) as node:
        node.ready()
        log = node.directory / "logs" / "main.log"
        assert node.ok("GET", "sys/audit").data["main/"]["description"] == "of the configuration"
        assert node.call("DELETE", "sys/audit/main").status == 400
        assert '"sys/audit/main"' in log.read_text()
        node.config = CONFIG
        file = node.directory / "node.hcl"
        text = file.read_text()
        file.write_text(text[: text.index("audit ")])
        os.kill(node.pid, signal.SIGHUP)
        wait_until(lambda: node.ok("GET", "sys/audit").data == {}, "the device stays")
        file.write_text(text)
        os.kill(node.pid, signal.SIGHUP)
        wait_until(lambda: "main/" in node.ok("GET", "sys/audit").data, "the device doesn't come back")


@pytest.mark.parametrize("way", ["stanza", "setting"])
def test_the_way_out_of_a_device_that_takes_nothing(tmp_path: Path, way: str) -> None:
    """While the only device takes nothing everything is refused; a stanza at its path, or giving it up, ends that."""
    with running(Node(tmp_path / "node", workers_wanted=2)) as node:
        node.ready()
        logs = node.directory / "gone"
        assert _enable(node, logs / "a.log", name="main")[0] == 204
        node.stop()
        (logs / "a.log").unlink()
        logs.rmdir()
        logs.write_text("a file in the directory's place")
        node.start()
        node.unseal()
        assert node.call("GET", "sys/mounts").status == 500
        assert node.call("DELETE", "sys/audit/main").status == 500
        node.config = CONFIG + (STANZA if way == "stanza" else 'disable_audit_devices = ["main"]\n')
        node.restart()
        node.unseal()
        node.ok("GET", "sys/mounts")
        assert list(node.ok("GET", "sys/audit").data) == (["main/"] if way == "stanza" else [])
        assert "an audit device is removed: the configuration says so" in node.log_text()
