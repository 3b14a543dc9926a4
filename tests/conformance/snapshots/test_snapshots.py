"""`operator snapshot` on the store of a node that really runs."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from strongroom.barrier.keys import RESTORED
from tests.conformance.processes.node import Node, running
from tests.conformance.program import OURS, forked

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def snapshot(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """One run of the command."""
    command = [str(forked(OURS)), "operator", "snapshot", *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=ENVIRONMENT)


def configuration(node: Node) -> str:
    """The flag that names a node's configuration."""
    return f"-config={node.directory / 'node.hcl'}"


def contents(directory: Path) -> dict[str, bytes]:
    """The files of a store, but for those that only coordinate processes."""
    return {file.name: file.read_bytes() for file in directory.glob("strongroom.db*") if not file.name.endswith("-shm")}


def rows(store: Path) -> dict[str, bytes]:
    """All rows of a store that no server has open, but for the one that tells when it was restored."""
    with contextlib.closing(sqlite3.connect(store / "strongroom.db")) as connection:
        found = dict(connection.execute("SELECT key, value FROM kv"))
    found.pop(RESTORED, None)
    return found


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that is unsealed.  Tests write to secrets of their own, and don't stop it."""
    with running(Node(tmp_path_factory.mktemp("live") / "node", workers_wanted=2)) as node:
        yield node.ready()


