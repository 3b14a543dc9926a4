"""Snapshots by the API: of a running server, by its own command line and by others'."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import hvac
import psycopg
import pytest
import requests

from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.node import CONFIG, Node, running
from tests.conformance.program import OURS, forked, wait_until
from tests.sim.breaking_off import BreakingOff

__all__ = ["postgresql_server"]

BAO = Path(OURS).with_name("bao")


def run(
    node: Node, *words: str | Path, program: Path | None = None, token: str = ""
) -> subprocess.CompletedProcess[str]:
    """One run of a command against a node."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(node.directory)}
    environment |= {f"{name}_ADDR": f"http://{node.address}" for name in ("STRONGROOM", "BAO")}
    environment |= {f"{name}_TOKEN": token or node.token for name in ("STRONGROOM", "BAO")}
    command = [str(program or forked(OURS)), *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=environment)


def upload(node: Node, name: str, content: bytes, token: str = "") -> httpx.Response:
    """Send a file to one of raft's paths."""
    headers = {"X-Vault-Token": token or node.token}
    return httpx.post(f"http://{node.address}/v1/sys/storage/raft/{name}", content=content, headers=headers)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that is unsealed, with one secret."""
    config = CONFIG.replace("tls_disable = true", "tls_disable = true\n  max_request_size = 4194304")
    with running(Node(tmp_path_factory.mktemp("api") / "node", config=config, workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "cubbyhole/first", {"v": "before"})
        yield node


def test_the_peers_client_saves_a_snapshot(node: Node, tmp_path: Path) -> None:
    """`bao operator raft snapshot save` works unchanged; what it saved is whole, and its rows are those of raft."""
    file = tmp_path / "bao.snap"
    done = run(node, "operator", "raft", "snapshot", "save", file, program=BAO)
    assert done.returncode == 0, done.stderr
    shown = run(node, "operator", "snapshot", "verify", "-format=json", file)
    assert shown.returncode == 0, shown.stderr
    found = json.loads(shown.stdout)
    assert (found["storage"], found["authenticated_by"]) == ("sqlite", "the cluster's keyring")
    with gzip.open(file) as content, tarfile.open(fileobj=io.BytesIO(content.read())) as archive:
        assert archive.getnames() == ["meta.json", "state.bin", "SHA256SUMS", "SHA256SUMS.sealed"]
        archive.extractall(tmp_path, filter="data")
    program = shutil.which("sha256sum")
    assert program is not None
    subprocess.run([program, "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)


def test_our_client_saves_a_snapshot(node: Node, tmp_path: Path) -> None:
    """By the address and a token; a name that is taken is refused, and replaced whole where that is wanted."""
    file = tmp_path / "ours.snap"
    done = run(node, "operator", "snapshot", "save", file)
    assert done.returncode == 0, done.stderr
    assert "it is whole" in done.stdout
    before = file.read_bytes()
    assert run(node, "operator", "snapshot", "save", file).returncode == 1
    assert file.read_bytes() == before
    node.ok("POST", "cubbyhole/second", {"v": "x"})
    assert run(node, "operator", "raft", "snapshot", "save", file).returncode == 0
    assert file.read_bytes() != before
    assert [each.name for each in tmp_path.iterdir()] == ["ours.snap"]


def test_a_failed_snapshot_leaves_the_earlier_one(node: Node, tmp_path: Path) -> None:
    """A token that may not read one: the file that was there stays as it was, and none is made where none was."""
    token = str(node.ok("POST", "auth/token/create", {"policies": ["default"]}).json["auth"]["client_token"])
    file = tmp_path / "kept.snap"
    file.write_text("a good one")
    for target in (file, tmp_path / "new.snap"):
        done = run(node, "operator", "raft", "snapshot", "save", target, token=token)
        assert done.returncode == 2
        assert "permission denied" in done.stderr
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("kept.snap", "a good one")]


def test_the_peers_client_restores_a_snapshot(node: Node, tmp_path: Path) -> None:
    """`bao operator raft snapshot restore` works unchanged: all workers serve the old rows, frozen, until a go."""
    node.ok("POST", "cubbyhole/restored", {"v": "before"})
    assert run(node, "operator", "raft", "snapshot", "save", tmp_path / "a.snap").returncode == 0
    node.ok("POST", "cubbyhole/restored", {"v": "after"})
    node.ok("POST", "cubbyhole/since", {"v": "new"})
    done = run(node, "operator", "raft", "snapshot", "restore", tmp_path / "a.snap", program=BAO)
    assert done.returncode == 0, done.stderr
    for _ in range(8):  # each may be another worker's
        assert node.ok("GET", "cubbyhole/restored").data == {"v": "before"}
        assert node.call("GET", "cubbyhole/since").status == 404
    assert node.ok("GET", "sys/restore").data["frozen"] is True
    assert "frozen" in run(node, "operator", "restore", "status").stdout.lower()
    assert run(node, "operator", "restore", "go").returncode == 0
    assert node.ok("GET", "sys/restore").data["frozen"] is False


def test_another_clusters_snapshot_is_restored_only_by_force(node: Node, tmp_path: Path) -> None:
    """It is refused, and nothing changes. Forced, the node is sealed, and the snapshot's own key shares open it."""
    assert run(node, "operator", "snapshot", "save", tmp_path / "other.snap").returncode == 0
    with running(Node(tmp_path / "node", workers_wanted=1)) as other:
        other.ready()
        other.ok("POST", "cubbyhole/first", {"v": "mine"})
        done = run(other, "operator", "snapshot", "restore", tmp_path / "other.snap")
        assert done.returncode == 2
        assert "of another cluster" in done.stderr
        assert other.ok("GET", "cubbyhole/first").data == {"v": "mine"}
        done = run(other, "operator", "snapshot", "restore", "-force", tmp_path / "other.snap")
        assert done.returncode == 0, done.stderr
        wait_until(lambda: other.call("GET", "sys/health").status == 503, lambda: other.log_text()[-2000:], 20)
        other.keys, other.threshold, other.token = node.keys, node.threshold, node.token
        other.unseal()
        assert other.ok("GET", "cubbyhole/first").data["v"] == "before"


