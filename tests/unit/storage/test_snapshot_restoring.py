"""What a restored copy replaces, and what stays when it can't."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from strongroom.lib.errors import StorageError
from strongroom.storage.sqlite.files import FairLock
from strongroom.storage.sqlite.snapshot.restoring import restore

OLD = {"strongroom.db": b"old", "strongroom.db-wal": b"log", "strongroom.db-shm": b"index of the log"}


def contents(directory: Path) -> dict[str, bytes]:
    """The files of a database."""
    return {file.name: file.read_bytes() for file in directory.glob("strongroom.db*")}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The directory of a store whose server was killed."""
    directory = tmp_path / "store"
    directory.mkdir(mode=0o755)
    for name, content in OLD.items():
        (directory / name).write_bytes(content)
    return directory


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy that everybody may read."""
    file = tmp_path / "copy.db"
    file.write_bytes(b"new")
    file.chmod(0o644)
    return file


def test_an_old_log_never_goes_into_a_new_database(store: Path, copy: Path) -> None:
    """All files of the earlier store lie aside, whole; the copy stands alone, and is for its owner alone."""
    (store / "strongroom.db.incoming").write_bytes(b"of a restore that was killed")
    aside = restore(store, copy, "aside")
    assert aside == store / "aside"
    assert contents(store) == {"strongroom.db": b"new"}
    assert contents(aside) == OLD
    assert (store / "strongroom.db").stat().st_mode & 0o777 == 0o600
    assert aside.stat().st_mode & 0o777 == 0o700
    assert copy.read_bytes() == b"new"


def test_a_store_is_made_where_there_is_none(tmp_path: Path, copy: Path) -> None:
    """With its directories, for its owner alone; nothing is laid aside."""
    store = tmp_path / "new" / "store"
    assert restore(store, copy, "aside") is None
    assert contents(store) == {"strongroom.db": b"new"}
    assert not (store / "aside").exists()
    assert store.stat().st_mode & 0o777 == 0o700


def test_an_old_log_alone_is_laid_aside_too(store: Path, copy: Path) -> None:
    """Its database was moved away by hand."""
    (store / "strongroom.db").unlink()
    assert restore(store, copy, "aside") == store / "aside"
    assert contents(store) == {"strongroom.db": b"new"}
    assert contents(store / "aside") == {name: content for name, content in OLD.items() if name != "strongroom.db"}


def test_what_cannot_be_kept_is_not_replaced(store: Path, copy: Path) -> None:
    """A directory of that name is there already, or the copy isn't any more: the store is as it was."""
    (store / "aside").mkdir()
    with pytest.raises(StorageError, match=f"{store / 'aside'} cannot be written: File exists"):
        restore(store, copy, "aside")
    assert contents(store) == OLD
    copy.unlink()
    with pytest.raises(StorageError, match="cannot be written: No such file"):
        restore(store, copy, "other")
    assert contents(store) == OLD
    assert not (store / "other").exists()


def test_a_store_whose_lock_is_held_is_left_alone(store: Path, copy: Path) -> None:
    """A process commits, or starts; afterwards it works."""
    lock = FairLock(store)
    lock.acquire()
    with pytest.raises(StorageError, match=r"a process has the store at .* open: stop the server before you restore"):
        restore(store, copy, "aside")
    assert contents(store) == OLD
    lock.close()
    restore(store, copy, "aside")
    again = FairLock(store)
    assert again.try_acquire(), "the lock is kept"
    again.close()


READING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("CREATE TABLE kv (key)")
connection.execute("SELECT * FROM kv").fetchall()
print("open", flush=True)
sys.stdin.read()
"""


def test_a_database_that_another_process_has_open_is_left_alone(tmp_path: Path, copy: Path) -> None:
    """Idle as it may be; afterwards it works, and no descriptor stays open."""
    store = tmp_path / "store"
    store.mkdir()
    database = store / "strongroom.db"
    open_ones = len(list(Path("/proc/self/fd").iterdir()))
    command = [sys.executable, "-c", READING, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reading:
        assert reading.stdin is not None
        assert reading.stdout is not None
        assert reading.stdout.readline() == b"open\n"
        before = contents(store)
        with pytest.raises(StorageError, match=r"a process has the store at .* open"):
            restore(store, copy, "aside")
        assert contents(store) == before
        reading.stdin.close()
        assert reading.wait(20) == 0
    restore(store, copy, "aside")
    assert contents(store) == {"strongroom.db": b"new"}
    assert len(list(Path("/proc/self/fd").iterdir())) == open_ones


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path, copy: Path) -> None:
    """A file stands in its way."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=re.escape(str(tmp_path / "file" / "store"))):
        restore(tmp_path / "file" / "store", copy, "aside")