@dataclass(frozen=True)
class Kept:
    """What was kept of a node: its secret was `before` at the snapshot, and `after` when it was killed."""

    node: Node
    good: Path
    """The snapshot."""
    stopped: Path
    """The store, as a server leaves it that was stopped.  That of the node itself is as the killed one has left it."""
    database: Path
    """A copy of that database, as earlier releases made them."""
    rows: dict[str, bytes]
    """Of the snapshot, as a restore on a new machine leaves them."""

    def laid(self, directory: Path, store: Path | None = None) -> Node:
        """A stopped node with a copy of a store; without one, of what a server leaves that was stopped."""
        node = Node(directory, workers_wanted=1)
        node.keys, node.threshold, node.token = self.node.keys, self.node.threshold, self.node.token
        node.configure()
        shutil.copytree(store or self.stopped, directory / "store")
        return node


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """For tests that need no server of their own."""
    folder = tmp_path_factory.mktemp("kept")
    with running(Node(folder / "node", workers_wanted=1)) as node:
        node.ready()
        node.ok("POST", "cubbyhole/first", {"v": "before"})
        assert snapshot("save", configuration(node), folder / "good.snap").returncode == 0
        node.ok("POST", "cubbyhole/first", {"v": "after"})
        node.kill()
        shutil.copytree(node.directory / "store", folder / "stopped")
        # With the last connection that is closed, what the log holds goes into the database.
        with contextlib.closing(sqlite3.connect(folder / "stopped" / "strongroom.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(folder / "old.db"),))
        new = Node(folder / "new")
        done = snapshot("restore", f"-config={new.configure()}", folder / "good.snap")
        assert done.returncode == 0, done.stderr
        found = rows(new.directory / "store")
        yield Kept(node, folder / "good.snap", folder / "stopped", folder / "old.db", found)


@pytest.fixture
def stopped(kept: Kept, tmp_path: Path) -> Iterator[Node]:
    """A stopped node with a copy of the store; its secret is `after`."""
    with running(kept.laid(tmp_path / "node")) as node:
        yield node


def test_a_snapshot_of_a_busy_server_holds_every_answered_write(live: Node, tmp_path: Path) -> None:
    """What was answered before the command began is in the copy, although writes went on; the copy can be served."""
    answered: list[int] = []
    stop = threading.Event()
    live.ok("POST", "cubbyhole/busy", {"v": "before"})

    def write() -> None:
        number = 0
        while not stop.is_set():
            live.ok("POST", f"cubbyhole/n{number}", {"v": str(number)})
            answered.append(number)
            number += 1

    writing = threading.Thread(target=write)
    writing.start()
    try:
        while len(answered) < 20:
            assert writing.is_alive()
        before = len(answered)
        done = snapshot("save", configuration(live), tmp_path / "copy.db")
    finally:
        stop.set()
        writing.join()
    assert done.returncode == 0, done.stderr
    live.ok("POST", "cubbyhole/busy", {"v": "after"})
    with running(Node(tmp_path / "node", workers_wanted=1)) as node:
        node.configure()
        restored = snapshot("restore", configuration(node), tmp_path / "copy.db")
        assert restored.returncode == 0, restored.stderr
        assert (node.directory / "store").stat().st_mode & 0o777 == 0o700
        node.start()
        node.keys, node.threshold, node.token = live.keys, live.threshold, live.token
        node.unseal()
        assert node.ok("GET", "cubbyhole/busy").data == {"v": "before"}
        for number in range(before):
            assert node.ok("GET", f"cubbyhole/n{number}").data == {"v": str(number)}


def test_a_snapshot_is_for_its_owner_alone(live: Node, tmp_path: Path) -> None:
    """The copy has the mode 0600 under any umask, and nothing else is left beside it."""
    folder = tmp_path / "backups"
    folder.mkdir()
    old = os.umask(0)
    try:
        done = snapshot("save", configuration(live), folder / "copy.db")
    finally:
        os.umask(old)
    assert done.returncode == 0, done.stderr
    assert [file.name for file in folder.iterdir()] == ["copy.db"]
    assert (folder / "copy.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_a_snapshot_overwrites_nothing(live: Node, tmp_path: Path, kind: str) -> None:
    """A name that is taken, also by a link that leads nowhere, is refused, and stays as it is."""
    target, other = tmp_path / "taken.db", tmp_path / "other"
    if kind != "dangling link":
        other.write_text("mine")
    if kind == "file":
        target.write_text("mine")
    else:
        target.symlink_to(other)
    done = snapshot("save", configuration(live), target)
    assert done.returncode == 1
    assert f"{target} exists: it is not overwritten" in done.stderr
    assert target.is_symlink() is (kind != "file")
    assert other.exists() is (kind != "dangling link")
    assert kind == "dangling link" or target.read_text() == "mine"


def test_a_failed_snapshot_leaves_no_file(stopped: Node, tmp_path: Path) -> None:
    """A damaged store isn't saved as if it were whole, and no part of a copy is left."""
    database = stopped.directory / "store" / "strongroom.db"
    content = bytearray(database.read_bytes())
    content[4096 : len(content)] = os.urandom(len(content) - 4096)
    database.write_bytes(content)
    folder = tmp_path / "backups"
    folder.mkdir()
    done = snapshot("save", configuration(stopped), folder / "copy.db")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == []


def test_a_restore_is_refused_while_the_server_runs(live: Node, tmp_path: Path) -> None:
    """A running server, busy or not, keeps its store; it goes on with it."""
    assert snapshot("save", configuration(live), tmp_path / "copy.db").returncode == 0
    live.ok("POST", "cubbyhole/refused", {"v": "after"})
    done = snapshot("restore", configuration(live), tmp_path / "copy.db")
    assert done.returncode == 1
    assert "open: stop the server before you restore" in done.stderr
    assert live.ok("GET", "cubbyhole/refused").data == {"v": "after"}
    assert list((live.directory / "store").glob("before-restore-*")) == []


def test_a_sealed_server_and_a_foreign_reader_refuse_a_restore_too(stopped: Node, kept: Kept) -> None:
    """Any process that has the database open counts: a sealed server, `sqlite3` of somebody who looks into it."""
    stopped.start()
    assert snapshot("restore", configuration(stopped), kept.good).returncode == 1
    assert stopped.stop() == 0
    with sqlite3.connect(stopped.directory / "store" / "strongroom.db") as reading:
        assert reading.execute("SELECT count(*) FROM kv").fetchone()[0] > 0
        assert snapshot("restore", configuration(stopped), kept.good).returncode == 1
    reading.close()
    assert snapshot("restore", configuration(stopped), kept.good).returncode == 0
    assert rows(stopped.directory / "store") == kept.rows


def test_a_restore_keeps_what_was_there(stopped: Node, kept: Kept) -> None:
    """The earlier store lies beside the new one, whole: put back, it has what was written after the snapshot."""
    store = stopped.directory / "store"
    before = contents(store)["strongroom.db"]
    done = snapshot("restore", configuration(stopped), kept.good)
    assert done.returncode == 0, done.stderr
    (aside,) = store.glob("before-restore-*")
    assert str(aside) in done.stdout
    assert (aside.stat().st_mode & 0o777, (store / "strongroom.db").stat().st_mode & 0o777) == (0o700, 0o600)
    assert rows(store) == kept.rows
    again = snapshot("restore", configuration(stopped), aside / "strongroom.db")
    assert again.returncode == 0, again.stderr
    assert contents(store) == {"strongroom.db": before}
    assert rows(store) != kept.rows


def test_a_restore_takes_nothing_of_the_log_of_a_killed_server(kept: Kept, tmp_path: Path) -> None:
    """What only its log holds isn't in the restored store, and is kept: the files that lay aside serve it again."""
    with running(kept.laid(tmp_path / "node", kept.node.directory / "store")) as node:
        store = node.directory / "store"
        assert (store / "strongroom.db-wal").stat().st_size > 0
        done = snapshot("restore", configuration(node), kept.good)
        assert done.returncode == 0, done.stderr
        assert rows(store) == kept.rows
        for file in store.glob("strongroom.db*"):
            file.unlink()
        (aside,) = store.glob("before-restore-*")
        for file in aside.iterdir():
            file.rename(store / file.name)
        node.start()
        node.unseal()
        assert node.ok("GET", "cubbyhole/first").data == {"v": "after"}


def test_a_restore_works_on_a_new_machine_and_over_a_broken_store(stopped: Node, kept: Kept) -> None:
    """Where there is no store, or one that can't be opened any more, the snapshot becomes it, and is served."""
    store = stopped.directory / "store"
    (store / "strongroom.db").write_bytes(b"broken")
    assert snapshot("restore", configuration(stopped), kept.good).returncode == 0
    assert rows(store) == kept.rows
    store.rename(stopped.directory / "lost")
    done = snapshot("restore", configuration(stopped), kept.good)
    assert done.returncode == 0, done.stderr
    assert store.stat().st_mode & 0o777 == 0o700
    stopped.start()
    stopped.unseal()
    assert stopped.ok("GET", "cubbyhole/first").data == {"v": "before"}


def _bad_snapshots(folder: Path, kept: Kept) -> dict[str, tuple[Path, str]]:
    """Files that are no whole snapshots, and what is said of each."""
    files = {name: folder / name for name in ("text", "cut", "turned", "foreign", "empty", "old-cut", "old-turned")}
    files["text"].write_text("no database at all")
    files["empty"].touch()
    content, database = kept.good.read_bytes(), kept.database.read_bytes()
    files["cut"].write_bytes(content[: len(content) // 2])
    files["turned"].write_bytes(content[:4096] + bytes(4096) + content[8192:])
    files["old-cut"].write_bytes(database[: len(database) // 2])
    # The page of the root of a table: the header stays, what it leads to is gone.
    files["old-turned"].write_bytes(database[:4096] + bytes(4096) + database[8192:])
    with contextlib.closing(sqlite3.connect(files["foreign"])) as connection:
        connection.execute("CREATE TABLE kv (key, revision, value)")
        connection.commit()
    told = {
        **dict.fromkeys(("text", "empty"), "the file is no snapshot"),
        **dict.fromkeys(("turned", "old-cut", "old-turned"), "is damaged"),
        "cut": "the snapshot is incomplete",
        "foreign": "is no snapshot of a store",
    }
    found = {name: (file, told[name]) for name, file in files.items()}
    return {**found, "missing": (folder / "missing", "cannot be read")}


def test_what_is_no_whole_snapshot_replaces_nothing(stopped: Node, kept: Kept, tmp_path: Path) -> None:
    """A text, a cut or damaged copy, another program's database, no file: each is refused, and the store stays."""
    before = contents(stopped.directory / "store")
    for name, (file, told) in _bad_snapshots(tmp_path, kept).items():
        for words in (("restore", configuration(stopped)), ("inspect",)):
            done = snapshot(*words, file)
            assert done.returncode == 1, name
            assert str(file) in done.stderr, name
            assert told in done.stderr, name
            assert "Traceback" not in done.stderr, name
    assert contents(stopped.directory / "store") == before


def test_a_copy_that_an_earlier_release_made_is_restored(kept: Kept, tmp_path: Path) -> None:
    """The file of SQLite is recognized, checked, shown and put in the store's place; other stores refuse it."""
    shown = json.loads(snapshot("inspect", "-format=json", kept.database).stdout)
    assert (shown["initialized"], shown["schema"]) == (True, 1)
    file = tmp_path / "node.hcl"
    file.write_text(f'storage "sqlite" {{\n  path = "{tmp_path}/store"\n}}\n')
    done = snapshot("restore", f"-config={file}", kept.database)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "store" / "strongroom.db").read_bytes() == kept.database.read_bytes()


def test_a_store_in_use_is_no_snapshot(live: Node) -> None:
    """The file of a running server, without its log, is refused: what the log holds would be missing."""
    done = snapshot("inspect", live.directory / "store" / "strongroom.db")
    assert done.returncode == 1
    assert "is part of a store, and not a snapshot" in done.stderr


def test_inspect_tells_which_commit_it_is(live: Node, tmp_path: Path) -> None:
    """Of two snapshots the later one has the higher index; both say that they are of an initialized store."""
    for name in ("a.db", "b.db"):
        assert snapshot("save", configuration(live), tmp_path / name).returncode == 0
        live.ok("POST", "cubbyhole/inspected", {"v": name})
    first, second = (
        json.loads(snapshot("inspect", "-format=json", tmp_path / name).stdout) for name in ("a.db", "b.db")
    )
    assert (first["initialized"], first["storage"]) == (True, "sqlite")
    assert first["seals"] == ["shamir: opens with 1 of its 1 key shares"]
    assert first["index"] < second["index"]
    assert first["id"] != second["id"]
    assert "Initialized     true" in snapshot("inspect", tmp_path / "a.db").stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give the store to another user")
def test_another_user_is_told_whose_store_it_is(stopped: Node, kept: Kept, tmp_path: Path) -> None:
    """Root leaves no file of its own in the store of the server's user, and is told how to run the command."""
    store = stopped.directory / "store"
    nobody = pwd.getpwnam("nobody")
    for file in [store, *store.iterdir()]:
        os.chown(file, nobody.pw_uid, nobody.pw_gid)
    for words in (
        ("save", configuration(stopped), tmp_path / "b.db"),
        ("restore", configuration(stopped), kept.good),
    ):
        done = snapshot(*words)
        assert done.returncode == 1
        assert "runuser -u nobody -- strongroom operator snapshot" in done.stderr
    assert not (tmp_path / "b.db").exists()
    assert {file.stat().st_uid for file in store.iterdir()} == {nobody.pw_uid}


@pytest.mark.parametrize(
    "hostile",
    [
        "CREATE TRIGGER back AFTER DELETE ON kv BEGIN INSERT INTO kv VALUES (old.key, old.revision, old.value); END",
        "CREATE VIEW more AS SELECT * FROM kv",
        "CREATE UNIQUE INDEX one ON kv (key)",
        "CREATE TABLE more (a)",
        "ALTER TABLE kv ADD COLUMN more TEXT GENERATED ALWAYS AS (hex(value))",
        "ALTER TABLE feed RENAME TO other; CREATE VIEW feed AS SELECT * FROM other",
    ],
)
def test_a_snapshot_that_brings_code_along_is_refused(stopped: Node, kept: Kept, tmp_path: Path, hostile: str) -> None:
    """Somebody has put something into the file that would work beside the server: a trigger brings rows back."""
    copy = tmp_path / "copy.db"
    shutil.copy(kept.database, copy)
    before = contents(stopped.directory / "store")
    with contextlib.closing(sqlite3.connect(copy)) as database:
        database.executescript(hostile)
    for words in (("inspect", copy), ("restore", configuration(stopped), copy)):
        done = snapshot(*words)
        assert done.returncode == 1
        assert "is no snapshot of a store as this program makes them" in done.stderr
    assert contents(stopped.directory / "store") == before


def test_a_trigger_in_the_store_does_not_run(stopped: Node) -> None:
    """Not even one that is put into the store itself: what is revoked stays revoked."""
    with contextlib.closing(sqlite3.connect(stopped.directory / "store" / "strongroom.db")) as database:
        database.executescript(
            "CREATE TRIGGER back AFTER DELETE ON kv BEGIN INSERT INTO kv VALUES (old.key, old.revision, old.value); END"
        )
    stopped.start()
    stopped.unseal()
    token = str(stopped.ok("POST", "auth/token/create", {"policies": ["default"]}).json["auth"]["client_token"])
    stopped.ok("GET", "auth/token/lookup-self", token=token)
    stopped.ok("POST", "auth/token/revoke", {"token": token})
    assert stopped.call("GET", "auth/token/lookup-self", token=token).status == 403


def test_a_configuration_without_a_store_is_said(tmp_path: Path) -> None:
    """No flag, a missing file, a store in memory, a directory without a store: each is named, and nothing is made."""
    file = tmp_path / "node.hcl"
    assert str(file) in snapshot("save", f"-config={file}", tmp_path / "copy").stderr
    file.write_text('storage "inmem" {}\n')
    assert "keeps nothing that could be saved" in snapshot("save", f"-config={file}", tmp_path / "copy").stderr
    file.write_text(f'storage "sqlite" {{\n  path = "{tmp_path}"\n}}\n')
    assert "holds no store" in snapshot("save", f"-config={file}", tmp_path / "copy").stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["node.hcl"]
