"""What a connection knows of recent commits is what the database says, whoever has committed, and if one was undone."""

from __future__ import annotations

import tempfile
from pathlib import Path

import apsw
from hypothesis import example, given, settings
from hypothesis import strategies as st

from strongroom.storage.base import Revision
from strongroom.storage.keys import folders_of
from strongroom.storage.sqlite.files import prepare_directory
from strongroom.storage.sqlite.recent import Recent
from strongroom.storage.sqlite.rows import Rows
from strongroom.storage.sqlite.schema import connect, ensure_schema
from tests.sim.clock import SetClock

KEYS = ["a", "a/b", "a/b/c", "a/d", "e/f"]
FOLDERS = ["a/", "a/b/", "e/", "none/"]

changes = st.dictionaries(st.sampled_from(KEYS), st.sampled_from([b"value", None]), min_size=1, max_size=3)
steps = st.lists(st.tuples(st.sampled_from(["own", "other", "undone", "pruned"]), changes), max_size=12)


class Connection:
    """One of two that commit to a database."""

    def __init__(self, database: Path, kept: int) -> None:
        self.connection = connect(database, None, cache_bytes=1 << 20)
        self.rows = Rows(self.connection, SetClock(), Recent(kept))
        self._ids = 0

    def commit(self, changed: dict[str, bytes | None], id_: int, end: str = "COMMIT") -> None:
        """Write one commit."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.rows.load()
        self.rows.write(changed, Revision(self.rows.head.number + 1, id_.to_bytes(16, "big")))
        self.connection.execute(end)

    def prune(self) -> None:
        """Delete the feed but for its newest row."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.rows.load()
        self.rows.prune(self.rows.head.number)
        self.connection.execute("COMMIT")


def _revisions(connection: apsw.Connection) -> dict[str, int]:
    return {str(key): int(str(revision)) for key, revision in connection.execute("SELECT key, revision FROM kv")}


@settings(max_examples=60, deadline=None)
@given(steps=steps, kept=st.sampled_from([2, 100]))
@example(steps=[("own", {"a": b"1"}), ("undone", {"a": b"2"}), ("other", {"a/b": b"3"})], kept=100)
@example(steps=[("own", {"a": b"1"}), ("other", {"a": None}), ("other", {"a": b"2"})], kept=100)
def test_what_is_known_is_what_the_database_says(steps: list[tuple[str, dict[str, bytes | None]]], kept: int) -> None:
    """Revisions of rows are the database's, and a change of a folder is never missed: two processes, one that fails."""
    with tempfile.TemporaryDirectory() as directory:
        database = prepare_directory(Path(directory))
        own, other = Connection(database, kept), Connection(database, kept)
        ensure_schema(own.connection, database)
        changed: list[set[str]] = [set()]
        for id_, (step, change) in enumerate(steps):
            if step == "pruned":
                other.prune()
            else:
                by, end = (other if step == "other" else own), ("ROLLBACK" if step == "undone" else "COMMIT")
                by.commit(change, id_, end)
                if end == "COMMIT":
                    changed.append({folder for key in change for folder in folders_of(key)})
            own.connection.execute("BEGIN")
            own.rows.load()
            stored = _revisions(own.connection)
            assert own.rows.head.number == len(changed) - 1
            assert {key: own.rows.revision(key) for key in KEYS} == {key: stored.get(key, 0) for key in KEYS}
            for since in range(len(changed)):
                for folder in FOLDERS:
                    if any(folder in each for each in changed[since + 1 :]):
                        assert own.rows.changed_below(folder, since)
                    elif "pruned" not in [step for step, _ in steps]:
                        assert not own.rows.changed_below(folder, since)
            own.connection.execute("ROLLBACK")
        for each in (own, other):
            each.connection.close()


def test_a_connection_that_was_left_far_behind_asks_again(tmp_path: Path) -> None:
    """After more commits of others than are worth reading, the revisions are the database's too."""
    database = prepare_directory(tmp_path)
    own, other = Connection(database, 100), Connection(database, 100)
    ensure_schema(own.connection, database)
    own.commit({"a/b": b"own"}, 1)
    for number in range(600):
        other.commit({"a/b": b"other"}, 2 + number)
    own.rows.load()
    assert (own.rows.head.number, own.rows.revision("a/b")) == (601, 601)
    assert own.rows.changed_below("a/", 1)
    assert not own.rows.changed_below("e/", 1)