def test_what_nobody_vouches_for_is_restored_only_by_force(node: Node, tmp_path: Path) -> None:
    """A snapshot that was saved without the server has no seal, as one from which rows and the seal were taken."""
    before = node.ok("GET", "sys/restore").data
    configuration = f"-config={node.directory / 'node.hcl'}"
    done = run(node, "operator", "snapshot", "save", configuration, tmp_path / "unsealed.snap")
    assert done.returncode == 0, done.stderr
    done = run(node, "operator", "snapshot", "restore", tmp_path / "unsealed.snap")
    assert done.returncode == 2
    assert "nothing vouches for the snapshot" in done.stderr
    assert node.ok("GET", "sys/restore").data == before


def test_a_damaged_upload_changes_nothing(node: Node, tmp_path: Path) -> None:
    """One turned byte: the client finds it before it sends, and the server if it is sent all the same."""
    file = tmp_path / "a.snap"
    assert run(node, "operator", "snapshot", "save", file).returncode == 0
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    for program in (None, BAO):
        done = run(node, "operator", "raft", "snapshot", "restore", file, program=program)
        assert done.returncode != 0
        assert "damaged" in done.stderr
    assert node.ok("GET", "cubbyhole/first").data == {"v": "before"}


def test_a_snapshot_that_is_too_large_to_send(node: Node, tmp_path: Path) -> None:
    """The client says what else there is, and nothing has changed."""
    rows = [f"cubbyhole/large-{number}" for number in range(10)]
    for row in rows:
        node.ok("POST", row, {"v": "x" * 450_000})
    assert run(node, "operator", "snapshot", "save", tmp_path / "a.snap").returncode == 0
    done = run(node, "operator", "snapshot", "restore", tmp_path / "a.snap")
    assert done.returncode == 2
    assert "max_request_size" in done.stderr
    assert "with -config" in done.stderr
    for row in rows:
        node.ok("DELETE", row)


