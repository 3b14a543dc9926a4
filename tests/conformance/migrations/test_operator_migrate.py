"""`operator migrate` between stores of nodes that really run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.node import CONFIG, Node, running
from tests.conformance.program import OURS, forked

__all__ = ["postgresql_server"]

NOT_FINISHED = 2
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def command(file: Path, *words: str) -> list[str]:
    """The command's words."""
    return [str(forked(OURS)), "operator", "migrate", f"-config={file}", *words]


def migrate(file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One run of the command."""
    words_ = command(file, *words)
    return subprocess.run(words_, check=False, capture_output=True, text=True, timeout=120, env=ENVIRONMENT)


def stores(file: Path, source: str, destination: str) -> Path:
    """A file that names both stores."""
    file.write_text(f"storage_source {source}\nstorage_destination {destination}\n")
    return file


def result(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What a run has printed as JSON."""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_running_store_moves_to_postgresql(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """While the node is written to nothing is finished, and no server starts; then the rest moves, and it serves."""
    there = f'"postgresql" {{\n connection_url = "{postgresql_server.url}"\n table = "moved"\n}}'
    here = f'"sqlite" {{ path = "{tmp_path}/node/store" }}'
    file = stores(tmp_path / "there.hcl", here, there)
    config = CONFIG.replace('storage "sqlite" {\n  path = "{directory}/store"\n}', f"storage {there}")
    with running(Node(tmp_path / "node", workers_wanted=1)) as node:
        node.ready()
        node.ok("POST", "cubbyhole/early", {"v": "1"})
        early = subprocess.Popen(
            command(file), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
        )
        while early.poll() is None:
            node.ok("POST", "cubbyhole/late", {"v": "1"})
        assert early.returncode == NOT_FINISHED
        assert "servers still write to the source" in early.communicate()[1]
        with running(Node(tmp_path / "refused", config, workers_wanted=1)) as refused:
            refused.launch()
            assert refused.wait() != 0
            assert "a migration into this store isn't finished" in refused.log_text()
        node.ok("POST", "cubbyhole/late", {"v": "2"})
        assert node.stop() == 0
        done = migrate(file, "-format=json")
        assert done.returncode == 0, done.stderr
        assert (result(done)["resumed"], result(done)["finished"], result(done)["changed"]) == (True, True, 0)
        assert postgresql_server.password not in done.stdout + done.stderr
        again = migrate(file)
        assert again.returncode == 1
        assert "the destination isn't empty: it has " in again.stderr
        with running(Node(tmp_path / "moved", config, workers_wanted=1)) as moved:
            moved.keys, moved.threshold, moved.token = node.keys, node.threshold, node.token
            moved.start()
            moved.unseal()
            assert moved.ok("GET", "cubbyhole/early").json["data"] == {"v": "1"}
            assert moved.ok("GET", "cubbyhole/late").json["data"] == {"v": "2"}


def test_what_a_file_lacks_or_has_too_much_is_refused_by_name(tmp_path: Path) -> None:
    """Nothing is created at a path that holds no store."""
    here, there = f'"sqlite" {{ path = "{tmp_path}/a" }}', f'"sqlite" {{ path = "{tmp_path}/b" }}'
    cases = {
        f"storage_source {here}": 'expected a stanza storage_destination "TYPE" { … }, found none',
        f"storage {here}": 'expected "storage_source" and "storage_destination", found "storage"',
        f"storage_source {here}\nstorage_destination {here}": "the source and the destination are the same store",
        f"storage_source {here}\nstorage_destination {there}": f"{tmp_path}/a holds no store",
        f'storage_source {here}\nstorage_destination "floppy" {{}}': f"{tmp_path}/a holds no store",
        f'storage_source "inmem" {{}}\nstorage_destination {there}': "nothing is kept in memory",
    }
    for number, (text, told) in enumerate(cases.items()):
        file = tmp_path / f"{number}.hcl"
        file.write_text(text)
        done = migrate(file)
        assert (done.returncode, told in done.stderr) == (1, True), (text, done.stderr)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("flag", ["-start=core/", "-log-level=loud"])
def test_flags_that_can_t_be_followed_are_refused(tmp_path: Path, flag: str) -> None:
    """`-start` of Vault's command would leave out a part of the store."""
    done = migrate(tmp_path / "absent.hcl", flag)
    assert done.returncode == 1
    assert flag.partition("=")[0] in done.stderr
