"""`import store`: the store of a reference server that was stopped, on each storage that can be read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.migrations.filled import CANARY, COMPARED, PASSWORD, THRESHOLD, Api, Filled, filled, read
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.program import OLDER_PEER, OURS, forked
from tests.conformance.servers import ROOT_TOKEN, Server, start_ours
from tests.ports import free_port

__all__ = ["postgresql_server"]

STORAGES = ("raft", "file", "postgresql")
OWN = {"modified", "current_metadata_version", "creation_time", "last_updated_time"} | {
    *("keys", "uuid", "backup_info", "restore_info"),
}
"""What a server says of its own copy."""


@pytest.fixture(scope="module")
def destination(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server; each storage is imported into a namespace of its own."""
    with start_ours(tmp_path_factory.mktemp("destination")) as server:
        yield server


class Store:
    """A stopped server's store, and the flags that name it."""

    def __init__(self, directory: Path, what: Filled, flags: list[str]) -> None:
        self.directory = directory
        self.what = what
        self.keys = directory / "keys"
        self.keys.write_text("\n".join(what.shares))
        self.flags = flags

    def run(self, server: Server, *words: str, keys: Path | None = None) -> subprocess.CompletedProcess[str]:
        """One run of the command."""
        home = {"HOME": str(self.directory), "STRONGROOM_TOKEN": ROOT_TOKEN, "STRONGROOM_ADDR": server.url}
        command = [str(forked(OURS)), "import", "store", *self.flags, f"-unseal-keys-file={keys or self.keys}", *words]
        environment = {"PATH": os.environ["PATH"], **home}
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=environment)


@pytest.fixture(scope="module", params=STORAGES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store of a server that had something of everything."""
    name: str = request.param
    directory = tmp_path_factory.mktemp(name)
    (directory / "data").mkdir()
    flags = [f"-storage={name}", f"-path={directory}/data"]
    if name == "postgresql":
        postgresql: PostgresqlServer = request.getfixturevalue("postgresql_server")
        (directory / "url").write_text(postgresql.url)
        flags = ["-storage=postgresql", f"-connection-url-file={directory}/url"]
        what = filled(directory, f'storage "postgresql" {{ connection_url = "{postgresql.url}" }}')
    elif name == "raft":
        stanza = (
            'storage "raft" {\n path = "{directory}/data"\n node_id = "one"\n}\ncluster_addr = "http://127.0.0.1:PORT"'
        )
        what = filled(directory, stanza.replace("PORT", str(free_port())))
    else:
        if not OLDER_PEER.exists():
            pytest.skip("the older reference server, which has this storage, isn't installed: make older-peer")
        what = filled(directory, 'storage "file" { path = "{directory}/data" }', OLDER_PEER)
    return Store(directory, what, flags)


def test_everything_that_is_read_comes_over_as_it_was(store: Store, destination: Server) -> None:
    """Answers are equal, the password and old ciphertexts are good, and a deleted version can be undeleted."""
    space = f"from-{store.flags[0].partition('=')[2]}/"
    Api(destination.url, ROOT_TOKEN).call("POST", f"sys/namespaces/{space.rstrip('/')}", {})
    api = Api(destination.url, ROOT_TOKEN, space)
    plan = store.run(destination, f"-namespace={space}", "-plan")
    assert plan.returncode == 0, plan.stderr
    done = store.run(destination, f"-namespace={space}", "-exclude=policies")
    assert done.returncode == 0, done.stdout + done.stderr
    done = store.run(destination, f"-namespace={space}")
    assert done.returncode == 0, done.stdout + done.stderr
    shown = plan.stdout + plan.stderr + done.stdout + done.stderr
    assert not [secret for secret in (CANARY, PASSWORD, *store.what.shares) if secret in shown]
    for path in COMPARED:
        ours, theirs = read(api, path), store.what.answers[path]
        differing = {name for name in theirs if name not in OWN and not _alike(theirs[name], ours.get(name))}
        assert not differing, (path, {name: (theirs[name], ours.get(name)) for name in differing})
    login = api.call("POST", "auth/userpass/login/alice", {"password": PASSWORD})["auth"]
    assert sorted(login["policies"]) == ["default", "p1"]
    plain = api.call("POST", "transit/decrypt/k-aes256-gcm96", {"ciphertext": store.what.ciphertext})
    assert plain["data"]["plaintext"] == "aGk="
    api.call("POST", "pki/issue/web", {"common_name": "a.example.com"})
    assert read(api, "ssh/config/ca")["public_key"].startswith("ssh-rsa ")
    api.call("POST", "secret/undelete/app/db", {"versions": [2]})
    assert read(api, "secret/data/app/db?version=2")["data"] == {"v": 1, "ü": CANARY}
    assert api.call("GET", "inner/data/x", namespace="team/web/")["data"]["data"] == {"in": "team/web/"}
    group = api.call("GET", "identity/group/name/outer")["data"]
    assert len(group["member_group_ids"]) == 1
    assert api.call("GET", "identity/group/name/external")["data"]["alias"]["name"] == "staff"


def _alike(one: object, other: object) -> bool:
    """Whether two fields say the same: times to a microsecond, and no value is an empty one."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_alike(one[name], other.get(name)) for name in one)
    if isinstance(one, str) and isinstance(other, str) and one[:2] == "20" and one.endswith("Z"):
        return one[:26].rstrip("Z") == other[:26].rstrip("Z") or one[:23] == other[:23]
    return one == other or (not one and not other)


def test_shares_that_don_t_open_it_are_refused(store: Store, destination: Server, tmp_path: Path) -> None:
    """One that is wrong, too few, and what is no share; none of them is shown."""
    good = store.what.shares
    wrong = "00" * 32 + good[-1][-2:]
    cases = {
        "wrong": ([*good[: THRESHOLD - 1], wrong], "the shares don't open this store"),
        "few": (good[:1], "2 key shares are needed, and 1 were given"),
        "words": ([*good[:-1], "not a share!"], "a key share is neither hexadecimal nor base64"),
        "twice": ([good[0]] * THRESHOLD, "the shares don't belong together"),
    }
    for name, (shares, told) in cases.items():
        (tmp_path / name).write_text("\n".join(shares))
        done = store.run(destination, "-plan", keys=tmp_path / name)
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
        assert not [share for share in shares if share in done.stdout + done.stderr]
