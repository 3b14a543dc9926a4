"""BoltDB files are read as they were written, and what is damaged is refused."""

from __future__ import annotations

import fcntl
import struct
from pathlib import Path

import pytest

from strongroom.importing.stopped.rows import UnreadableStore
from strongroom.importing.stopped.rows.boltdb import Database
from strongroom.importing.stopped.rows.raft import RaftRows
from tests.sim.boltdb import PAGE, branch, database, leaf, meta

ROWS = {f"key/{number:04}".encode(): b"%d" % number * (number % 50) for number in range(700)}


def written(tmp_path: Path, content: bytes) -> Path:
    """A file with this content."""
    path = tmp_path / "vault.db"
    path.write_bytes(content)
    return path


def read(path: Path, start: bytes = b"") -> list[tuple[bytes, bytes]]:
    """All rows of the bucket, from a key on."""
    opened = Database(path)
    try:
        return list(opened.items(b"data", start))
    finally:
        opened.close()


@pytest.mark.parametrize("on_a_leaf", [2, 8, 700])
def test_all_rows_come_in_order(tmp_path: Path, on_a_leaf: int) -> None:
    """In a tree of many levels, of three and of one page; also from a key in the middle on."""
    path = written(tmp_path, database(b"data", ROWS, on_a_leaf=on_a_leaf))
    assert read(path) == sorted(ROWS.items())
    assert read(path, b"key/0345") == sorted(ROWS.items())[345:]
    assert read(path, b"key/0345x") == sorted(ROWS.items())[346:]
    assert read(path, b"z") == []


def test_a_value_may_take_many_pages(tmp_path: Path) -> None:
    """The pages behind a leaf belong to it."""
    rows = {b"a": bytes(range(256)) * 100, b"b": b"x"}
    assert read(written(tmp_path, database(b"data", rows))) == sorted(rows.items())


def test_rows_by_key_and_below_a_prefix(tmp_path: Path) -> None:
    """A key that another one begins with isn't that one."""
    rows = RaftRows(written(tmp_path, database(b"data", {b"a/b": b"1", b"a/bc": b"2", b"a0": b"3"})).parent)
    assert (rows.get("a/b"), rows.get("a/bb"), rows.get("a")) == (b"1", None, None)
    assert list(rows.keys("a/")) == ["a/b", "a/bc"]
    rows.close()


def test_an_empty_bucket_has_no_rows(tmp_path: Path) -> None:
    """Its one leaf is empty."""
    assert read(written(tmp_path, database(b"data", {}))) == []


def test_a_bucket_may_stand_within_its_parent(tmp_path: Path) -> None:
    """A small bucket is a page in a value."""
    inline = leaf(0, [(b"k", b"v")])[: 16 + 16 + 2]
    root = leaf(3, [(b"data", struct.pack("<QQ", 0, 0) + inline)], flags=1)
    descriptions = meta(0, root=3, pages=4, transaction=1) + meta(1, root=3, pages=4, transaction=0)
    assert read(written(tmp_path, descriptions + bytes(PAGE) + root)) == [(b"k", b"v")]


@pytest.mark.parametrize("damaged", [0, 1])
def test_one_description_is_enough(tmp_path: Path, damaged: int) -> None:
    """A write was interrupted in the other one."""
    content = bytearray(database(b"data", ROWS))
    content[damaged * PAGE + 40] ^= 1
    assert len(read(written(tmp_path, bytes(content)))) == len(ROWS)


def test_what_is_open_in_a_server_is_refused(tmp_path: Path) -> None:
    """The library holds a lock for as long as it has the file open."""
    path = written(tmp_path, database(b"data", ROWS))
    with path.open("rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UnreadableStore, match="stop the server first"):
            Database(path)


def _circle() -> bytes:
    pages = branch(3, [(b"", 3), (b"b", 3)])
    root = leaf(4, [(b"data", struct.pack("<QQ", 3, 0))], flags=1)
    return _file(pages + root, root=4, pages=5)


def _shared(said: int = 43) -> bytes:
    """Forty levels of branches that each lead to the next one twice: 2^40 ways to an empty leaf."""
    pages = b"".join(branch(3 + level, [(b"", 4 + level), (b"b", 4 + level)]) for level in range(38))
    pages += leaf(41, [])
    return _file(pages + leaf(42, [(b"data", struct.pack("<QQ", 3, 0))], flags=1), root=42, pages=said)


def _file(content: bytes, *, root: int, pages: int) -> bytes:
    older, newer = (meta(number, root=root, pages=pages, transaction=number) for number in (0, 1))
    return older + newer + bytes(PAGE) + content


def _unordered() -> bytes:
    pages = leaf(3, [(b"b", b""), (b"a", b"")])
    return _file(pages + leaf(4, [(b"data", struct.pack("<QQ", 3, 0))], flags=1), root=4, pages=5)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no BoltDB file"),
        (b"SQLite format 3\0" + bytes(9000), "no BoltDB file"),
        (_circle(), "form a circle"),
        (_shared(), "form a circle"),
        (_shared(said=1 << 40), "form a circle"),
        (_file(b"", root=1 << 62, pages=1 << 63), "cut off"),
        (_unordered(), "don't ascend"),
        (database(b"other", ROWS), "no bucket 'data'"),
        (database(b"data", ROWS)[: -40 * PAGE], "cut off"),
    ],
    ids=["empty", "other", "circle", "shared", "shared and many", "far", "unordered", "bucket", "cut"],
)
def test_damage_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    """None of it makes the reader loop, or read what isn't there."""
    with pytest.raises(UnreadableStore, match=told):
        read(written(tmp_path, content))
