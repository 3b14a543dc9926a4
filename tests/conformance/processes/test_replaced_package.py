"""The package is replaced while a server runs: no process of another build joins the node."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import strongroom
from tests.conformance.processes.node import Node, running, wait_until

PACKAGE = Path(strongroom.__file__).parent


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of two workers that runs a copy of the package."""
    shutil.copytree(PACKAGE, tmp_path / "site" / "strongroom", ignore=shutil.ignore_patterns("__pycache__"))
    program = tmp_path / "strongroom-copy"
    program.write_text(f"#!{sys.executable}\nimport sys\nfrom strongroom.cli.main import main\nsys.exit(main())\n")
    program.chmod(0o755)
    node = Node(tmp_path, workers_wanted=2, environment={"PYTHONPATH": str(tmp_path / "site")}, executable=program)
    with running(node):
        yield node.ready()


def replace_package(node: Node, version: str = "9.9.9") -> None:
    """Another version in place of the running one, as a package manager puts it there."""
    about = node.directory / "site" / "strongroom" / "__about__.py"
    text = re.sub(r'^__version__ = ".*"', f'__version__ = "{version}"', about.read_text(), flags=re.MULTILINE)
    about.with_suffix(".new").write_text(text)
    about.with_suffix(".new").replace(about)


REFUSED = "the package was replaced by version 9.9.9 while this server runs version"


def test_a_worker_of_another_build_does_not_join(node: Node) -> None:
    """One line says what to do; the worker that is left serves every connection; health and metrics tell of it."""
    original = (node.directory / "site" / "strongroom" / "__about__.py").read_text()
    replace_package(node)
    assert "restart_needed" not in node.call("GET", "sys/health").json
    lost, kept = node.workers()
    os.kill(lost, signal.SIGKILL)
    wait_until(lambda: REFUSED in node.log_text(), node.log_text, 30)
    wait_until(lambda: node.call("GET", "sys/health").json.get("restart_needed") is True, "health is silent", 30)
    for _ in range(24):
        with node.connect() as connection:
            assert connection.call("GET", "sys/health").status == 200
    metrics = node.ok("GET", "sys/metrics?format=prometheus").body.decode()
    assert re.search(r"vault_core_restart_needed\{.*\} 1\n", metrics), metrics
    assert re.search(r"vault_core_workers\{.*\} 1\n", metrics)
    assert re.search(r"vault_core_workers_wanted\{.*\} 2\n", metrics)
    assert node.workers() == [kept]
    assert node.log_text().count(REFUSED) == 1, "it is tried again and again"
    # The package is put back, and the place is filled again on the socket that it had.
    (node.directory / "site" / "strongroom" / "__about__.py").write_text(original)
    wait_until(lambda: len(node.workers()) == 2, "nobody is started", 60)
    wait_until(lambda: "restart_needed" not in node.call("GET", "sys/health").json, "it is still told", 30)


def test_a_node_without_workers_ends(node: Node) -> None:
    """With nobody left to serve, the service manager has to start the new version."""
    replace_package(node)
    for worker in node.workers():
        os.kill(worker, signal.SIGKILL)
    assert node.wait(40) == 1
    assert "no worker is left, and the package was replaced" in node.log_text()


def test_sealing_goes_over_to_the_new_version_as_a_whole(node: Node) -> None:
    """The supervisor executes itself anew with the new files, says so, and its workers are of the same build."""
    replace_package(node)
    node.seal()
    wait_until(
        lambda: "the sealed server goes on with the new version: version=9.9.9" in node.log_text(), node.log_text, 30
    )
    wait_until(lambda: len(node.workers()) == 2, "no workers", 30)
    wait_until(lambda: node.call("GET", "sys/seal-status").json["version"].endswith("9.9.9"), "another version", 30)
    assert REFUSED not in node.log_text()
    node.unseal()
    assert node.ok("GET", "auth/token/lookup-self").status == 200


def test_what_another_build_cannot_read_ends_clearly(node: Node) -> None:
    """A version that doesn't know what the one before left says what to do, and ends."""
    renewal = node.directory / "site" / "strongroom" / "server" / "supervisor" / "renewal.py"
    text = renewal.read_text()
    changed = text.replace(
        '    build: Build\n    """What the process ran before.',
        '    other: int\n    build: Build\n    """What the process ran before.',
    )
    assert changed != text
    renewal.write_text(changed)
    replace_package(node)
    node.seal()
    assert node.wait(30) == 1
    assert "cannot go on from the one before: start the server" in node.log_text()
    assert "Traceback" not in node.log_text()
