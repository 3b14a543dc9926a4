"""The log of a SQLite store, while other connections are about it too."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import apsw

from strongroom.storage.sqlite.ballast import Ballast
from strongroom.storage.sqlite.write_ahead import Copied, WriteAheadLog


def test_a_log_that_another_copies_is_left_to_it(tmp_path: Path) -> None:
    """It counts as not copied, and is copied in the next round."""
    place = str(tmp_path / "store.db")
    with (
        closing(apsw.Connection(place)) as writer,
        closing(apsw.Connection(place)) as reader,
        closing(apsw.Connection(place)) as other,
        closing(apsw.Connection(place)) as own,
    ):
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE rows (value)")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM rows").fetchall()
        writer.execute("INSERT INTO rows VALUES (1)")
        log = WriteAheadLog(own, Ballast(tmp_path, 0))
        found: list[Copied] = []
        for each in (other, own):
            each.execute("SELECT * FROM rows").fetchall()  # before that, a connection doesn't know that there is a log

        def waiting(_: int) -> bool:
            """Called while the other connection, which copies, waits for the reader."""
            found.append(log.copy())
            return False

        other.set_busy_handler(waiting)
        try:
            other.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
        except apsw.BusyError:
            reader.execute("COMMIT")
        assert found == [Copied(log.file_bytes(), log.file_bytes())]
        assert log.copy().left_bytes == 0
