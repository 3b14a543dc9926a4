"""The lock between processes that takes turns."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from strongroom.storage.sqlite.files import TURN_LOCK, FairLock, FileLock


def until_somebody_waits(directory: Path) -> None:
    """Return once the turn is taken, which is while somebody waits for the lock."""
    turn = FileLock(directory / TURN_LOCK)
    deadline = time.monotonic() + 30
    while turn.try_acquire():
        turn.release()
        assert time.monotonic() < deadline, "nobody came to wait"
    turn.close()


def test_who_waits_comes_before_who_has_just_had_it(tmp_path: Path) -> None:
    """A holder who gives the lock back and wants it again finds it taken by the one that waited."""
    mine, other = FairLock(tmp_path), FairLock(tmp_path)
    assert mine.try_acquire()
    taken, done = threading.Event(), threading.Event()

    def wait() -> None:
        other.acquire()
        taken.set()
        done.wait(30)
        other.release()

    waiting = threading.Thread(target=wait)
    waiting.start()
    until_somebody_waits(tmp_path)
    mine.release()
    assert not mine.try_acquire()
    assert taken.wait(30)
    done.set()
    waiting.join()
    assert mine.try_acquire()
    mine.close()
    other.close()


def test_is_free_when_nobody_has_it(tmp_path: Path) -> None:
    """Taking and giving back leaves nothing behind, for whichever process comes next."""
    one, other = FairLock(tmp_path), FairLock(tmp_path)
    for lock in (one, other, one):
        assert lock.try_acquire()
        lock.release()
    one.acquire()
    assert not other.try_acquire()
    one.close()
    assert other.try_acquire()
    other.close()