def test_one_secret_is_read_and_recovered(node: Node, tmp_path: Path) -> None:
    """An old version that is gone now: read from the snapshot, written as a new one, or beside; only who may, may."""
    node.ok("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    for value in ("one", "two", "three"):
        node.ok("POST", "secret/data/web/db", {"data": {"v": value}})
    assert run(node, "operator", "snapshot", "save", tmp_path / "a.snap").returncode == 0
    node.ok("DELETE", "secret/metadata/web/db")
    words = ("operator", "snapshot")
    read = run(node, *words, "read", "-version=2", "-format=json", tmp_path / "a.snap", "secret/web/db")
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout)["data"]["data"] == {"v": "two"}
    for flags, path in ((("-version=2",), "secret/data/web/db"), (("-as=secret/beside",), "secret/data/beside")):
        done = run(node, *words, "recover", *flags, tmp_path / "a.snap", "secret/web/db")
        assert done.returncode == 0, done.stderr
        assert node.ok("GET", path).data["data"] == {"v": "two" if flags[0] == "-version=2" else "three"}
    assert node.call("LIST", "sys/storage/raft/snapshot-load").status == 404  # each was unloaded
    id_ = upload(node, "snapshot-load", (tmp_path / "a.snap").read_bytes()).json()["data"]["snapshot_id"]
    node.ok("POST", "sys/policies/acl/web", {"policy": 'path "secret/data/web/*" { capabilities = ["read"] }'})
    token = str(node.ok("POST", "auth/token/create", {"policies": ["web"]}).json["auth"]["client_token"])
    query = f"?read_snapshot_id={id_}"
    for _ in range(4):  # each may be another worker's; what is kept of answers isn't of the snapshot
        assert node.call("GET", f"secret/data/web/db{query}", token=token).json["data"]["data"] == {"v": "three"}
        assert node.call("GET", "secret/data/web/db", token=token).json["data"]["data"] == {"v": "two"}
    assert node.ok("LIST", f"secret/metadata/web{query}").data["keys"] == ["db"]
    assert node.call("GET", f"secret/data/beside{query}", token=token).status == 403
    assert node.call("GET", f"secret/data/beside{query}").status == 404
    assert node.call("GET", f"sys/mounts{query}").status == 400
    node.ok("DELETE", f"sys/storage/raft/snapshot-load/{id_}")
    assert node.call("GET", f"secret/data/web/db{query}").status == 404


def test_who_may_not_restore(node: Node, tmp_path: Path) -> None:
    """Replacing the store, loading and thawing need `sudo`; a wildcard of writes isn't enough."""
    node.ok("POST", "sys/policies/acl/wide", {"policy": 'path "sys/*" { capabilities = ["create", "update", "read"] }'})
    token = str(node.ok("POST", "auth/token/create", {"policies": ["wide"]}).json["auth"]["client_token"])
    for path in ("snapshot", "snapshot-force", "snapshot-load"):
        assert upload(node, path, b"x", token).status_code == 403
    assert node.call("POST", "sys/restore/thaw", token=token).status == 403


def test_a_save_that_is_killed_leaves_the_earlier_file(node: Node, tmp_path: Path) -> None:
    """At whatever moment: the name has the earlier content or the whole new one, never a part."""
    file = tmp_path / "kept.snap"
    assert run(node, "operator", "raft", "snapshot", "save", file).returncode == 0
    environment = {"STRONGROOM_ADDR": f"http://{node.address}", "STRONGROOM_TOKEN": node.token, "HOME": str(tmp_path)}
    command = [str(OURS), "operator", "raft", "snapshot", "save", str(file)]
    for number in range(4):
        saving = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        # The moments are spread by what can be seen of it: the file under its other name.
        while number % 2 and saving.poll() is None and not list(tmp_path.glob(".kept.snap.*")):
            os.sched_yield()
        saving.kill()
        saving.wait()
        assert run(node, "operator", "snapshot", "verify", file).returncode == 0


