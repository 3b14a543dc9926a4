"""The command that collects a server's state."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.answering import answering
from tests.unit.cli.test_lease_search import run


def test_profiles_are_kept_as_they_come(tmp_path: Path) -> None:
    """Each in a file of its own, for Go's tool; the use of the processor is looked at for some seconds."""
    with answering({"GET /v1/sys/pprof/heap": b"heap"}, otherwise=b"profile") as server:
        done = run(server, "debug", "-target=pprof", "-compress=false", f"-output={tmp_path}/found")
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in (tmp_path / "found").iterdir()) == [
        *("goroutine.pprof", "heap.pprof", "index.json", "profile.pprof", "threadcreate.pprof"),
    ]
    assert (tmp_path / "found" / "heap.pprof").read_bytes() == b"heap"
    assert "GET /v1/sys/pprof/profile?seconds=5" in server.asked


def test_what_is_no_target_is_named(tmp_path: Path) -> None:
    """Before anything is asked or made."""
    with answering({}) as server:
        done = run(server, "debug", "-target=nosuch", f"-output={tmp_path}/found")
    assert (done.returncode, server.asked) == (1, [])
    assert "pprof" in done.stderr
    assert list(tmp_path.iterdir()) == []