def _take_by_hvac(address: str, token: str, file: Path) -> bool:
    """What a program with hvac does; whether it failed."""
    answer = hvac.Client(f"http://{address}", token=token, session=requests.Session()).sys.take_raft_snapshot()
    try:
        file.write_bytes(answer.content)
    except requests.RequestException:
        return True
    return False


def test_each_client_notices_a_download_that_breaks_off(node: Node, tmp_path: Path) -> None:
    """The server is gone in the middle of its answer: no client takes what it has got for a snapshot."""
    node.ok("POST", "cubbyhole/large", {"v": "x" * 400_000})
    good = tmp_path / "good.snap"
    assert run(node, "operator", "snapshot", "save", good).returncode == 0
    kept = good.read_bytes()
    with BreakingOff(int(node.address.rpartition(":")[2]), len(kept) // 2) as proxy:
        there = replace(node, address=f"127.0.0.1:{proxy.port}")
        for words in (("snapshot", "save", "-force"), ("raft", "snapshot", "save")):
            done = run(there, "operator", *words, good)
            assert done.returncode != 0, done.stdout
            assert "Error taking the snapshot" in done.stderr
        assert good.read_bytes() == kept
        done = run(there, "operator", "raft", "snapshot", "save", tmp_path / "bao.snap", program=BAO)
        assert done.returncode != 0, done.stdout
        assert _take_by_hvac(there.address, node.token, tmp_path / "hvac.snap")
        url = f"http://{there.address}/v1/sys/storage/raft/snapshot"
        header = tmp_path / "header"
        header.write_text(f"X-Vault-Token: {node.token}")
        words = ("curl", "-sS", "--fail", "-H", f"@{header}", "-o", str(tmp_path / "curl.snap"), url)
        curl = subprocess.run(words, check=False, capture_output=True, text=True)
        assert (curl.returncode, proxy.broken) == (18, 5), curl.stderr  # a partial file
    refused = run(node, "operator", "snapshot", "verify", tmp_path / "curl.snap")
    assert refused.returncode == 1
    assert "incomplete" in refused.stderr


def test_into_a_store_of_another_kind(node: Node, tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """A snapshot of SQLite becomes a store in PostgreSQL, without an init; what it has already isn't replaced."""
    node.ok("POST", "cubbyhole/moved", {"v": "over"})
    assert run(node, "operator", "snapshot", "save", tmp_path / "a.snap").returncode == 0
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored TEMPLATE template0")
    url = postgresql_server.url.replace("/postgres", "/restored")
    config = CONFIG.replace("sqlite", "postgresql").replace('path = "{directory}/store"', f'connection_url = "{url}"')
    with running(Node(tmp_path / "other", config=config, workers_wanted=1)) as other:
        other.directory.mkdir()
        text = config.replace("{workers}", "1").replace("{address}", other.address)
        (other.directory / "node.hcl").write_text(text)
        flag = f"-config={other.directory / 'node.hcl'}"
        done = run(node, "operator", "snapshot", "restore", flag, tmp_path / "a.snap")
        assert done.returncode == 0, done.stderr
        told, _, _ = done.stdout.partition("Success!")
        assert node.ok("GET", "sys/health").json["cluster_id"] in told
        assert f"opens with {node.threshold} of its {len(node.keys)} key shares" in told
        assert re.search(r"Created +20\d\d-", told)
        other.start()
        other.keys, other.threshold, other.token = node.keys, node.threshold, node.token
        other.unseal()
        assert other.ok("GET", "cubbyhole/moved").data == {"v": "over"}
        assert other.ok("GET", "sys/restore").data["frozen"] is True
        assert run(other, "operator", "snapshot", "save", flag, tmp_path / "b.snap").returncode == 0
        shown = json.loads(run(node, "operator", "snapshot", "inspect", "-format=json", tmp_path / "b.snap").stdout)
        assert shown["storage"] == "postgresql"
        again = run(node, "operator", "snapshot", "restore", flag, tmp_path / "a.snap")
        assert again.returncode == 1
        assert "the store isn't empty" in again.stderr
